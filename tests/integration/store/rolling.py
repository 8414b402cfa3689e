"""Readings into the real store and their roll-ups out of it, beside a plain recomputation."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from services.domain.reading import Quality, Reading
from services.domain.rollup import HOUR_MS, MINUTE_MS
from services.ingest.roller import Roller
from services.runtime.clock import ManualClock, to_datetime, to_ms
from services.store import reading_list
from services.store.deadline import connect
from services.store.intake_tables import Connection
from services.store.queries import Queries
from services.store.reading_list import Bucket, Span
from services.store.reading_table import insert_readings
from services.store.rollup import Rollups
from services.store.tenant import EVERY, name_tenant
from tests.living.engines_alone import Engines

Row = tuple[float | None, float | None, float | None, int, int, float | None, int]
"""Low, high, mean, usable, bad, last, worst quality."""


@dataclass(slots=True)
class Place:
    """A store with two points, what was put into it, and its one worker."""

    engines: Engines
    connection: Connection
    rollups: Rollups
    roller: Roller
    clock: ManualClock
    sent: list[Reading]

    async def put(self, readings: Sequence[Reading]) -> None:
        """A batch, as ingest stores it."""
        async with self.connection.transaction():
            await insert_readings(self.connection, readings)
        self.sent += readings

    async def roll(self) -> None:
        """Everything that there is to do just now."""
        for _ in range(200):  # the server may not have noticed yet that the last one died
            if await self.rollups.hold():
                break
            await asyncio.sleep(0.05)
        await self.roller.turn(asyncio.Event())

    async def killed_while_rolling(self) -> None:
        """A worker that dies in the middle of a pass; the next one is somebody else."""
        cut = asyncio.get_running_loop().call_later(0.004, self.rollups.cut)
        with suppress(psycopg.Error):
            await self.roll()
        cut.cancel()
        self.rollups.drop()

    async def buckets(self, point: int, width_ms: int, start: int, end: int) -> dict[int, Row]:
        """What the api shows, by the beginning of the bucket."""
        span = Span(point, to_datetime(start), to_datetime(end))
        url = self.engines.database_url("api")
        async with (
            await connect(url, application="test") as connection,
            connection.transaction(),
        ):
            await name_tenant(connection, EVERY)
            state = await reading_list.rolled(connection, span)
            width = timedelta(milliseconds=width_ms)
            found = await reading_list.buckets(connection, span, state, width, 1_000_000)
        return {to_ms(each.bucket): _row(each) for each in found}


async def open_place(engines: Engines, now: int) -> Place:
    """Two points and nothing stored; the live window begins at `now`."""
    engines.empty()
    minute = to_datetime(now - now % MINUTE_MS)
    with psycopg.connect(engines.superuser_url) as superuser:
        superuser.execute(
            "UPDATE rollup_window SET rolled = %s, closed = %s, horizon = %s",
            (minute, minute, minute),
        )
        superuser.execute("INSERT INTO enterprise VALUES ('acme', 'Acme', NULL, now(), NULL, 0)")
        superuser.execute(
            "INSERT INTO point (enterprise, tag, id, kind, unit, book_version) VALUES"
            " ('acme', 'A', 1, 'flow', '1', 0), ('acme', 'B', 2, 'flow', '1', 0)"
        )
    clock = ManualClock(now)
    connection = await connect(engines.database_url("ingest"), application="test")
    await connection.execute(Queries.load("ingest")["make_incoming"])
    rollups = Rollups(engines.database_url("ingest"))
    return Place(engines, connection, rollups, Roller(rollups, clock), clock, [])


def recomputed(readings: Iterable[Reading], point: int, width_ms: int) -> dict[int, Row]:
    """The same from nothing, of the readings in the order in which they were sent."""
    stored: dict[tuple[int, float | None, Quality], Reading] = {}
    for each in readings:
        if each.point_id == point:
            stored.setdefault((each.measured_at, each.value, each.quality), each)
    groups: dict[int, list[Reading]] = defaultdict(list)
    for each in stored.values():
        groups[each.measured_at // width_ms * width_ms].append(each)
    return {start: _of(group) for start, group in groups.items()}


def _of(group: list[Reading]) -> Row:
    usable = [each for each in group if each.is_judged]
    values = [each.value for each in usable if each.value is not None]
    newest = max(usable, key=lambda r: (r.measured_at, r.received_at, r.value), default=None)
    return (
        min(values, default=None),
        max(values, default=None),
        sum(values) / len(values) if values else None,
        len(values),
        len(group) - len(values),
        None if newest is None else newest.value,
        max(each.quality for each in group),
    )


def _row(each: Bucket) -> Row:
    return (
        each.low, each.high, each.mean, each.number, each.bad, each.newest, each.quality,
    )  # fmt: skip


WIDTHS = (MINUTE_MS, HOUR_MS)
