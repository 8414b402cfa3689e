"""How full the broker's store is, and in how many hours it ends.

What nobody fetches stays there; at its end gateways are refused, so it must be told long before.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

WINDOW_S = 600.0
"""Growth is looked at over this long."""
SHORTEST_S = 60.0
"""Over less than this nothing is said of the hours left."""
SAMPLES_MOST = 240
LEAST_FREE = 8 * 2**20
"""With less room on its disk, in bytes, a broker soon writes nothing any more."""
LONGEST_H = 999.0
"""More hours than this are as good as no end."""


class Level(StrEnum):
    """What is to be told about it."""

    WELL = "well"
    HALF = "half"
    """50 % or more."""
    FULL = "full"
    """80 % or more: gateways are refused soon."""


RISES_AT = {Level.HALF: 0.5, Level.FULL: 0.8}
FALLS_BELOW = {Level.HALF: 0.45, Level.FULL: 0.75}
"""Lower, so that a share at the border does not tell the same thing again and again."""


@dataclass(frozen=True, slots=True)
class StoreState:
    """`share`: 0 to 1, of what it can hold. `hours_left`: at the growth of the last 10 min; None
    when it does not grow, or was not watched for long enough."""

    level: Level
    share: float
    hours_left: float | None


@dataclass(slots=True)
class StoreJudge:
    """What the last minutes of one broker's store say."""

    _samples: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=SAMPLES_MOST))
    _level: Level = Level.WELL

    def judge(self, used: int, limit: int, at: float) -> StoreState:
        """`used` of `limit` bytes at `at` (monotonic, s)."""
        self._samples.append((at, used))
        while at - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        share = min(used / limit, 1.0) if limit > 0 else 1.0
        self._level = _next(self._level, share)
        return StoreState(self._level, share, self._hours_left(max(limit - used, 0)))

    def _hours_left(self, room: int) -> float | None:
        (first_at, first), (last_at, last) = self._samples[0], self._samples[-1]
        if room == 0:
            return 0.0
        if last <= first or last_at - first_at < SHORTEST_S:
            return None
        hours = room * (last_at - first_at) / (last - first) / 3600
        return hours if hours < LONGEST_H else None


def end_of(used: int, limit: int, free: int | None) -> int:
    """How many bytes the store can hold: its limit, or what its disk has room for where that is
    less: as good as nothing below `LEAST_FREE`. `free`: bytes free on that disk; None where it
    cannot be seen."""
    if free is None:
        return limit
    return used if free < LEAST_FREE else min(limit, used + free)


def _next(before: Level, share: float) -> Level:
    bounds = RISES_AT if before is Level.WELL else FALLS_BELOW
    if share >= RISES_AT[Level.FULL] or (before is Level.FULL and share >= FALLS_BELOW[Level.FULL]):
        return Level.FULL
    return Level.HALF if share >= bounds[Level.HALF] else Level.WELL
