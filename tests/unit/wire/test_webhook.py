"""Messages to webhooks are signed as Standard Webhooks has it."""

import base64

from services.wire.webhook import signed_headers, written_secret

KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
"""The specification's own example."""


def test_the_signature_is_the_one_of_the_specification() -> None:
    headers = signed_headers(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000,
                             b'{"test": 2432232314}')  # fmt: skip
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_written_as_its_libraries_read_it() -> None:
    assert written_secret(KEY) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
