"""What an engine that takes over from another disk reads: stored readings, and marks on record."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from services.domain.detector_course import order
from services.domain.directory import Directory
from services.domain.point import PointKind
from services.domain.reading import LIVE_HORIZON_MS, Quality, Reading, ReadingFlag
from services.runtime.clock import to_datetime, to_ms
from services.store import engine_mark
from services.store.deadline import Row, connect, cut, within
from services.store.engine_mark import MarkRow
from services.store.intake import Busy
from services.store.queries import Queries

ANSWER_S = 20.0
POINTS_AT_ONCE = 500
LIVE = timedelta(milliseconds=LIVE_HORIZON_MS)

_SQL = Queries.load("engine_lease")


@dataclass(frozen=True, slots=True)
class Came:
    """Readings of a point that came in a time: how many, and their judging times (epoch ms)."""

    count: int
    first: int
    last: int


class Inheritance:
    """Reads over one connection. `since`: until then all was on record (epoch ms). Each call
    raises Busy."""

    def __init__(self, connection: psycopg.AsyncConnection[Row], since: int) -> None:
        self._connection = connection
        self._moments = {
            "since": to_datetime(since),
            "horizon": to_datetime(since - LIVE_HORIZON_MS),
        }

    async def marks(self) -> list[MarkRow]:
        """What the one before us had still to judge again."""
        async with self._within():
            return await engine_mark.marks(self._connection)

    async def readings(self, point_ids: Sequence[int]) -> list[Reading]:
        """The readings of these points since then, and the last one before, in the order of
        judging."""
        rows: list[Row] = []
        for statement in ("newest_before", "measured_since"):
            rows += await self._rows(statement, point_ids)
        readings = [_reading(*row) for row in rows]
        return sorted(readings, key=order)

    async def newest_states(self, directory: Directory) -> list[Reading]:
        """What each interlock told last until then, however long ago, in the order of judging: a
        bypass that nobody ended still stands."""
        points = sorted(
            each.id for each in directory.by_id.values() if each.kind is PointKind.INTERLOCK
        )
        rows: list[Row] = []
        for start in range(0, len(points), POINTS_AT_ONCE):
            asked = points[start : start + POINTS_AT_ONCE]
            rows += await self._rows("newest_state_before", asked, live=LIVE, bad=Quality.BAD)
        return sorted((_reading(*row) for row in rows), key=order)

    async def came(self, point_ids: Sequence[int], until: int) -> dict[int, Came]:
        """What of these points, measured up to `until`, came since then, by point."""
        rows = await self._rows("received_since", point_ids, until=to_datetime(until))
        return {row[0]: Came(row[1], to_ms(row[2]), to_ms(row[3])) for row in rows}

    async def _rows(self, statement: str, point_ids: Sequence[int], **more: Any) -> list[Row]:
        async with self._within():
            asked = self._moments | {"points": list(point_ids)} | more
            cursor = await self._connection.execute(_SQL[statement], asked)
            return await cursor.fetchall()

    @asynccontextmanager
    async def _within(self) -> AsyncIterator[None]:
        try:
            async with within(self._connection, ANSWER_S):
                yield
        except psycopg.Error as error:
            raise Busy(str(error).split("\n")[0][:200]) from error


@asynccontextmanager
async def inheritance(database_url: str, since: int) -> AsyncIterator[Inheritance]:
    """Over a connection of its own. Raises Busy."""
    try:
        connection = await connect(database_url, application="parkwatch-inheritance")
    except psycopg.Error as error:
        raise Busy(str(error).split("\n")[0][:200]) from error
    try:
        yield Inheritance(connection, since)
    finally:
        cut(connection)
        connection.pgconn.finish()


def _reading(
    point_id: int, measured_at: Any, received_at: Any, value: float | None, quality: int, flags: int
) -> Reading:
    return Reading(
        point_id=point_id,
        measured_at=to_ms(measured_at),
        received_at=to_ms(received_at),
        value=value,
        quality=Quality(quality),
        flags=ReadingFlag(flags),
    )
