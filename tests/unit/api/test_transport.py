"""Behind a proxy: whose word counts of where a request came from, and what is told to come encrypted."""

from typing import Any

import pytest

from services.api.transport import Transport
from services.runtime.outgoing import networks_of

HSTS = b"strict-transport-security"
PROXIES = networks_of("10.1.0.0/16,::1/128")


class Inner:
    """What stands behind: keeps what it was shown, and answers."""

    def __init__(self) -> None:
        self.scope: Any = None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.scope = scope
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def came(
    peer: str, headers: dict[str, str], scheme: str = "http", kind: str = "http"
) -> tuple[str, str, list[bytes], list[bytes]]:
    """Caller, scheme, the names of headers behind, and of those of the answer."""
    inner, sent = Inner(), []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nobody reads")

    told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "scheme": scheme, "client": (peer, 40000), "headers": told}
    await Transport(inner, PROXIES)(scope, receive, send)
    seen = inner.scope
    answer = [name for name, _ in sent[0]["headers"]]
    return seen["client"][0], seen["scheme"], [name for name, _ in seen["headers"]], answer


async def test_what_a_stranger_claims_is_ignored() -> None:
    told = {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https", "Forwarded": "for=9.9.9.9"}
    caller, scheme, behind, answer = await came("203.0.113.7", told | {"Accept": "*/*"})
    assert (caller, scheme, behind, answer) == ("203.0.113.7", "http", [b"accept"], [])


async def test_a_proxy_that_was_named_is_believed() -> None:
    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    caller, scheme, behind, answer = await came("10.1.2.3", told)
    assert (caller, scheme, behind, answer) == ("203.0.113.7", "https", [], [HSTS])
    assert (await came("::ffff:10.1.2.3", told))[0] == "203.0.113.7", "an IPv4 address in IPv6"
    assert (await came("10.1.2.3", told, "ws", "websocket"))[1] == "wss"


@pytest.mark.parametrize(
    ("told", "caller"),
    [
        ("9.9.9.9, 203.0.113.7", "203.0.113.7"),
        ("9.9.9.9, 203.0.113.7, 10.1.0.9", "203.0.113.7"),
        ("9.9.9.9, nonsense", "10.1.2.3"),
        ("9.9.9.9, nonsense, 10.1.0.9", "10.1.0.9"),
        ("10.1.0.8, 10.1.0.9", "10.1.0.8"),
        ("", "10.1.2.3"),
        ("2001:db8::5", "2001:db8::5"),
        (",".join(["9.9.9.9"] * 1000), "10.1.2.3"),
    ],
)
async def test_of_several_the_nearest_that_is_no_proxy_of_ours_is_the_caller(
    told: str, caller: str
) -> None:
    """Whatever stands further left was written by the caller."""
    assert (await came("10.1.2.3", {"X-Forwarded-For": told}))[0] == caller


async def test_s29_what_came_encrypted_is_told_to_come_so_again() -> None:
    assert (await came("203.0.113.7", {}, "https"))[3] == [HSTS]
    assert (await came("203.0.113.7", {}, "http"))[3] == [], "RFC 6797: never over plain HTTP"
    proto = {"X-Forwarded-Proto": "https, http"}
    assert (await came("10.1.2.3", proto))[1] == "http", "the last proxy's word"
