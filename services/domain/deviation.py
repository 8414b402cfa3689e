"""Deviation: sensors that measure the same thing and disagree about it."""

from collections.abc import Collection
from statistics import median

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.sample_memory import Memory

FEWEST_FRESH = 2


class Deviation:
    """Redundant points whose values lie at least `limit` apart; over again when they are back by
    more than `deadband`.

    Each counts with the median of its last `smooth_s` seconds, so that one wild sample is none.
    One that has said nothing for `fresh_s` is left out; with fewer than two nothing is judged.
    """

    def __init__(
        self,
        points: Collection[int],
        limit: float,
        deadband: float = 0.0,
        smooth_s: float = 10.0,
        fresh_s: float = 60.0,
    ) -> None:
        self._limit, self._deadband = limit, deadband
        self._smooth_ms, self._fresh_ms = round(smooth_s * 1000), round(fresh_s * 1000)
        self._memories = {point: Memory(self._smooth_ms) for point in sorted(points)}
        self._levels: dict[int, tuple[int, float]] = {}
        self._active: bool | None = None
        self.points = frozenset(points)

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of them."""
        memory = self._memories[point_id]
        newest = memory.newest
        if sample.is_judged:
            memory.keep(sample)
        elif newest is None or sample.at >= newest.at:
            memory.clear()
        self._level(point_id)
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """What they say at `now`, or at the newest of their readings."""
        now = max([now, *(at for at, _ in self._levels.values())])
        levels = list(self.levels(now).values())
        if len(levels) < FEWEST_FRESH:
            return Finding(now, None)
        spread = max(levels) - min(levels)
        self._active = spread >= self._limit - (self._deadband if self._active else 0.0)
        return Finding(now, self._active, spread, min(levels), max(levels))

    def due(self, after: int) -> int | None:
        """When one of them is fresh no more."""
        newest = (memory.newest for memory in self._memories.values())
        return soonest((each.at + self._fresh_ms + 1 for each in newest if each), after)

    def save(self) -> DetectorState:
        """Its memory."""
        samples = {point: memory.save() for point, memory in self._memories.items()}
        return DetectorState(samples, self._active)

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        for point, memory in self._memories.items():
            memory.restore(state.samples.get(point, ()))
            self._level(point)
        self._active = state.active

    def outlier(self, now: int) -> int | None:
        """Of three or more the one furthest from the middle; of two nobody can tell."""
        levels = self.levels(now)
        if len(levels) <= FEWEST_FRESH:
            return None
        middle = median(levels.values())
        return max(levels, key=lambda point: (abs(levels[point] - middle), point))

    def levels(self, now: int) -> dict[int, float]:
        """The smoothed values of those that are fresh."""
        fresh_ms = self._fresh_ms
        return {point: level for point, (at, level) in self._levels.items() if now - at <= fresh_ms}

    def _level(self, point: int) -> None:
        """Note when a point was heard last, and its smoothed value."""
        memory = self._memories[point]
        newest = memory.newest
        if newest is None:
            self._levels.pop(point, None)
            return
        edge = newest.at - self._smooth_ms
        values = (s.value for s in memory if s.at > edge or s is newest)
        self._levels[point] = newest.at, median(value for value in values if value is not None)
