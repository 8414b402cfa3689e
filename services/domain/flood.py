"""Alarm floods: more alarms than an operator can take in, from their start to their end."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

PERIOD_MS = 600_000
"""The rate is counted over ten minutes (ISA-18.2-2016)."""

BEGINS_ABOVE = 10
"""A flood begins with more alarms than this in ten minutes."""

ENDS_BELOW = 5
"""It ends when fewer than this came in ten minutes."""

HELD = 100_000
"""The most alarms of ten minutes that are counted; with more it is a flood all the same."""


@dataclass(frozen=True, slots=True)
class Flood:
    """A stretch of flood: epoch ms; `end` None: it goes on. `alarms` came in it (with those of
    the ten minutes that began it), `peak` at most in any ten minutes of it."""

    start: int
    end: int | None
    alarms: int
    peak: int


class FloodMeter:
    """Follows the alarms of one console in the order of their time."""

    def __init__(self, held: int = HELD) -> None:
        self._recent: deque[int] = deque(maxlen=held)
        self._start: int | None = None
        self._alarms = 0
        self._peak = 0
        self.floods: list[Flood] = []
        """The floods that are over."""

    @property
    def current(self) -> Flood | None:
        """The flood that goes on."""
        if self._start is None:
            return None
        return Flood(self._start, None, self._alarms, self._peak)

    @property
    def rate(self) -> int:
        """Alarms in the ten minutes up to the last call."""
        return len(self._recent)

    @property
    def is_idle(self) -> bool:
        """Nothing came lately, and no flood goes on."""
        return self._start is None and not self._recent

    def save(self) -> tuple[list[int], Flood | None]:
        """The last ten minutes and the flood that goes on, for `load`."""
        return list(self._recent), self.current

    def load(self, recent: Iterable[int], current: Flood | None) -> None:
        """As it was saved."""
        self._recent.extend(recent)
        if current is not None:
            self._start, self._alarms, self._peak = current.start, current.alarms, current.peak

    def raised(self, at: int) -> None:
        """An alarm sounded at `at` (epoch ms, not before the last call's)."""
        self.pass_to(at)
        self._recent.append(at)
        rate = len(self._recent)
        if self._start is not None:
            self._alarms += 1
            self._peak = max(self._peak, rate)
        elif rate > BEGINS_ABOVE:
            self._start, self._alarms, self._peak = at, rate, rate

    def pass_to(self, now: int) -> None:
        """Time goes on to `now`: alarms leave the ten minutes, and a flood may end."""
        recent = self._recent
        while recent and recent[0] <= now - PERIOD_MS:
            gone = recent.popleft()
            if self._start is not None and len(recent) < ENDS_BELOW:
                flood = Flood(self._start, gone + PERIOD_MS, self._alarms, self._peak)
                self.floods.append(flood)
                self._start = None


def floods(raised: Iterable[int], end: int) -> list[Flood]:
    """The floods among alarms in order of their time; one that goes on at `end` ends there."""
    meter = FloodMeter()
    for at in raised:
        meter.raised(at)
    meter.pass_to(end)
    last = meter.current
    return meter.floods if last is None else [*meter.floods, last]
