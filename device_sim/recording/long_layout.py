"""One reading a row becomes one instant a message: neighbours of the same time belong together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from device_sim.message import Value
from device_sim.recording.row import QUALITIES, Row, check_tag


@dataclass(frozen=True, slots=True)
class Single:
    """One reading; ``value`` is ``None`` where none was kept."""

    measured_ms: int
    tag: str
    value: Value | None
    quality: str = "good"


def single(measured_ms: int, tag: str, value: Value | None, quality: str) -> Single:
    """Checked. Raises ``ValueError`` with a phrase that says what is wrong."""
    check_tag(tag)
    if quality and quality not in QUALITIES:
        raise ValueError(f"quality {quality!r} is none of {', '.join(QUALITIES)}")
    return Single(measured_ms, tag, value, quality or "good")


def together(singles: Iterable[Single]) -> Iterator[Row]:
    """Rows in the order of the readings; a second value of one tag and time is a row of its own."""
    at_ms, values, worse = 0, dict[str, Value](), dict[str, str]()
    begun = False
    for each in singles:
        if begun and (each.measured_ms != at_ms or each.tag in values):
            yield Row(at_ms, values, worse)
            values, worse = {}, {}
        at_ms, begun = each.measured_ms, True
        if each.value is None:
            continue
        values[each.tag] = each.value
        if each.quality != "good":
            worse[each.tag] = each.quality
    if begun:
        yield Row(at_ms, values, worse)
