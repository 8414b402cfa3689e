"""N of M: several detectors of a group that reach their limit within a time of each other."""

from collections.abc import Collection, Iterator

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.rule import Direction
from services.domain.sample_memory import Memory, turns


class Voting:
    """At least `needed` of the points were beyond `limit` within the last `window_s` seconds."""

    def __init__(
        self,
        points: Collection[int],
        needed: int,
        limit: float,
        direction: Direction = Direction.HIGH,
        window_s: float = 60.0,
    ) -> None:
        self._needed, self._limit, self._direction = needed, limit, direction
        self._window_ms, thin = round(window_s * 1000), turns(self._reached)
        self._memories = {point: Memory(self._window_ms, thin) for point in sorted(points)}
        self.points = frozenset(points)

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of them."""
        if sample.is_judged:
            self._memories[point_id].keep(sample)
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """How many votes stand at `now`, or at the newest of their readings; those that never
        spoke have none and block nothing."""
        newest = (memory.newest for memory in self._memories.values())
        now = max([now, *(each.at for each in newest if each is not None)])
        votes = len(self.voters(now))
        if not any(len(memory) for memory in self._memories.values()):
            return Finding(now, None)
        return Finding(now, votes >= self._needed, float(votes))

    def due(self, after: int) -> int | None:
        """When a vote expires that nobody holds up any more."""
        return soonest(self._expiries(), after)

    def save(self) -> DetectorState:
        """Its memory."""
        return DetectorState({point: memory.save() for point, memory in self._memories.items()})

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        for point, memory in self._memories.items():
            memory.restore(state.samples.get(point, ()))

    def _expiries(self) -> Iterator[int]:
        for memory in self._memories.values():
            after: int | None = None
            for sample in reversed(memory.samples):
                if self._reached(sample.value):
                    if after is not None:
                        yield after + self._window_ms
                    break
                after = sample.at

    def voters(self, now: int) -> list[int]:
        """Who votes: a value holds until the next one, so the newest counts however old it is."""
        found: list[int] = []
        for point, memory in self._memories.items():
            memory.forget(now)
            if any(self._reached(sample.value) for sample in reversed(memory.samples)):
                found.append(point)
        return found

    def _reached(self, value: float | None) -> bool:
        if value is None:
            return False
        return value >= self._limit if self._direction is Direction.HIGH else value <= self._limit
