"""The layer that answers a repeated write with the answer of before, by `Idempotency-Key`."""

from collections.abc import MutableMapping
from typing import Any

from services.api.edge import App, Receive, Scope, Send, replay
from services.api.idempotency import MAX_KEY, Answer, Idempotency, InProgress, KeyReused
from services.api.problem import Kind, render
from services.api.token import BadToken
from services.api.window import Window

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_WITHOUT = ("/api/v1/auth/token", "/api/v1/telemetry", "/api/v1/live/ticket")


class Repeat:
    """Lies inside `Edge`, which has bounded the body already."""

    def __init__(self, app: App, window: Window) -> None:
        self._app = app
        self._window = window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        body = (await receive()).get("body", b"")
        store = self._window.idempotency
        try:
            known = store.begin(key, body)
        except (KeyReused, InProgress) as refusal:
            await _refusal(refusal)(scope, receive, send)
            return
        if isinstance(known, Answer):
            await _send(known, send)
        else:
            await self._first(key, store, scope, replay(body, receive), send)

    async def _first(
        self, key: tuple[str, ...], store: Idempotency, scope: Scope, receive: Receive, send: Send
    ) -> None:
        start: MutableMapping[str, Any] = {}
        parts: list[bytes] = []

        async def listening(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = b"".join(parts)
                    store.finish(key, Answer(start["status"], list(start["headers"]), body))
            await send(message)

        try:
            await self._app(scope, receive, listening)
        finally:
            store.drop_unfinished(key)

    def _key(self, scope: Scope) -> tuple[str, ...] | None:
        if scope["type"] != "http" or scope["method"] not in _WRITES or scope["path"] in _WITHOUT:
            return None
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get(b"idempotency-key", "")
        scheme, _, token = headers.get(b"authorization", "").partition(" ")
        if not 0 < len(given) <= MAX_KEY or scheme.lower() != "bearer":
            return None
        try:
            principal = self._window.accounts.authenticate(token)
        except BadToken:
            return None
        query = scope.get("query_string", b"").decode("latin-1")
        return (principal.username, scope["method"], scope["path"], query, given)


def _refusal(refusal: Exception) -> App:
    if isinstance(refusal, KeyReused):
        return render(
            Kind.KEY_REUSED,
            "This Idempotency-Key belongs to another request: take a new one for each write.",
        )
    return render(
        Kind.IN_PROGRESS,
        "The first request with this Idempotency-Key is still under way: wait a moment.",
        headers={"Retry-After": "1"},
    )


async def _send(answer: Answer, send: Send) -> None:
    headers = [*answer.headers, (b"idempotent-replayed", b"true")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
