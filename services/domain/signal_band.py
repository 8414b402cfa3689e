"""The bands of a 4-20 mA signal, and bad quality: when a value is a fault, not a measurement.

NAMUR NE 43: 3.8 to 20.5 mA is measurement, 3.6 mA or less and 21 mA or more are failures of the
transmitter or its line; between them the signal saturates.
"""

from enum import StrEnum

from services.domain.detector import DetectorState, Finding, Sample
from services.domain.reading import Quality

FAILS_LOW, MEASURES_FROM, MEASURES_TO, FAILS_HIGH = 3.6, 3.8, 20.5, 21.0
"""mA (NAMUR NE 43)."""

ZERO, SPAN = 4.0, 16.0
"""mA at the low end of the range, and from there to its high end."""


class Band(StrEnum):
    """Where a signal lies."""

    FAILURE_LOW = "failure_low"
    SATURATED_LOW = "saturated_low"
    MEASURING = "measuring"
    SATURATED_HIGH = "saturated_high"
    FAILURE_HIGH = "failure_high"


def band(milliampere: float) -> Band:
    """The band of a current."""
    if milliampere <= FAILS_LOW:
        return Band.FAILURE_LOW
    if milliampere < MEASURES_FROM:
        return Band.SATURATED_LOW
    if milliampere <= MEASURES_TO:
        return Band.MEASURING
    return Band.SATURATED_HIGH if milliampere < FAILS_HIGH else Band.FAILURE_HIGH


def milliampere(value: float, range_low: float, range_high: float) -> float:
    """The current that a value in the point's unit came as; the range must not be empty."""
    return ZERO + SPAN * (value - range_low) / (range_high - range_low)


class SignalFault:
    """The signal of a point is in a failure band. `span`: the range of its unit that 4 to 20 mA
    are; None: its unit is mA itself."""

    def __init__(self, point_id: int, span: tuple[float, float] | None = None) -> None:
        self._span = span
        self._last = Finding(0, None)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading; bad quality says nothing of the current."""
        if sample.at >= self._last.at and sample.is_judged and sample.value is not None:
            current = milliampere(sample.value, *self._span) if self._span else sample.value
            failed = band(current) in (Band.FAILURE_LOW, Band.FAILURE_HIGH)
            self._last = Finding(sample.at, failed, current)
        return self._last

    def pass_to(self, _now: int) -> Finding:
        """The newest reading holds."""
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


class BadQuality:
    """A point whose newest reading cannot be trusted: quality bad, or no value."""

    def __init__(self, point_id: int) -> None:
        self._last = Finding(0, None)
        self.points = frozenset({point_id})

    def take(self, _point_id: int, sample: Sample) -> Finding:
        """A reading of any quality."""
        if sample.at >= self._last.at:
            bad = sample.value is None or sample.quality is Quality.BAD
            self._last = Finding(sample.at, bad, sample.value)
        return self._last

    def pass_to(self, _now: int) -> Finding:
        """The newest reading holds."""
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
