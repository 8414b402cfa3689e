"""The stored past of many points in columns, slice of time by slice.

A slice is as wide as its number of readings allows, so that memory stays bounded whatever the
points' periods are.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import psycopg
from numpy.typing import NDArray

from services.domain.reading import Quality, Reading
from services.runtime.clock import to_datetime
from services.store.deadline import Row, within
from services.store.queries import Queries
from services.store.tenant import name_tenant

AHEAD_MS = 600_000
"""Readings further ahead of our clock are left out, and counted: they would have to be sought in
the whole of the future."""

SLICE = 600_000
"""Readings of a slice that we aim at."""

NARROWEST_MS, FIRST_MS, WIDEST_MS = 60_000, 3_600_000, 86_400_000
ANSWER_S = 60.0
_EPOCH_2000_US = 946_684_800_000_000
_HEADER = 20
"""Bytes of PostgreSQL's header of an array of one dimension."""

_INT64 = np.dtype([("size", ">i4"), ("value", ">i8")])
_FLOAT = np.dtype([("size", ">i4"), ("value", ">f8")])
Times = NDArray[np.int64]
Values = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings of one point in the order of judging. Times are epoch ms; a value that is no number
    is none. `quality`: where bad readings are among them."""

    judged: Times
    measured: Times
    received: Times
    value: Values
    quality: Times | None = None

    def chosen(self, which: "Marks | Times") -> "Columns":
        """Those that are marked, or at these places."""
        return Columns(
            self.judged[which],
            self.measured[which],
            self.received[which],
            self.value[which],
            None if self.quality is None else self.quality[which],
        )

    def readings(self, point_id: int) -> list[Reading]:
        """As the judge of limits takes them; good or uncertain makes no difference to it."""
        columns = (self.measured.tolist(), self.received.tolist(), self.value.tolist())
        return [
            Reading(point_id, measured, received, value, Quality.GOOD)
            for measured, received, value in zip(*columns, strict=True)
        ]


@dataclass(slots=True)
class Past:
    """Reads over a connection of its own; counts what it read and what it had to leave out.

    `tenant`: whose points they may be. `statement`: `columns` for the readings that limits judge, `every` for bad ones, too.
    """

    connection: psycopg.AsyncConnection[Row]
    tenant: str
    statement: str = "columns"
    readings: Counter[int] = field(default_factory=Counter)
    left_out: Counter[int] = field(default_factory=Counter)
    """Both by point."""
    _sql: Queries = field(default_factory=lambda: Queries.load("past"))

    async def slices(
        self, points: Sequence[int], start: int, end: int
    ) -> AsyncIterator[dict[int, Columns]]:
        """All readings judged from `start` on and before `end` (epoch ms), in order of time.

        Raises psycopg.OperationalError when a slice does not come in time.
        """
        width = FIRST_MS
        while start < end:
            until = min(start + width, end)
            found = await self._slice(points, start, until)
            yield found
            for number, columns in found.items():
                self.readings[number] += len(columns.value)
            count = sum(len(each.value) for each in found.values())
            share = min(4.0, max(0.25, SLICE / max(count, 1)))
            width = min(WIDEST_MS, max(NARROWEST_MS, int(width * share)))
            start = until

    async def _slice(self, points: Sequence[int], start: int, until: int) -> dict[int, Columns]:
        values = {
            "points": list(points),
            "start": to_datetime(start),
            "until": to_datetime(until + AHEAD_MS),
        }
        async with within(self.connection, ANSWER_S), self.connection.transaction():
            await name_tenant(self.connection, self.tenant)
            cursor = await self.connection.execute(self._sql[self.statement], values, binary=True)
        result = cursor.pgresult
        assert result is not None
        found: dict[int, Columns] = {}
        for row in range(result.ntuples):
            name, *arrays = (
                result.get_value(row, column) or b"" for column in range(result.nfields)
            )
            number = int.from_bytes(name, "big")
            columns = self._ordered(number, arrays, start, until)
            if len(columns.value):
                found[number] = columns
        return found

    def _ordered(self, number: int, arrays: list[bytes], start: int, until: int) -> Columns:
        measured, received = _milliseconds(arrays[0]), _milliseconds(arrays[1])
        value = np.frombuffer(arrays[2], _FLOAT, offset=_HEADER)["value"].astype(np.float64)
        judged = np.minimum(measured, received)
        far = measured - judged > AHEAD_MS
        self.left_out[number] += int((far & (measured < until)).sum())
        here = ~far & (judged >= start) & (judged < until)
        quality = _whole(arrays[3]) if len(arrays) > 3 else None
        every = Columns(judged, measured, received, value, quality).chosen(here)
        keys = (every.value, every.measured, every.judged)
        order = np.lexsort(keys if every.quality is None else (every.quality, *keys))
        return every.chosen(order)


def _milliseconds(array: bytes) -> Times:
    times: Times = (_whole(array) + _EPOCH_2000_US) // 1000
    return times


def _whole(array: bytes) -> Times:
    return np.frombuffer(array, _INT64, offset=_HEADER)["value"].astype(np.int64)
