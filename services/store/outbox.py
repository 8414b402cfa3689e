"""The outbox of notices as `notify` empties it, over one connection of its own role.

Each call is one statement and so one transaction: a receiver is claimed by its state and for a while,
so that of several senders one works for it, and a sender that dies holds nobody up for longer.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, tuple_row

from services.domain.notice import GIVE_UP_MS, GIVEN_UP_KEPT_MS, SENT_KEPT_MS, NoticeState
from services.runtime.clock import to_datetime
from services.store.deadline import Row, within
from services.store.queries import Queries

PATIENCE_S = 5.0
"""For a statement; then the connection is cut, for the database is away."""
LEASE_MS = 60_000
"""For how long a receiver and a notice are one sender's: longer than any try takes."""
AT_ONCE = 5_000
"""Notices that are forgotten by one statement."""

_SQL = Queries.load("outbox")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom to tell. `secret` is sealed; `failures`: tries in a row that came to nothing."""

    enterprise: str
    id: str
    url: str
    secret: bytes
    language: str
    by_park: bool
    failures: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell it: row `seq` of the journal of `about`, and what is known of the point.
    `attempts`: tries, this one included."""

    about: str
    seq: int
    attempts: int
    body: str
    kind: str
    unit: str
    name: str | None
    name_en: str | None
    hazard_source: str | None


class Outbox:
    """`by` is our name among the senders; times are epoch ms. Raises psycopg.Error."""

    def __init__(self, connection: psycopg.AsyncConnection[Row], by: str) -> None:
        self._connection = connection
        self._by = by
        self._turn = asyncio.Lock()

    async def claim(self, now: int, most: int) -> list[Receiver]:
        """Receivers that something waits for, ours from now on."""
        values = self._lease(now) | {"most": most}
        async with self._asking(class_row(Receiver)) as cursor:
            await cursor.execute(_SQL["claim_receivers"], values)
            found: list[Receiver] = await cursor.fetchall()
        return found

    async def next(self, to: Receiver, now: int) -> Notice | None:
        """The oldest notice for a receiver of ours, to be sent at once."""
        async with self._asking(class_row(Notice)) as cursor:
            await cursor.execute(_SQL["claim_next"], self._lease(now) | _place(to))
            found: Notice | None = await cursor.fetchone()
        return found

    async def settle(
        self,
        to: Receiver,
        notice: Notice,
        state: NoticeState,
        failures: int,
        status: int | None,
        fault: str | None,
        now: int,
    ) -> None:
        """What became of it. `failures` of its receiver in a row, this try included."""
        values = _place(to) | {
            "about": notice.about,
            "seq": notice.seq,
            "attempts": notice.attempts,
            "state": state.value,
            "status": status,
            "fault": fault,
            "failures": failures,
            "sent": int(state is NoticeState.SENT),
            "given_up": int(state is NoticeState.GIVEN_UP),
            "by": self._by,
            "now": to_datetime(now),
        }
        await self._do("settle", values)

    async def leave(self, to: Receiver, next_at: int) -> None:
        """It is ours no longer, and is not to be asked before `next_at`."""
        await self._do("leave", _place(to) | {"by": self._by, "next_at": to_datetime(next_at)})

    async def release(self, now: int) -> None:
        """We end: all that is ours is free at once."""
        values = {"by": self._by, "now": to_datetime(now)}
        await self._do("release_notices", values)
        await self._do("release_receivers", values)

    async def give_up(self, now: int) -> list[tuple[str, str, int]]:
        """What failed for too long: enterprise, receiver and how many notices."""
        values = {"before": to_datetime(now - GIVE_UP_MS), "now": to_datetime(now)}
        return list(await self._do("give_up", values))

    async def forget(self, now: int) -> None:
        """Let a part of what is over go."""
        values = {
            "sent_before": to_datetime(now - SENT_KEPT_MS),
            "given_up_before": to_datetime(now - GIVEN_UP_KEPT_MS),
            "most": AT_ONCE,
        }
        await self._do("forget", values)

    def _lease(self, now: int) -> dict[str, Any]:
        return {"by": self._by, "now": to_datetime(now), "until": to_datetime(now + LEASE_MS)}

    async def _do(self, name: str, values: Mapping[str, object]) -> Sequence[Row]:
        async with self._asking(tuple_row) as cursor:
            await cursor.execute(_SQL[name], values)
            return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def _asking(self, rows: Any) -> AsyncIterator[psycopg.AsyncCursor[Any]]:
        """The connection, one statement at a time."""
        async with (
            self._turn,
            within(self._connection, PATIENCE_S),
            self._connection.cursor(row_factory=rows) as cursor,
        ):
            yield cursor


def overdue_since(database_url: str, now: int) -> datetime | None:
    """Since when something waits that could be sent at this moment (epoch ms); None: nothing does.
    For whoever looks once, over a connection of its own. Raises psycopg.Error."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        found = connection.execute(_SQL["overdue_since"], {"now": to_datetime(now)}).fetchone()
    return None if found is None else found[0]


def _place(to: Receiver) -> dict[str, Any]:
    return {"enterprise": to.enterprise, "receiver": to.id}
