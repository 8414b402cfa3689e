"""Follows the list of stretches whose readings came into the store by another way than the broker.

What of them is under 24 h old goes through the judge as if it came now: the engine knows what is
newest, late or historical. Older readings are marked and replayed. An entry leaves the list only
when a snapshot on our own disk knows of it and what it led to is on record, so after a kill at any
moment we, or another engine, judge it once more, and the same once more changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
import structlog

from services.alerts.engine_outcome import DirtyRange
from services.alerts.judge import Judge
from services.alerts.keeper import Keeper
from services.alerts.passed import Passed
from services.domain.point import Point
from services.domain.reading import LIVE_HORIZON_MS
from services.store.judge_again import AgainList, Stretch, Waiting

EVERY_S = 0.3
AWAY_S = 1.0
SLICE = 1_000
"""Readings judged in one step: few enough that the loop stays quick."""
IN_WORK_LIMIT = 10_000
"""Entries judged and not yet dropped; beyond it the list waits for the next snapshot."""
LATER_S = (0.0, 2.0, 10.0, 60.0)
"""When the stretches of a point that was learned late are looked at."""
UNKNOWN_LOOKS = 100
"""How often a point is looked for in the book; one that is not there by then is gone."""

_log = structlog.get_logger()


@dataclass(slots=True)
class AgainFollower:
    """`judged`: numbers of entries, with the judge's step that was their last, and where the spool
    was then."""

    entries: AgainList
    judge: Judge
    keeper: Keeper
    passed: Passed = field(default_factory=Passed)
    _own: list[tuple[float, Stretch]] = field(default_factory=list)
    """Stretches of points learned late, and when to look at them (monotonic)."""
    _judged: dict[int, tuple[int, int]] = field(default_factory=dict)
    _unknown: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow for ever; with the database away, wait."""
        away = False
        while True:
            try:
                await self.look()
                away = False
            except psycopg.Error as fault:
                if not away:
                    _log.warning("cannot read what is to be judged again", fault=str(fault))
                away = True
            await asyncio.sleep(AWAY_S if away else EVERY_S)

    def learn(self, points: Sequence[Point]) -> None:
        """The book brought points: what of them was passed by is judged from the store, now and
        again later, because ingest may be slower to store it."""
        now = self.judge.clock.monotonic()
        for stretch in self.passed.learn(points):
            self._own += [(now + after, stretch) for after in LATER_S]
        del self._own[: -IN_WORK_LIMIT * len(LATER_S)]

    async def look(self) -> None:
        """Judge what is new on the list, drop what is safe. Raises psycopg.OperationalError."""
        await self._look_at_own()
        # At its end the spool takes no marks: the list keeps them.
        if len(self._judged) < IN_WORK_LIMIT and self.judge.ledger.overflow.since is None:
            for entry in await self.entries.waiting(self._judged):
                if self._is_known(entry):
                    await self._judge(entry.stretch)
                    self._judged[entry.id] = self.judge.steps, self.judge.ledger.spool.last
        kept, recorded = self.keeper.kept, self.judge.ledger.recorded_position
        safe = [
            number
            for number, (step, position) in self._judged.items()
            if step <= kept and position <= recorded
        ]
        if safe:
            await self.entries.drop(safe)
            for number in safe:
                del self._judged[number]

    async def _look_at_own(self) -> None:
        now = self.judge.clock.monotonic()
        for due in [each for each in self._own if each[0] <= now]:
            await self._judge(due[1])
            self._own.remove(due)

    def _is_known(self, entry: Waiting) -> bool:
        """Whether its point is in our book; it may be a moment behind."""
        if entry.stretch.point_id in self.judge.engine.directory.by_id:
            self._unknown.pop(entry.id, None)
            return True
        looks = self._unknown[entry.id] = self._unknown.get(entry.id, 0) + 1
        if looks >= UNKNOWN_LOOKS:
            del self._unknown[entry.id]
            self._judged[entry.id] = 0, 0
        return False

    async def _judge(self, stretch: Stretch) -> None:
        horizon = self.judge.clock.now_ms() - LIVE_HORIZON_MS
        if stretch.since < horizon:
            until = min(stretch.until, horizon)
            self.judge.mark([DirtyRange(stretch.point_id, stretch.since, until, False, True)])
        if stretch.until < horizon:
            return
        live = Stretch(stretch.point_id, max(stretch.since, horizon), stretch.until)
        async with self.entries.readings(live) as cursor:
            while readings := await cursor.take(SLICE):
                self.judge.judge(readings)
                await asyncio.sleep(0)
