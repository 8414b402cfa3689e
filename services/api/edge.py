"""What every request passes first: a bound on its body, slashes in tags, and safe headers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from services.api.problem import Kind, render
from services.api.text import HIDDEN_SLASH
from services.wire.telemetry import PAYLOAD_LIMIT

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/"
BODY_LIMIT = 2**20
IMPORT_LIMIT = 50 * 2**20
_LIMITS = {
    "/api/v1/points/import": IMPORT_LIMIT,
    "/api/v1/telemetry": PAYLOAD_LIMIT,
    "/api/v1/auth/token": 16 * 1024,
}
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_CONSOLE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class TooLarge(Exception):
    """The body went over its bound."""


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _with_hidden_slashes(scope)
            await self._http(scope, receive, _with_headers(scope["path"], send))
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = _LIMITS.get(scope["path"], BODY_LIMIT)
        if _announced(scope) > limit:
            await _refuse(limit, scope, receive, send)
            return
        try:
            body = await _read(receive, limit)
        except TooLarge:
            await _refuse(limit, scope, receive, send)
            return
        if body is not None:
            await self._app(scope, replay(body, receive), send)


def replay(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever comes after it."""
    given = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when the caller is gone. Raises TooLarge."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    response = render(
        Kind.TOO_LARGE,
        f"The body is larger than {limit // 1024} KiB: send it in smaller parts.",
        headers={"Connection": "close"},
    )
    await response(scope, receive, send)


def _with_hidden_slashes(scope: Scope) -> Scope:
    """A percent-encoded slash belongs to its segment: it must not be routed as a separator."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return scope
    segments = raw.decode("ascii", "replace").split("?")[0].split("/")
    path = "/".join(unquote(segment).replace("/", HIDDEN_SLASH) for segment in segments)
    return dict(scope) | {"path": path}


def _with_headers(path: str, send: Send) -> Send:
    is_api = path.startswith(API)
    policy = _API_POLICY if is_api else _CONSOLE_POLICY
    extra = [*_HEADERS, (b"content-security-policy", policy.encode())]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *extra]
            if is_api and not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = dict(message) | {"headers": headers}
        await send(message)

    return sending
