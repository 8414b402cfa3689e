"""Stuck: a value that does not move where it should."""

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.sample_memory import GRAINS, Memory, extremes_of_each

FEWEST_SAMPLES = 10
COVERED = 0.9
"""The share of the span that samples must cover before stillness can be told."""


class Stuck:
    """A point that moved by no more than `tolerance` in `span_s`, with readings all the while.

    With a `witness` (another point that moves it: a pump's flow for a level) it is judged only
    where the witness moved by `witness_moves` or more in that time; else it may well be still.
    """

    def __init__(
        self,
        point_id: int,
        span_s: float,
        tolerance: float = 0.0,
        witness: int | None = None,
        witness_moves: float = 0.0,
    ) -> None:
        self._point, self._witness = point_id, witness
        self._span_ms, self._tolerance = round(span_s * 1000), tolerance
        self._witness_moves = witness_moves
        thin = extremes_of_each(max(1, self._span_ms // GRAINS))
        self._memory, self._seen = Memory(self._span_ms, thin), Memory(self._span_ms, thin)
        self._silent_ms = round(self._span_ms * (1 - COVERED))
        self.points = frozenset({point_id} if witness is None else {point_id, witness})

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of the point or its witness."""
        memory = self._memory if point_id == self._point else self._seen
        if sample.is_judged:
            memory.keep(sample)
        elif point_id == self._point and (memory.newest is None or sample.at >= memory.newest.at):
            memory.clear()
        return self.pass_to(sample.at)

    def pass_to(self, now: int) -> Finding:
        """What can be said at `now`; a point that went silent is not stuck, but silent."""
        newest, oldest = self._memory.newest, self._memory.oldest
        if newest is None or oldest is None:
            return Finding(now, None)
        moved = _movement(self._memory, self._tolerance)
        if moved > self._tolerance:
            return Finding(newest.at, False, moved)
        covered = newest.at - oldest.at >= self._span_ms * COVERED
        silent = now - newest.at > self._silent_ms
        if silent or not covered or len(self._memory) < FEWEST_SAMPLES:
            return Finding(newest.at, None, moved)
        if self._witness is not None and (
            _movement(self._seen, self._witness_moves) < self._witness_moves
        ):
            return Finding(newest.at, None, moved)
        return Finding(newest.at, True, moved)

    def due(self, after: int) -> int | None:
        """When its silence begins to count."""
        newest = self._memory.newest
        return None if newest is None else soonest((newest.at + self._silent_ms + 1,), after)

    def save(self) -> DetectorState:
        """Its memory."""
        samples = {self._point: self._memory.save()}
        if self._witness is not None:
            samples[self._witness] = self._seen.save()
        return DetectorState(samples)

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._memory.restore(state.samples.get(self._point, ()))
        if self._witness is not None:
            self._seen.restore(state.samples.get(self._witness, ()))


def _movement(memory: Memory, beyond: float) -> float:
    """How far the value went; of one that went further than `beyond`, at least that far. What
    moves gives itself away by its last few samples, so nobody looks at all of them."""
    low = high = None
    for sample in reversed(memory.samples):
        value = sample.value
        if value is None:
            continue
        if low is None or high is None:
            low = high = value
        elif value < low:
            low = value
        elif value > high:
            high = value
        else:
            continue
        if high - low > beyond:
            break
    return 0.0 if low is None or high is None else high - low
