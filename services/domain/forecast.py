"""Forecast: a value on its way to a limit that it will reach before anyone could act.

The line through the last samples is robust against outliers (`slope`). It warns only where even
the flattest line that fits reaches the limit within the horizon, so that noise is no forecast.
"""

from collections.abc import Sequence

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.rule import Direction
from services.domain.sample_memory import GRAINS, Memory, last_of_each
from services.domain.slope import Slope, slope

WAY = 0.5
"""The share of the way that a line to the limit would make in the span: a value that has not moved
as far within it is on no such line, and none is laid."""

COVERED = 0.8
"""The share of the span that samples must cover before a line through them means something."""


class Forecast:
    """`limit` (in the point's unit) will be reached within `horizon_s`, judged by the last
    `span_s` seconds. A value beyond the limit is no forecast any more, but an alarm."""

    def __init__(
        self,
        point_id: int,
        direction: Direction,
        limit: float,
        horizon_s: float,
        span_s: float = 600.0,
    ) -> None:
        self._sign = 1.0 if direction is Direction.HIGH else -1.0
        self._limit, self._horizon_s = limit, horizon_s
        self._span_ms = round(span_s * 1000)
        self._grain_ms = max(1, self._span_ms // GRAINS)
        self._silent_ms = round(self._span_ms * (1 - COVERED))
        self._memory = Memory(self._span_ms, last_of_each(self._grain_ms))
        self._point = point_id
        self._last = Finding(0, None)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of the point."""
        if sample.is_judged and self._memory.keep(sample) and self._is_time(sample):
            self._last = self._look()
        return self._last

    def pass_to(self, now: int) -> Finding:
        """A line that is not carried on by readings says nothing after a while."""
        newest = self._memory.newest
        if newest is not None and now - newest.at > self._silent_ms:
            self._last = Finding(now, None)
        return self._last

    def due(self, after: int) -> int | None:
        """When its line is carried on no more."""
        newest = self._memory.newest
        return None if newest is None else soonest((newest.at + self._silent_ms + 1,), after)

    def save(self) -> DetectorState:
        """Its memory, and what it said last."""
        return DetectorState({self._point: self._memory.save()}, last=self._last)

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._memory.restore(state.samples.get(self._point, ()))
        self._last = state.last or self._last

    def _is_time(self, sample: Sample) -> bool:
        """A line is looked at a hundred times in its span, and whenever the limit is crossed."""
        assert sample.value is not None
        beyond = self._sign * (sample.value - self._limit) >= 0
        said = self._last
        return (
            beyond
            or said.active is None
            or sample.at // self._grain_ms != said.at // self._grain_ms
        )

    def _look(self) -> Finding:
        samples = self._memory.samples
        newest = samples[-1]
        assert newest.value is not None
        if newest.at - samples[0].at < self._span_ms * COVERED:
            return Finding(newest.at, None)
        if self._sign * (newest.value - self._limit) >= 0:
            return Finding(newest.at, False, 0.0, 0.0, 0.0)
        if self._rests(samples, newest.value):
            return Finding(newest.at, False)
        found = slope(samples)
        return Finding(newest.at, None) if found is None else self._weigh(newest.at, found)

    def _rests(self, samples: Sequence[Sample], value: float) -> bool:
        values = [each.value for each in samples if each.value is not None]
        needed = abs(self._limit - value) / self._horizon_s * self._span_ms / 1000
        return max(values) - min(values) < WAY * COVERED * needed

    def _weigh(self, at: int, line: Slope) -> Finding:
        """Seconds to the limit: by the line, and by the steepest and flattest ones that fit."""
        steep, flat = (line.high, line.low) if self._sign > 0 else (line.low, line.high)
        latest = self._seconds(line.level, flat)
        return Finding(
            at,
            latest is not None and latest <= self._horizon_s,
            self._seconds(line.level, line.value),
            self._seconds(line.level, steep),
            latest,
        )

    def _seconds(self, level: float, rate: float) -> float | None:
        """When a line reaches the limit; None: never."""
        if rate * self._sign <= 0:
            return None
        return max(0.0, (self._limit - level) / rate)
