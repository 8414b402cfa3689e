"""What the database knows of a point's past: stored readings, judged states, alarms on record."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from services.domain.alarm import Alarm, AlarmState, ClosedAs
from services.domain.judgement import PointState
from services.domain.reading import Quality, Reading, ReadingFlag
from services.domain.rule import Direction
from services.domain.subject import Subject
from services.domain.suppression import OffBoard
from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import Row, within
from services.store.queries import Queries

ANSWER_S = 10.0
"""Any one answer later than this means that the database is away."""


class ReadingCursor:
    """The stored readings of one point, slice by slice."""

    def __init__(self, cursor: psycopg.AsyncServerCursor[Row], point_id: int) -> None:
        self._cursor = cursor
        self._point_id = point_id

    async def take(self, limit: int) -> list[Reading]:
        """The next readings; empty at the end. psycopg.OperationalError if none come in time."""
        async with within(self._cursor.connection, ANSWER_S):
            rows = await self._cursor.fetchmany(limit)
        return [self._reading(*row) for row in rows]

    def _reading(
        self, measured_at: Any, received_at: Any, value: float | None, quality: int, flags: int
    ) -> Reading:
        return Reading(
            point_id=self._point_id,
            measured_at=to_ms(measured_at),
            received_at=to_ms(received_at),
            value=value,
            quality=Quality(quality),
            flags=ReadingFlag(flags),
        )


class PastStore:
    """Reads over a connection of the engine's role. Times are epoch milliseconds."""

    def __init__(self, connection: psycopg.AsyncConnection[Row]) -> None:
        self._connection = connection
        self._sql = Queries.load("alerts")

    async def arrived(self, wanted: Sequence[tuple[int, int]]) -> set[int]:
        """Which of these (point, measured at) are stored: their places in the list."""
        values = {
            "points": [point for point, _ in wanted],
            "moments": [to_datetime(moment) for _, moment in wanted],
        }
        return {int(row[0]) - 1 for row in await self._all("arrived", values)}

    async def count(self, point_id: int, start: int, until: int) -> int:
        """How many readings are stored between two times of measurement, both included."""
        values = {"point_id": point_id, "start": to_datetime(start), "until": to_datetime(until)}
        return int((await self._all("count_readings", values))[0][0])

    async def state_before(self, point_id: int, moment: int) -> PointState | None:
        """The last judged state on record strictly before a moment."""
        values = {"point_id": point_id, "before": to_datetime(moment)}
        rows = await self._all("state_before", values)
        return _state(rows[0][0]) if rows else None

    async def states_after(self, point_id: int, moment: int) -> list[PointState]:
        """The judged states on record after a moment, in order."""
        values = {"point_id": point_id, "after": to_datetime(moment)}
        return [_state(row[0]) for row in await self._all("states_after", values)]

    async def alarms(
        self, point_id: int, start: int, until: int, ids: Sequence[str] = ()
    ) -> list[Alarm]:
        """The alarms on record that are not closed, stood between two judging times, or have one
        of these identities."""
        values = {
            "point_id": point_id,
            "start": to_datetime(start),
            "until": to_datetime(until),
            "ids": list(ids),
        }
        async with within(self._connection, ANSWER_S):
            cursor = self._connection.cursor(row_factory=dict_row)
            await cursor.execute(self._sql["alarms_overlapping"], values)
            return [_alarm(row) for row in await cursor.fetchall()]

    async def open_alarms(self) -> list[Alarm]:
        """Every alarm on record that is not closed."""
        async with within(self._connection, ANSWER_S):
            cursor = self._connection.cursor(row_factory=dict_row)
            await cursor.execute(self._sql["alarms_open"])
            return [_alarm(row) for row in await cursor.fetchall()]

    async def newest_states(self) -> list[PointState]:
        """The last judged state on record of each point that has a rule."""
        return [_state(row[0]) for row in await self._all("newest_states", {})]

    @asynccontextmanager
    async def readings_after(self, point_id: int, moment: int) -> AsyncIterator[ReadingCursor]:
        """The stored readings judged after a moment, in the order in which they are judged."""
        values = {"point_id": point_id, "after": to_datetime(moment)}
        async with self._connection.transaction():
            cursor = self._connection.cursor(name="past")
            async with within(self._connection, ANSWER_S):
                await cursor.execute(self._sql["readings_after"], values)
            yield ReadingCursor(cursor, point_id)

    async def _all(self, name: str, values: dict[str, Any]) -> list[Row]:
        async with within(self._connection, ANSWER_S):
            cursor = await self._connection.execute(self._sql[name], values)
            return await cursor.fetchall()


def _state(text: str) -> PointState:
    return msgspec.json.decode(text, type=PointState)


def _alarm(row: dict[str, Any]) -> Alarm:
    moments = {
        name: None if row[name] is None else to_ms(row[name])
        for name in ("cleared_at", "acknowledged_at")
    }
    subject = Subject(row.pop("subject_type"), row.pop("subject_id"))
    return Alarm(
        **row
        | moments
        | {
            "subject": subject,
            "direction": None if row["direction"] is None else Direction(row["direction"]),
            "state": AlarmState(row["state"]),
            "closed_as": None if row["closed_as"] is None else ClosedAs(row["closed_as"]),
            "raised_at": to_ms(row["raised_at"]),
            "received_at": to_ms(row["received_at"]),
            "off": None if row["off"] is None else msgspec.convert(row["off"], OffBoard),
        }
    )
