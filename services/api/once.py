"""Doing a change once: its answer goes into the database in the change's own transaction, and so
does its row of the audit."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from psycopg import AsyncConnection

from services.api.database import Database
from services.api.deed import AUDITED, deed_of
from services.api.idempotency import KEPT_S, LIMIT, Answer, KeyReused, Occasion
from services.api.seal import Seal
from services.api.trail import Trail
from services.runtime.clock import Clock, to_datetime
from services.store import kept_answer
from services.store.kept_answer import KeptAnswer
from services.store.tenant import EVERY

PRUNE_S = 600.0


class DoneBefore(Exception):
    """Another request with this key was quicker: the change must not be made again."""


class Unreadable(Exception):
    """The answer was sealed by another key than ours."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in the database."""

    database: Database
    clock: Clock
    seal: Seal

    async def find(self, occasion: Occasion) -> Answer | None:
        """The answer of before. Raises DatabaseAway, KeyReused, Unreadable."""
        async with self.database.transaction() as connection:
            kept = await kept_answer.find(connection, occasion.username, occasion.request)
        if kept is None:
            return None
        if kept.asked != occasion.asked:
            raise KeyReused
        body = self.seal.open(occasion.name, kept.answer)
        if body is None:
            raise Unreadable
        return Answer(kept.status, [(b"content-type", b"application/json")] if body else [], body)

    async def keep(
        self, connection: AsyncConnection[Any], occasion: Occasion, response: Response
    ) -> None:
        """Raises DoneBefore, which must end the transaction."""
        sealed = self.seal.close(occasion.name, bytes(response.body))
        kept = KeptAnswer(occasion.asked, response.status_code, sealed)
        now = to_datetime(self.clock.now_ms())
        if not await kept_answer.insert(connection, occasion.username, occasion.request, kept, now):
            raise DoneBefore

    async def prune(self) -> None:
        """Forget what is old or too much. Raises DatabaseAway."""
        before = to_datetime(self.clock.now_ms()) - timedelta(seconds=KEPT_S)
        async with self.database.transaction(tenant=EVERY) as connection:
            await kept_answer.prune(connection, before, LIMIT)


@dataclass(frozen=True, slots=True)
class Once:
    """What a route has of it; without an `Idempotency-Key` there is no occasion."""

    answers: Answers
    occasion: Occasion | None
    trail: Trail
    request: Request

    async def keep(self, connection: AsyncConnection[Any], response: Response) -> Response:
        """Keep the answer to a change that this transaction makes, and who made it; call it last in
        there.

        Raises DoneBefore, which undoes the transaction: the repeat is then answered as the first.
        """
        if self.occasion is not None:
            await self.answers.keep(connection, self.occasion, response)
        return await self.note(connection, response)

    async def note(self, connection: AsyncConnection[Any], response: Response) -> Response:
        """Only who made the change, where its answer is not to be kept; call it last in there."""
        await self.trail.note(connection, deed_of(self.request, response))
        self.request.scope[AUDITED] = True
        return response
