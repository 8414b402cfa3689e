"""Rate of change: a value that moves faster than it should, whatever it is."""

from collections.abc import Sequence

from services.domain.detector import Finding, Memory, Sample
from services.domain.rule import Direction

FEWEST_SAMPLES = 2


class RateOfChange:
    """Rises (or falls) by at least `limit` units per second over `span_s`; over again when the
    rate is back by more than `deadband`. The rate is (last - first) / time over the span, so a
    single jump counts by its share of it."""

    def __init__(
        self,
        point_id: int,
        direction: Direction,
        limit: float,
        deadband: float = 0.0,
        span_s: float = 60.0,
    ) -> None:
        self._direction = direction
        self._limit, self._deadband = limit, deadband
        self._span_ms = round(span_s * 1000)
        self._memory = Memory(self._span_ms)
        self._active: bool | None = None
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of the point."""
        if sample.is_judged:
            self._memory.keep(sample)
        return self._find(sample.at)

    def pass_to(self, now: int) -> Finding:
        """Without a reading nothing is known of the rate after the newest one."""
        return self._find(now)

    def _find(self, at: int) -> Finding:
        samples = list(self._memory)
        rate = self._rate(samples)
        if rate is None:
            return Finding(at, self._active)
        steepness = rate if self._direction is Direction.HIGH else -rate
        self._active = steepness >= self._limit - (self._deadband if self._active else 0.0)
        return Finding(samples[-1].at, self._active, rate)

    def _rate(self, samples: Sequence[Sample]) -> float | None:
        """Units per second; None where the samples cover too little of the span, or have a gap
        as long as it."""
        if len(samples) < FEWEST_SAMPLES:
            return None
        first, last = samples[0], samples[-1]
        elapsed = last.at - first.at
        if (
            not self._span_ms <= elapsed * 2 <= self._span_ms * 4
            or first.value is None
            or last.value is None
        ):
            return None
        return (last.value - first.value) * 1000 / elapsed
