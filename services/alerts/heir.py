"""The heir: an engine that took over from one on another disk judges what that one may have.

Of what the old engine acknowledged some may not be on record. So the heir begins with the states
on record and judges every stored reading since the record was last known to be whole, before
anything new. What ingest had not stored by then is looked for again, ever less often for an hour.
Identities come from the readings, so what was on record is not made twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from services.alerts.engine_outcome import DirtyRange
from services.alerts.judge import Judge
from services.domain.reading import Reading
from services.domain.window import LATE_MS
from services.store.engine_lease import EngineLease
from services.store.inheritance import POINTS_AT_ONCE, Came, Inheritance, inheritance
from services.store.intake import Busy

SLACK_MS = LATE_MS + 30_000
"""So far before the last whole record we begin: what is late is judged against what was heard."""
SLICE = 1_000
LOOKS_S = (2.0, 8.0, 50.0, 540.0, 3_000.0)
"""From one look at what was stored late to the next."""
AGAIN_S = 1.0

_log = structlog.get_logger()


@dataclass(slots=True)
class Heir:
    """`since`: until then (epoch ms) the record was whole."""

    database_url: str
    judge: Judge
    lease: EngineLease
    since: int
    _until: int = 0
    _came: dict[int, Came] = field(default_factory=dict)

    async def begin(self) -> None:
        """Judge what is stored; before this returns nothing of the field may be judged. With the
        database away it goes on trying: without the past the present is judged wrongly."""
        self._until = self.judge.clock.now_ms()
        count = 0
        while True:
            try:
                async with inheritance(self.database_url, self.since - SLACK_MS) as past:
                    count = await self._judge_stored(past)
                    await self._take_marks(past)
                    break
            except Busy as fault:
                _log.warning("cannot read what the engine before us heard: trying again",
                             fault=str(fault))  # fmt: skip
                await asyncio.sleep(AGAIN_S)
        _log.info("took over from another disk", readings=count, since=self.since)

    async def run(self) -> None:
        """Look for what is stored late; then say that nothing is left to inherit."""
        for wait in LOOKS_S:
            await asyncio.sleep(wait)
            await self._until_done(self._look)
        await self._until_done(self.lease.inherited)
        _log.info("nothing is left to inherit")

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
                return
            except Busy:
                await asyncio.sleep(AGAIN_S)

    async def _judge_stored(self, past: Inheritance) -> int:
        count = 0
        # First, for of what is known nothing older is taken up.
        await self._recall(await past.newest_states(self.judge.engine.directory))
        for points in self._points():
            readings = await past.readings(points)
            self._came |= await past.came(points, self._until)
            await self._recall(readings)
            count += len(readings)
        return count

    async def _recall(self, readings: list[Reading]) -> None:
        for start in range(0, len(readings), SLICE):
            self.judge.recall(readings[start : start + SLICE])
            await asyncio.sleep(0)

    async def _take_marks(self, past: Inheritance) -> None:
        ranges = [
            DirtyRange(each.point_id, each.since, each.until, each.sounding, stored=True)
            for each in await past.marks()
        ]
        if ranges:
            self.judge.mark(ranges)

    async def _look(self) -> None:
        """Points of which more is stored by now are judged again over it, and it sounds."""
        async with inheritance(self.database_url, self.since - SLACK_MS) as past:
            for points in self._points():
                found = await past.came(points, self._until)
                more = [
                    DirtyRange(point_id, each.first, each.last, sounding=True, stored=True)
                    for point_id, each in found.items()
                    if each.count > self._known(point_id)
                ]
                self._came |= found
                if more:
                    self.judge.mark(more)
                await asyncio.sleep(0)

    def _known(self, point_id: int) -> int:
        came = self._came.get(point_id)
        return 0 if came is None else came.count

    def _points(self) -> list[list[int]]:
        every = sorted(self.judge.engine.directory.by_id)
        return [every[at : at + POINTS_AT_ONCE] for at in range(0, len(every), POINTS_AT_ONCE)]
