"""Forecast: a value on its way to a limit that it will reach before anyone could act.

The line through the last samples is robust against outliers (`slope`). It warns only where even
the flattest line that fits reaches the limit within the horizon, so that noise is no forecast.
"""

from services.domain.detector import Finding, Memory, Sample
from services.domain.rule import Direction
from services.domain.slope import Slope, slope

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
        self._memory = Memory(self._span_ms)
        self._last = Finding(0, None)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of the point."""
        if sample.is_judged and self._memory.keep(sample):
            self._last = self._look()
        return self._last

    def pass_to(self, now: int) -> Finding:
        """A line that is not carried on by readings says nothing after a while."""
        newest = self._memory.newest
        if newest is not None and now - newest.at > self._span_ms * (1 - COVERED):
            self._last = Finding(now, None)
        return self._last

    def _look(self) -> Finding:
        samples = list(self._memory)
        newest = samples[-1]
        assert newest.value is not None
        if newest.at - samples[0].at < self._span_ms * COVERED:
            return Finding(newest.at, None)
        if self._sign * (newest.value - self._limit) >= 0:
            return Finding(newest.at, False, 0.0, 0.0, 0.0)
        found = slope(samples)
        return Finding(newest.at, None) if found is None else self._weigh(newest.at, found)

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
