"""What the gateway on the bench reports: quiet values, and what its fault makes of them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from device_sim.message import Value

AHEAD_MS = 4_000
STRANGER = "NOT-REGISTERED-1"
RIPPLE = 0.01
UNBOUNDED = 100.0  # span taken where neither range nor limit gives one


class Fault(StrEnum):
    """What is wrong with it; each spoils one item of the checklist."""

    NONE = "none"
    CREDENTIALS = "credentials"
    QOS0 = "qos0"
    UNKNOWN_TAG = "unknown-tag"
    RANGE = "range"
    CLOCK = "clock"
    NO_RESEND = "no-resend"
    NO_ALARM = "no-alarm"


class NoPlan(Exception):
    """The gateway's points do not serve; one sentence says why."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A tag's calm: a state, or the middle of a band between its limits, in its unit."""

    tag: str
    state: str | None
    low: float
    high: float
    span: float

    def value(self, tick: int) -> Value:
        """A little different each time: a value that never moves looks stuck."""
        if self.state is not None:
            return self.state
        middle = (self.low + self.high) / 2
        return round(middle + (self.high - self.low) * RIPPLE * math.sin(tick), 6)


class Plan:
    """Values of each tick. ``ask`` is what the bench wants done now, as its answer has it."""

    def __init__(self, quiet: Iterable[Quiet], fault: Fault, test_tag: str | None) -> None:
        self._quiet = {each.tag: each for each in quiet}
        self._fault = fault
        numbers = [each for each in self._quiet.values() if each.state is None]
        others = [each for each in numbers if each.tag != test_tag]
        if fault is Fault.RANGE and not others:
            raise NoPlan("There is no other point with a range that could leave it.")
        self._strays = others[0] if fault is Fault.RANGE else None

    def values(self, tick: int, ask: Mapping[str, Any] | None) -> dict[str, Value]:
        """What is measured now."""
        found = {tag: each.value(tick) for tag, each in self._quiet.items()}
        if self._strays is not None:
            found[self._strays.tag] = round(self._strays.high + self._strays.span, 6)
        if self._fault is Fault.UNKNOWN_TAG:
            found[STRANGER] = float(tick % 10)
        if ask is not None and ask["do"] == "raise" and self._fault is not Fault.NO_ALARM:
            found[str(ask["tag"])] = float(ask["limit"])
        return found

    def stamp(self, now_ms: int) -> int:
        """What its clock shows."""
        return now_ms + (AHEAD_MS if self._fault is Fault.CLOCK else 0)


def quiet_of(point: Mapping[str, Any], rules: Iterable[Mapping[str, Any]]) -> Quiet:
    """Between the limits of a point's rules, and within its range."""
    states = point.get("states")
    lows = [float(r["limit"]) for r in rules if r["condition"] in ("L", "LL")]
    highs = [float(r["limit"]) for r in rules if r["condition"] in ("H", "HH")]
    range_low, range_high = point.get("range_low"), point.get("range_high")
    low = max([*lows, *([float(range_low)] if range_low is not None else [])], default=None)
    high = min([*highs, *([float(range_high)] if range_high is not None else [])], default=None)
    if low is None:
        low = 0.0 if high is None else high - UNBOUNDED
    if high is None:
        high = low + UNBOUNDED
    span = float(range_high) - low if range_high is not None else high - low
    return Quiet(str(point["tag"]), str(states[0]) if states else None, low, high, span)
