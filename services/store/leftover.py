"""Leftovers: transitions that an engine had noted and not recorded when another one took over."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
import psycopg

from services.domain.alarm import Transition
from services.runtime.clock import to_datetime
from services.store.deadline import Row, connect, cut, within
from services.store.intake import Busy
from services.store.queries import Queries

ANSWER_S = 5.0
AT_ONCE = 200

_SQL = Queries.load("engine_lease")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A transition by its place: spool, record, place in the record."""

    spool: str
    position: int
    part: int
    transition: Transition


class LeftoverTable:
    """A connection a call: it is seldom asked. Each raises Busy."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def position(self, spool: str) -> int:
        """How far a spool is recorded or handed in."""
        async with self._asking() as connection:
            cursor = await connection.execute(_SQL["recorded_position"], {"spool": spool})
            row = await cursor.fetchone()
            return 0 if row is None else int(row[0])

    async def hand_in(self, spool: str, position: int, leftovers: Sequence[Leftover]) -> None:
        """Hand in what lies in a spool up to a position."""
        rows = [
            {
                "spool": each.spool,
                "position": each.position,
                "part": each.part,
                "alarm_id": each.transition.alarm.id,
                "noted_at": to_datetime(each.transition.noted_at),
                "transition": msgspec.json.encode(each.transition).decode(),
            }
            for each in leftovers
        ]
        async with self._asking() as connection, connection.transaction():
            if rows:
                await connection.cursor().executemany(_SQL["hand_in"], rows)
            moved = {"spool": spool, "position": position}
            await connection.execute(_SQL["handed_in"], moved)

    async def waiting(self) -> list[Leftover]:
        """What nobody has taken up, the oldest first."""
        async with self._asking() as connection:
            cursor = await connection.execute(_SQL["leftovers"], {"limit": AT_ONCE})
            rows = await cursor.fetchall()
        return [
            Leftover(row[0], row[1], row[2], msgspec.json.decode(row[3], type=Transition))
            for row in rows
        ]

    async def known(self, ids: Iterable[str]) -> set[str]:
        """Which of these alarms are on record."""
        async with self._asking() as connection:
            cursor = await connection.execute(_SQL["known_alarms"], {"ids": list(ids)})
            return {str(row[0]) for row in await cursor.fetchall()}

    async def taken_up(self, leftover: Leftover, outcome: str) -> None:
        """What became of one."""
        asked = {
            "spool": leftover.spool,
            "position": leftover.position,
            "part": leftover.part,
            "outcome": outcome,
        }
        async with self._asking() as connection:
            await connection.execute(_SQL["taken_up"], asked)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        try:
            connection = await connect(self._url, application="parkwatch-leftover")
            try:
                async with within(connection, ANSWER_S):
                    yield connection
            finally:
                cut(connection)
                connection.pgconn.finish()
        except psycopg.Error as error:
            raise Busy(str(error).split("\n")[0][:200]) from error
