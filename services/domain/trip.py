"""Trips of an interlock: when, from which input first, and whether each was a demand.

Times are epoch milliseconds as the field told them: the platform orders what it gets, and is no
sequence-of-events recorder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.domain.use_rate import Change

ACTING = frozenset({"tripped", "reset_pending"})
"""From the trip until the reset, one trip."""

AFTER_MS = 2_000
"""The alarm of an input may bear a later time than the trip it caused: two clocks, two periods."""

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
    """The alarm of an input that came first (首出) of those that were there at the trip."""
    there = [
        each
        for each in alarms
        if each.raised_at <= trip.at + AFTER_MS
        and (each.cleared_at is None or each.cleared_at >= trip.at - BEFORE_MS)
    ]
    return min(there, key=lambda each: (each.raised_at, each.tag, each.alarm), default=None)


def demands(kinds: Iterable[TripKind]) -> int:
    """How often it was needed."""
    return sum(kind is TripKind.DEMAND for kind in kinds)
