"""Recurrence: something harmless that happens too often within a time."""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from services.domain.detector import DetectorState, Finding, Sample
from services.domain.sample_memory import Memory, turns

Happens = Callable[[float], bool]
"""Whether a value is the event: beyond a limit, or one of some states."""


def _always(_value: float) -> bool:
    return True


class Recurrence:
    """The event began at least `needed` times within `span_s`: each change from not being it to
    being it counts once. `decides`: whether a value says either; one within the deadband of a limit
    does not, so that who trembles about it counts once."""

    def __init__(
        self,
        point_id: int,
        happens: Happens,
        needed: int,
        span_s: float,
        decides: Happens = _always,
    ) -> None:
        self._happens, self._needed, self._decides = happens, needed, decides
        self._span_ms = round(span_s * 1000)
        self._memory = Memory(self._span_ms, turns(happens))
        self._begun: list[int] = []
        self._point = point_id
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of the point."""
        before = self._memory.newest
        value = sample.value if sample.is_judged else None
        if value is not None and self._decides(value) and self._memory.keep(sample):
            self._note(before, sample)
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """How often it began within the span before `now`."""
        if self._memory.newest is None:
            return Finding(now, None)
        count = len(self._begun) - bisect_right(self._begun, now - self._span_ms)
        return Finding(now, count >= self._needed, float(count))

    def due(self, after: int) -> int | None:
        """When one of them is too long ago to count."""
        next_one = bisect_right(self._begun, after - self._span_ms)
        return self._begun[next_one] + self._span_ms if next_one < len(self._begun) else None

    def save(self) -> DetectorState:
        """Its memory."""
        return DetectorState({self._point: self._memory.save()})

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._memory.restore(state.samples.get(self._point, ()))
        self._begun = list(self._beginnings())

    def _note(self, before: Sample | None, sample: Sample) -> None:
        """When it began, in order of time, after a sample that is new; one that came late may have
        parted what was one time, or joined two."""
        oldest = self._memory.oldest
        if before is None or oldest is None or sample.at < before.at:
            self._begun = list(self._beginnings())
            return
        if self._happened(sample) and not self._happened(before):
            self._begun.append(sample.at)
        del self._begun[: bisect_right(self._begun, oldest.at)]

    def _happened(self, sample: Sample) -> bool:
        return sample.value is not None and self._happens(sample.value)

    def _beginnings(self) -> Iterator[int]:
        """When it began; what the memory begins with was going on already."""
        going = True
        for sample in self._memory:
            assert sample.value is not None
            happens = self._happens(sample.value)
            if happens and not going:
                yield sample.at
            going = happens
