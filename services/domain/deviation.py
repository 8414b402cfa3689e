"""Deviation: sensors that measure the same thing and disagree about it."""

from collections.abc import Collection
from statistics import median

from services.domain.detector import Finding, Memory, Sample

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
        self._active: bool | None = None
        self.points = frozenset(points)

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of them."""
        memory = self._memories[point_id]
        if sample.is_judged:
            memory.keep(sample)
        else:
            memory.clear()
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """What they say at `now`."""
        levels = list(self.levels(now).values())
        if len(levels) < FEWEST_FRESH:
            return Finding(now, None)
        spread = max(levels) - min(levels)
        self._active = spread >= self._limit - (self._deadband if self._active else 0.0)
        return Finding(now, self._active, spread, min(levels), max(levels))

    def outlier(self, now: int) -> int | None:
        """Of three or more the one furthest from the middle; of two nobody can tell."""
        levels = self.levels(now)
        if len(levels) <= FEWEST_FRESH:
            return None
        middle = median(levels.values())
        return max(levels, key=lambda point: (abs(levels[point] - middle), point))

    def levels(self, now: int) -> dict[int, float]:
        """The smoothed values of those that are fresh."""
        found: dict[int, float] = {}
        for point, memory in self._memories.items():
            newest = memory.newest
            if newest is None or now - newest.at > self._fresh_ms:
                continue
            edge = newest.at - self._smooth_ms
            found[point] = median(s.value for s in memory if s.at > edge and s.value is not None)
        return found
