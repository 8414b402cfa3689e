"""State: an interlock, valve, fire detector or switch in a state that is an alarm."""

from collections.abc import Collection

from services.domain.detector import DetectorState, Finding, Sample


class StateWatch:
    """A point is in one of these states (their codes, `services.domain.point.STATES`)."""

    def __init__(self, point_id: int, codes: Collection[int]) -> None:
        self._codes = frozenset(codes)
        self._last = Finding(0, None)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading; bad quality leaves what was said before."""
        if sample.at >= self._last.at and sample.is_judged and sample.value is not None:
            self._last = Finding(sample.at, int(sample.value) in self._codes, sample.value)
        return self._last

    def pass_to(self, _now: int) -> Finding:
        """A state holds until the next one."""
        return self._last

    def due(self, _after: int) -> int | None:
        """Silence changes nothing."""
        return None

    def save(self) -> DetectorState:
        """What it said last."""
        return DetectorState({}, last=self._last)

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._last = state.last or self._last
