"""How a message to a webhook is signed, as Standard Webhooks has it (standardwebhooks.com, 1.0).

The signature is HMAC-SHA256 over `{id}.{timestamp}.{body}` by the bytes of the secret, in base64 after
`v1,`. The receiver computes it again, and refuses what is older than it thinks fit.
"""

import base64
import hashlib
import hmac

SECRET_BYTES = 32
_PREFIX = "whsec_"


def written_secret(key: bytes) -> str:
    """The key as people copy it: `whsec_` and base64."""
    return _PREFIX + base64.b64encode(key).decode()


def signed_headers(key: bytes, delivery: str, at_ms: int, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent at this moment (epoch ms)."""
    timestamp = str(at_ms // 1000)
    signed = f"{delivery}.{timestamp}.".encode() + body
    mark = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{mark}",
    }
