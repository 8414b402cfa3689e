"""How a detector goes through its readings, live or stored: its findings, each held to its delay."""

from services.domain.detector import Detector, Sample
from services.domain.lasting import Lasting, Turn
from services.domain.reading import Quality, Reading

FAULTS = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)
"""What a rule can do wrong while it judges: it harms nobody but itself."""

RETRY_MS = 60_000
"""A rule that failed is tried again after this, with an empty memory."""


def order(reading: Reading) -> tuple[int, int, int, bool, float, Quality]:
    """The order in which readings are judged."""
    value = reading.value
    at = reading.judged_at, reading.measured_at
    return (*at, reading.point_id, value is None, value or 0.0, reading.quality)


def sample(reading: Reading) -> Sample:
    """A reading as detectors see it."""
    return Sample(reading.judged_at, reading.value, reading.quality)


def heard(detector: Detector, lasting: Lasting, reading: Reading) -> list[Turn]:
    """A reading of one of its points, and the time until then. Raises one of FAULTS."""
    at = reading.judged_at
    turns = passed(detector, lasting, at)
    return turns + lasting.take(at, detector.take(reading.point_id, sample(reading)))


def passed(detector: Detector, lasting: Lasting, until: int) -> list[Turn]:
    """Time goes on, in judging time (epoch ms). Raises one of FAULTS."""
    turns: list[Turn] = []
    while (due := detector.due(lasting.at)) is not None and due <= until:
        turns += lasting.take(due, detector.pass_to(due))
    return turns + lasting.pass_to(until)
