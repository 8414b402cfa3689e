"""How a request came to us: from whom, and whether encrypted; before anything else looks at it.

Behind a proxy the connection is the proxy's. What it says of its own caller (`X-Forwarded-For`,
`X-Forwarded-Proto`) counts if the operator named the proxy's network, and from nobody else: these
headers can be written by anyone. Whatever came encrypted is told to come so again (HSTS, RFC 6797).
"""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any

from services.api.edge import App, Receive, Scope, Send
from services.runtime.outgoing import Address, Network

_FOR, _PROTO = b"x-forwarded-for", b"x-forwarded-proto"
_FORWARDED = (_FOR, _PROTO, b"x-forwarded-host", b"x-forwarded-port", b"forwarded", b"x-real-ip")
_ENCRYPTED = {"http": "https", "ws": "wss"}
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_LONGEST = 2000


class Transport:
    """Around the whole application. `proxies`: networks whose word counts."""

    def __init__(self, app: App, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = self._as_it_came(scope)
            if scope.get("scheme") in _ENCRYPTED.values():
                send = _with_hsts(send)
        await self._app(scope, receive, send)

    def _as_it_came(self, scope: Scope) -> Scope:
        """With the true caller and scheme, and without what anybody may claim."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        seen = dict(scope) | {"headers": [each for each in headers if each[0] not in _FORWARDED]}
        client = scope.get("client")
        peer = None if client is None else _address(client[0])
        if peer is None or not self._is_proxy(peer):
            return seen
        caller = self._caller(_last(headers, _FOR), peer)
        if caller != peer:
            seen["client"] = (str(caller), 0)
        if _last(headers, _PROTO).rpartition(",")[2].strip().lower() in ("https", "wss"):
            scheme = scope.get("scheme", "http")
            seen["scheme"] = _ENCRYPTED.get(scheme, scheme)
        return seen

    def _caller(self, told: str, peer: Address) -> Address:
        """From the right, where each proxy of ours added who came to it: the first that is none."""
        for part in reversed(told.split(",")):
            found = _address(part.strip())
            if found is None:
                return peer
            peer = found
            if not self._is_proxy(found):
                return found
        return peer

    def _is_proxy(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _last(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    """All lines of a header as one; nothing when it is absurdly long."""
    told = ",".join(value.decode("latin-1") for key, value in headers if key == name)
    return told if len(told) <= _LONGEST else ""


def _with_hsts(send: Send) -> Send:
    async def sending(message: Any) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message = dict(message) | {"headers": [*message.get("headers", []), _HSTS]}
        await send(message)

    return sending
