"""The layer that answers a repeated write with the answer of before, by `Idempotency-Key`."""

from collections.abc import MutableMapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

from services.api.database import DatabaseAway
from services.api.edge import App, Receive, Scope, Send, replay
from services.api.eviction import evict
from services.api.idempotency import (
    MAX_KEY,
    OCCASION,
    Answer,
    InProgress,
    KeyReused,
    Occasion,
)
from services.api.once import Unreadable
from services.api.principal import Principal
from services.api.problem import Kind, render
from services.api.register import refresh
from services.api.spool import DIGEST
from services.api.tenant import asks
from services.api.token import BadToken
from services.api.window import Window

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
WITHOUT = (
    "/api/v1/auth/token",
    "/api/v1/auth/sign-out",
    "/api/v1/telemetry",
    "/api/v1/live/ticket",
)
"""What is done anew each time: sign-in and tickets, and readings, which have identities of their own."""
_BY_THE_ENGINE = "/api/v1/alarms"
"""What is below it must not wait for the database."""
_LIKE_DONE_BEFORE = (404, 409)
"""What a route says that finds its change made already, by a process that was killed since."""


class Repeat:
    """Lies inside `Edge`, which has bounded the body already."""

    def __init__(self, app: App, window: Window) -> None:
        self._app = app
        self._window = window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asker = self._asker(scope)
        if asker is None:
            await self._app(scope, receive, send)
            return
        if not 0 < len(asker[1]) <= MAX_KEY:
            told = f"Idempotency-Key: it has 1 to {MAX_KEY} characters."
            await render(Kind.INVALID, told)(scope, receive, send)
            return
        asked = scope.get(DIGEST)
        if asked is None:
            body = (await receive()).get("body", b"")
            asked, receive = sha256(body).digest(), replay(body, receive)
        who, key = asker
        occasion = Occasion.of(who.username, _place(scope), key, asked, who.token_version)
        memory = self._window.idempotency
        try:
            known = memory.begin(occasion)
        except (KeyReused, InProgress) as refusal:
            await _refusal(refusal)(scope, receive, send)
            return
        if isinstance(known, Answer):
            await _send(known, send)
            return
        try:
            await self._first(occasion, scope, receive, send)
        except (KeyReused, Unreadable) as refusal:
            await _refusal(refusal)(scope, receive, send)
        finally:
            memory.drop_unfinished(occasion)

    async def _first(self, occasion: Occasion, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it, unless an earlier process did."""
        if scope["path"].startswith(_BY_THE_ENGINE):
            await self._do(occasion, scope, receive, send, ())
            return
        kept = await self._kept(occasion)
        if kept is None:
            held = await self._do(occasion, scope, receive, send, _LIKE_DONE_BEFORE)
            if held is None:
                return
            kept = await self._kept(occasion)
            if kept is None:
                self._window.idempotency.finish(occasion, held)
                await _send(held, send, repeated=False)
                return
        await self._learn()
        self._window.idempotency.finish(occasion, kept)
        await _send(kept, send)

    async def _do(
        self,
        occasion: Occasion,
        scope: Scope,
        receive: Receive,
        send: Send,
        held_back: tuple[int, ...],
    ) -> Answer | None:
        """Let the application answer; an answer of a status `held_back` is not sent but given."""
        start: MutableMapping[str, Any] = {}
        parts: list[bytes] = []
        held: list[Answer] = []

        async def listening(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    given = Answer(start["status"], list(start["headers"]), b"".join(parts))
                    if given.status in held_back:
                        held.append(given)
                    else:
                        self._window.idempotency.finish(occasion, given)
            if start["status"] not in held_back:
                await send(message)

        await self._app(dict(scope) | {OCCASION: occasion}, receive, listening)
        return held[0] if held else None

    async def _kept(self, occasion: Occasion) -> Answer | None:
        """What the database knows; nothing while it is away (then the change fails, too)."""
        try:
            return await self._window.answers.find(occasion)
        except DatabaseAway:
            return None

    async def _learn(self) -> None:
        """Another process made the change: who hears of us that it is made finds it here, too."""
        await refresh(self._window.follower)
        with suppress(DatabaseAway):
            await evict(self._window)

    def _asker(self, scope: Scope) -> tuple[Principal, str] | None:
        """Who asks, and with which key; None where nothing is to be repeated."""
        if scope["type"] != "http" or scope["method"] not in _WRITES or scope["path"] in WITHOUT:
            return None
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get(b"idempotency-key")
        scheme, _, token = headers.get(b"authorization", "").partition(" ")
        if given is None or scheme.lower() != "bearer":
            return None
        try:
            principal = self._window.accounts.authenticate(token)
        except BadToken:
            return None
        asks(principal)
        return principal, given


def _place(scope: Scope) -> tuple[str, ...]:
    query = scope.get("query_string", b"").decode("latin-1")
    return scope["method"], scope["path"], query


def _refusal(refusal: Exception) -> App:
    if isinstance(refusal, KeyReused):
        return render(
            Kind.KEY_REUSED,
            "This Idempotency-Key belongs to another request: take a new one for each write.",
        )
    if isinstance(refusal, Unreadable):
        return render(
            Kind.CONFLICT,
            "This was done before, and its answer can be read no more: look at what there is.",
        )
    return render(
        Kind.IN_PROGRESS,
        "The first request with this Idempotency-Key is still under way: wait a moment.",
        headers={"Retry-After": "1"},
    )


async def _send(answer: Answer, send: Send, repeated: bool = True) -> None:
    mark = [(b"idempotent-replayed", b"true")] if repeated else []
    headers = [*answer.headers, *mark]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
