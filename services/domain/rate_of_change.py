"""Rate of change: a value that moves faster than it should, whatever it is."""

from services.domain.detector import DetectorState, Finding, Sample
from services.domain.rule import Direction
from services.domain.sample_memory import GRAINS, Memory, last_of_each

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
        self._memory = Memory(self._span_ms, last_of_each(max(1, self._span_ms // GRAINS)))
        self._point = point_id
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

    def due(self, _after: int) -> int | None:
        """Silence changes nothing."""
        return None

    def save(self) -> DetectorState:
        """Its memory."""
        return DetectorState({self._point: self._memory.save()}, self._active)

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._memory.restore(state.samples.get(self._point, ()))
        self._active = state.active

    def _find(self, at: int) -> Finding:
        rate, newest = self._rate(), self._memory.newest
        if rate is None or newest is None:
            return Finding(at, self._active)
        steepness = rate if self._direction is Direction.HIGH else -rate
        self._active = steepness >= self._limit - (self._deadband if self._active else 0.0)
        return Finding(newest.at, self._active, rate)

    def _rate(self) -> float | None:
        """Units per second; None where the samples cover too little of the span, or have a gap
        as long as it."""
        first, last = self._memory.oldest, self._memory.newest
        if first is None or last is None or len(self._memory) < FEWEST_SAMPLES:
            return None
        elapsed = last.at - first.at
        if (
            not self._span_ms <= elapsed * 2 <= self._span_ms * 4
            or first.value is None
            or last.value is None
        ):
            return None
        return (last.value - first.value) * 1000 / elapsed
