"""What every request passes first: a count of its address, a bound on its body, slashes in tags, and
safe headers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from services.api.json_body import GivenTwice, look
from services.api.problem import Kind, render
from services.api.rate import RateLimit, network_of
from services.api.request_id import HEADER, REQUEST_ID, name_request
from services.api.spool import DIGEST, MOST_AT_ONCE, Spool, TooLarge
from services.api.tenant import nobody_asks
from services.api.text import HIDDEN_SLASH
from services.wire.telemetry import PAYLOAD_LIMIT

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/api/"
TELEMETRY = "/api/v1/telemetry"
"""What comes in there is read by the codecs of the field, which judge each value by itself."""
BODY_LIMIT = 2**20
IMPORT_LIMIT = 50 * 2**20
_IMPORTS = {"/api/v1/points/import"}
"""Whose bodies are spooled to the disk."""
_LIMITS = {
    **dict.fromkeys(_IMPORTS, IMPORT_LIMIT),
    TELEMETRY: PAYLOAD_LIMIT,
    "/api/v1/auth/token": 16 * 1024,
}
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_CONSOLE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class Edge:
    """The outermost layer of the application. `rate`: of addresses; `images`: the one origin that
    the console's pictures may come from beside our own, empty: none."""

    def __init__(self, app: App, rate: RateLimit, images: str = "") -> None:
        self._app = app
        self._rate = rate
        self._console_policy = _CONSOLE_POLICY.replace("data:", f"data: {images}".rstrip(), 1)
        self._imports = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nobody_asks()
        if scope["type"] == "http":
            name = name_request(scope)
            scope = dict(_with_hidden_slashes(scope)) | {REQUEST_ID: name}
            is_api = scope["path"].startswith(API)
            policy = _API_POLICY if is_api else self._console_policy
            await self._http(scope, receive, _with_headers(scope["path"], policy, name, send))
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _has_nul(scope):
            await render(Kind.INVALID, "An address holds no NUL.")(scope, receive, send)
            return
        limit = _LIMITS.get(scope["path"], BODY_LIMIT)
        wait = self._rate.take(_address(scope)) if scope["path"].startswith(API) else None
        if wait is not None:
            await _come_again(wait, scope, receive, send)
            return
        if _announced(scope) > limit:
            await _refuse(limit, scope, receive, send)
            return
        try:
            if scope["path"] in _IMPORTS and scope["method"] == "POST":
                await self._import(limit, scope, receive, send)
                return
            body = await _read(receive, limit)
            if scope["path"].startswith(API) and scope["path"] != TELEMETRY:
                look(_kind(scope), body or b"")
        except TooLarge:
            await _refuse(limit, scope, receive, send)
            return
        except GivenTwice as twice:
            name = str(twice)[:128].encode("utf-8", "replace").decode()
            told = f"{name}: it is given twice; send it once."
            await render(Kind.INVALID, told)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, replay(body, receive), send)

    async def _import(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """A body that may be large: taken in for whoever says who they are, a few at a time. Raises
        TooLarge."""
        if not any(name == b"authorization" for name, _ in scope["headers"]):
            await self._app(scope, replay(b"", receive), send)
            return
        if self._imports >= MOST_AT_ONCE:
            await _come_again(2.0, scope, receive, send)
            return
        self._imports += 1
        try:
            with Spool(limit) as spool:
                if await spool.fill(receive):
                    known = dict(scope) | {DIGEST: spool.digest}
                    await self._app(known, spool.giving(receive), send)
        finally:
            self._imports -= 1


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


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return network_of(client[0]) if client else "unknown"


async def _come_again(wait_s: float, scope: Scope, receive: Receive, send: Send) -> None:
    seconds = max(1, round(wait_s))
    response = render(
        Kind.TOO_MANY,
        f"Too many requests from this address: wait {seconds} s and try again.",
        headers={"Retry-After": str(seconds), "Connection": "close"},
    )
    await response(scope, receive, send)


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    response = render(
        Kind.TOO_LARGE,
        f"The body is larger than {limit // 1024} KiB: send it in smaller parts.",
        headers={"Connection": "close"},
    )
    await response(scope, receive, send)


def _kind(scope: Scope) -> bytes:
    return b",".join(value for name, value in scope["headers"] if name == b"content-type")


def _has_nul(scope: Scope) -> bool:
    """No name, code or time has one, and no text in the database can."""
    return "\0" in scope["path"] or b"%00" in scope.get("query_string", b"")


def _with_hidden_slashes(scope: Scope) -> Scope:
    """A percent-encoded slash belongs to its segment: it must not be routed as a separator."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return scope
    segments = raw.decode("ascii", "replace").split("?")[0].split("/")
    path = "/".join(unquote(segment).replace("/", HIDDEN_SLASH) for segment in segments)
    return dict(scope) | {"path": path}


def _with_headers(path: str, policy: str, name: str, send: Send) -> Send:
    is_api = path.startswith(API)
    extra = [*_HEADERS, (b"content-security-policy", policy.encode()), (HEADER, name.encode())]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *extra]
            if is_api and not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = dict(message) | {"headers": headers}
        await send(message)

    return sending
