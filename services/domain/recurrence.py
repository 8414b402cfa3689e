"""Recurrence: something harmless that happens too often within a time."""

from collections.abc import Callable, Iterator

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.sample_memory import Memory, turns

Happens = Callable[[float], bool]
"""Whether a value is the event: beyond a limit, or one of some states."""


class Recurrence:
    """The event began at least `needed` times within `span_s`: each change from not being it to
    being it counts once."""

    def __init__(self, point_id: int, happens: Happens, needed: int, span_s: float) -> None:
        self._happens, self._needed = happens, needed
        self._span_ms = round(span_s * 1000)
        self._memory = Memory(self._span_ms, turns(happens))
        self._point = point_id
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

    def due(self, after: int) -> int | None:
        """When one of them is too long ago to count."""
        return soonest((at + self._span_ms for at in self._beginnings()), after)

    def save(self) -> DetectorState:
        """Its memory."""
        return DetectorState({self._point: self._memory.save()})

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._memory.restore(state.samples.get(self._point, ()))

    def _begun(self, after: int) -> int:
        return sum(1 for at in self._beginnings() if at > after)

    def _beginnings(self) -> Iterator[int]:
        """When it began; what the memory begins with was going on already."""
        going = True
        for sample in self._memory:
            assert sample.value is not None
            happens = self._happens(sample.value)
            if happens and not going:
                yield sample.at
            going = happens
