"""The clocks of gateways: whose readings bear no usable time, or stay behind ours.

Judged at each thing heard of a gateway and at nothing else, so that a gateway that is merely
silent, or sent a day's backlog in one go, gets no clock alarm. Times are epoch milliseconds.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.domain.reading import FUTURE_TOLERANCE_MS, LIVE_HORIZON_MS

UNUSABLE_FOR_MS = 10_000
BEHIND_MS = 120_000
BEHIND_FOR_MS = 60_000
PACE_MS = 5_000
"""By so much the readings' times must gain on our clock, or jump back, to be a backlog."""
CLOCK_GRADE = 3


class Fault(StrEnum):
    """What is wrong with a clock."""

    UNUSABLE = "unusable"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class TimesHeard:
    """The times in what was heard at once of a gateway, by the newest of each sort.

    Usable: not more than 5 s ahead, not refused, not older than 24 h. A reading without a time
    bears that of its receipt, which is usable. `unusable` is the newest time of those that are
    not, None where it was refused.
    """

    received_at: int
    usable: int | None
    unusable: int | None = None
    has_unusable: bool = False

    @property
    def fault(self) -> Fault | None:
        """What is wrong at this moment; None also where nothing with a time was heard."""
        if self.usable is not None:
            behind = self.received_at - self.usable > BEHIND_MS
            return Fault.BEHIND if behind else None
        return Fault.UNUSABLE if self.has_unusable else None

    @property
    def says_something(self) -> bool:
        return self.usable is not None or self.has_unusable

    @property
    def newest(self) -> int | None:
        return self.unusable if self.usable is None else self.usable


@dataclass(frozen=True, slots=True)
class ClockState:
    """Since when a fault lasts, from which reading's time on it is measured, and whether it is
    an alarm already."""

    fault: Fault
    since: int
    measured: int | None
    alarmed: bool = False


def is_usable(measured_at: int, received_at: int) -> bool:
    """Whether a reading's time can be its time."""
    return -FUTURE_TOLERANCE_MS <= received_at - measured_at <= LIVE_HORIZON_MS


def judge_clock(state: ClockState | None, heard: TimesHeard) -> ClockState | None:
    """The state after something was heard; None: the clock is right."""
    fault = heard.fault
    if fault is None:
        return None if heard.says_something else state
    if state is None or fault is not state.fault:
        return ClockState(fault, heard.received_at, heard.newest)
    if state.alarmed:
        return state
    if _is_backlog(state, heard):
        return ClockState(fault, heard.received_at, heard.newest)
    lasts = heard.received_at - state.since
    long_enough = UNUSABLE_FOR_MS if fault is Fault.UNUSABLE else BEHIND_FOR_MS
    return replace(state, alarmed=True) if lasts >= long_enough else state


def _is_backlog(state: ClockState, heard: TimesHeard) -> bool:
    """Its times gain on our clock, or begin again further back: it sends what it has kept."""
    newest = heard.newest
    if newest is None or state.measured is None or newest > heard.received_at:
        return False
    moved = newest - state.measured
    gained = moved - (heard.received_at - state.since)
    return gained >= PACE_MS or moved <= -PACE_MS
