"""Stretches to be judged because their readings came into the store by another way than the broker.

The engine hears the broker, not the store. Whoever stores readings otherwise (adopted ones, dead
letters read again) calls `add` in the same transaction; the engine's service follows the list.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from services.domain.reading import Reading
from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import connect, cut, within
from services.store.history import ReadingCursor
from services.store.queries import Queries

ANSWER_S = 5.0
"""Any one answer later than this means that the database is away."""

AT_ONCE = 200
"""Stretches read at a time."""

_SQL = Queries.load("judge_again")
Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings of a point between two judging times (epoch ms, both included)."""

    point_id: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stretch on the list, by its number there."""

    id: int
    stretch: Stretch


def stretches_of(readings: Iterable[Reading]) -> list[Stretch]:
    """One stretch a point that holds all these readings of it."""
    found: dict[int, tuple[int, int]] = {}
    for each in readings:
        at = each.judged_at
        since, until = found.get(each.point_id, (at, at))
        found[each.point_id] = (min(since, at), max(until, at))
    return [Stretch(point_id, since, until) for point_id, (since, until) in found.items()]


async def add(connection: Connection, stretches: Sequence[Stretch]) -> None:
    """Put stretches on the list, in the transaction that stores their readings."""
    if not stretches:
        return
    columns = {
        "points": [each.point_id for each in stretches],
        "since": [to_datetime(each.since) for each in stretches],
        "until": [to_datetime(each.until) for each in stretches],
    }
    await connection.execute(_SQL["add"], columns)


class AgainList:
    """The list as the engine's service follows it, over a connection of its own.

    Each call raises psycopg.OperationalError when the database does not answer in time; the next
    one connects anew.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: Connection | None = None

    async def waiting(self, known: Iterable[int]) -> list[Waiting]:
        """What is on the list beside what is known, at most `AT_ONCE`."""
        values = {"known": list(known), "limit": AT_ONCE}
        async with self._connected() as connection:
            cursor = await connection.execute(_SQL["waiting"], values)
            rows = await cursor.fetchall()
        return [Waiting(row[0], Stretch(row[1], to_ms(row[2]), to_ms(row[3]))) for row in rows]

    @asynccontextmanager
    async def readings(self, stretch: Stretch) -> AsyncIterator[ReadingCursor]:
        """The stored readings of a stretch, in the order in which they are judged."""
        values = {
            "point_id": stretch.point_id,
            "since": to_datetime(stretch.since),
            "until": to_datetime(stretch.until),
        }
        async with self._reaching() as connection, connection.transaction():
            cursor = connection.cursor(name="again")
            async with within(connection, ANSWER_S):
                await cursor.execute(_SQL["readings"], values)
            yield ReadingCursor(cursor, stretch.point_id)

    async def drop(self, ids: Sequence[int]) -> None:
        """These are judged for good."""
        async with self._connected() as connection:
            await connection.execute(_SQL["drop"], {"ids": list(ids)})

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        async with self._reaching() as connection, within(connection, ANSWER_S):
            yield connection

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[Connection]:
        try:
            if self._connection is None:
                self._connection = await connect(self._url, application="parkwatch-again")
            yield self._connection
        except psycopg.Error:
            self.close()
            raise
