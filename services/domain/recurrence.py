"""Recurrence: something harmless that happens too often within a time."""

from collections.abc import Callable

from services.domain.detector import Finding, Memory, Sample

Happens = Callable[[float], bool]
"""Whether a value is the event: beyond a limit, or one of some states."""


class Recurrence:
    """The event began at least `needed` times within `span_s`: each change from not being it to
    being it counts once."""

    def __init__(self, point_id: int, happens: Happens, needed: int, span_s: float) -> None:
        self._happens, self._needed = happens, needed
        self._span_ms = round(span_s * 1000)
        self._memory = Memory(self._span_ms, most=20_000)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of the point."""
        if sample.is_judged:
            self._memory.keep(sample)
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """How often it began within the span before `now`."""
        if self._memory.newest is None:
            return Finding(now, None)
        count = self._begun(now - self._span_ms)
        return Finding(now, count >= self._needed, float(count))

    def _begun(self, after: int) -> int:
        """Beginnings later than `after`; what the memory begins with was going on already."""
        count, going = 0, True
        for sample in self._memory:
            assert sample.value is not None
            happens = self._happens(sample.value)
            count += happens and not going and sample.at > after
            going = happens
        return count
