"""Rolls readings up per minute and hour, beside the door and never in its way."""

import asyncio
from dataclasses import dataclass

import psycopg
import structlog

from services.domain.rollup import Pass, next_pass
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.store.rollup import Rollups

PERIOD_S = 1.0
BACK_OFF_S = 5.0
"""After a failure, and between two looks whether the one worker is gone."""

BREATH_S = 1.0
"""After each portion it rests as long as that took, this at most: the judge needs the time more."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Progress:
    """How far the roll-ups are (epoch ms); None before the first look."""

    rolled_to: int | None = None
    late_since: int | None = None
    """Of the late readings that are not rolled up yet, when the first was noted."""

    def lag_ms(self, now: int) -> int | None:
        """How long the roll-ups are behind what is stored; the minute under way counts."""
        if self.rolled_to is None:
            return None
        return max(0, now - min(self.rolled_to, self.late_since or self.rolled_to))


class Roller:
    """One worker among all ingests of a database; the others look on. Call `run`."""

    def __init__(self, rollups: Rollups, clock: Clock) -> None:
        self._rollups = rollups
        self._clock = clock
        self._well = True
        self.progress = Progress()

    async def run(self, stop: asyncio.Event) -> None:
        """Roll up until told to stop; what fails is tried again from where it was."""
        while not stop.is_set():
            try:
                if not await self._rollups.hold():
                    await pause(stop, BACK_OFF_S)
                    continue
                await self.turn(stop)
                self._well = True
            except psycopg.Error as error:
                self._rollups.drop()
                if self._well and not stop.is_set():
                    _log.warning("cannot roll up now", reason=str(error).split("\n")[0])
                self._well = False
                await pause(stop, BACK_OFF_S)
            await pause(stop, PERIOD_S)

    async def turn(self, stop: asyncio.Event) -> None:
        """Everything there is to do just now. Raises psycopg.Error."""
        window = await self._rollups.window()
        step = next_pass(window, self._clock.now_ms())
        if step is not None:
            await self._roll(step, stop)
        begun = self._clock.monotonic()
        while not stop.is_set() and await self._rollups.roll_due(self._clock.now_ms()):
            begun = await self._rest(begun, stop)
        self.progress.rolled_to = (await self._rollups.window()).rolled
        self.progress.late_since = (await self._rollups.waiting()).since

    async def _roll(self, step: Pass, stop: asyncio.Event) -> None:
        """A pass over all points: first their minutes, then the hours these complete."""
        await self._rollups.close(step.window)
        begun = self._clock.monotonic()
        first, past = step.hours
        work = [self._rollups.roll_minutes, *([self._rollups.roll_hours] if first < past else [])]
        for roll in work:
            after = 0
            while (portion := await self._rollups.next_points(after)) is not None:
                await roll(step, *portion)
                after = portion[1]
                begun = await self._rest(begun, stop)
                if stop.is_set():
                    return
        await self._rollups.finish(step, self._clock.now_ms())

    async def _rest(self, begun: float, stop: asyncio.Event) -> float:
        await pause(stop, min(self._clock.monotonic() - begun, BREATH_S))
        return self._clock.monotonic()
