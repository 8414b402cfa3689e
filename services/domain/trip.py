"""Trips of an interlock: when, from which input first, and whether each was a demand.

Times are epoch milliseconds as the field told them: the platform orders what it gets, and is no
sequence-of-events recorder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose

from services.domain.interlock import Cause
from services.domain.use_rate import Change

ACTING = frozenset({"tripped", "reset_pending"})
"""From the trip until the reset, one trip."""

AFTER_MS = 2_000
"""The alarm of an input may bear a later time than the trip it caused: two clocks, two periods."""

PROCESS = frozenset({"HH", "H", "L", "LL", "rate", "state", "expression", "voting"})
"""What an alarm says of the process; the other conditions are of instruments and duties."""

_REACHED = {"H": {"H", "HH"}, "L": {"L", "LL"}}
"""Whoever is beyond the further level is beyond this one."""

BEFORE_MS = 60_000
"""An alarm of an input that was over for longer than this before the trip did not cause it."""


class TripKind(StrEnum):
    """What it was. Each one is a demand until somebody says otherwise (IEC 61511: every demand is
    recorded)."""

    DEMAND = "demand"
    SPURIOUS = "spurious"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Trip:
    """`ended_at`: when it was reset; None: not yet. `kind` as far as the states tell."""

    at: int
    ended_at: int | None
    kind: TripKind


@dataclass(frozen=True, slots=True)
class InputAlarm:
    """An alarm of one of the inputs."""

    tag: str
    alarm: str
    condition: str
    raised_at: int
    cleared_at: int | None
    limit: float | None = None


def votes(cause: Cause, alarm: InputAlarm) -> bool:
    """Whether an alarm says what an input votes by: a limit as far out as its own, or further, or
    its own kind of finding. What is due, silent or bypassed is no cause of a trip."""
    if alarm.tag != cause.tag or alarm.condition not in PROCESS:
        return False
    if cause.condition in PROCESS and alarm.condition not in _REACHED.get(
        cause.condition, {cause.condition}
    ):
        return False
    if cause.limit is None or alarm.limit is None or isclose(alarm.limit, cause.limit):
        return True
    if alarm.condition in ("HH", "H"):
        return alarm.limit > cause.limit
    return alarm.condition in ("LL", "L") and alarm.limit < cause.limit


def trips(changes: Sequence[Change]) -> list[Trip]:
    """The trips in a record of states, in order of time; a trip out of a proof test is a test."""
    found: list[Trip] = []
    before: str | None = None
    for change in changes:
        acting = change.state in ACTING
        if found and found[-1].ended_at is None and change.state is not None and not acting:
            last = found[-1]
            found[-1] = Trip(last.at, change.at, last.kind)
        if change.state == "tripped" and before not in ACTING:
            kind = TripKind.TEST if before == "proof_test" else TripKind.DEMAND
            found.append(Trip(change.at, None, kind))
        if change.state is not None:
            before = change.state
    return found


def first_out(trip: Trip, alarms: Iterable[InputAlarm]) -> InputAlarm | None:
    """The alarm of an input that came first (首出) of those that stood at the trip; where none did,
    the one that was over last before it."""
    there = [
        each
        for each in alarms
        if each.raised_at <= trip.at + AFTER_MS
        and (each.cleared_at is None or each.cleared_at >= trip.at - BEFORE_MS)
    ]
    standing = [e for e in there if e.cleared_at is None or e.cleared_at >= trip.at - AFTER_MS]
    if not standing and there:
        last = max(each.cleared_at or 0 for each in there)
        standing = [each for each in there if each.cleared_at == last]
    return min(standing, key=lambda each: (each.raised_at, each.tag, each.alarm), default=None)


def demands(kinds: Iterable[TripKind]) -> int:
    """How often it was needed."""
    return sum(kind is TripKind.DEMAND for kind in kinds)
