"""Interlocks: which alarms their states give, by what the field told and by nothing else.

A trip is an alarm where the park asks for it (a digital signal: no delay), from the first reading
that says ``tripped`` to the first that says something else. An interlock that somebody has put out
of action is one wherever there is an interlock, from the first reading that says so until it is
none of these states: no scenario has its bypass approved.
"""

from collections.abc import Iterable, Iterator, Sequence

from device_sim.park.description import Park, PointCard
from device_sim.physics.interlock import PRESSED
from device_sim.truth.expectation import Occurrence
from device_sim.truth.kind import BYPASS, TRIP
from device_sim.truth.record import PointKey, Record, Told

TRIPPED = frozenset({PRESSED})
BYPASSED = frozenset({"bypass_maintenance", "bypass_operational", "removed", "proof_test"})
"""GB/T 50770 and the contract's list: a proof test takes it out of service no less."""
TRIP_WANTED = "trip"
TRIP_GRADE, BYPASS_GRADE = 2, 2


def has_trip_alarm(card: PointCard) -> bool:
    """Whether the park asks for an alarm at its trip."""
    return card.kind == "interlock" and TRIP_WANTED in card.wanted.detectors


def of_interlocks(record: Record, park: Park) -> Iterator[Occurrence]:
    """Every trip and every bypass that the field told of."""
    for enterprise, station in park.stations():
        for card in station.points:
            if card.kind != "interlock":
                continue
            point = (enterprise.code, card.tag)
            told = record.told.get(point, ())
            if has_trip_alarm(card):
                yield from spells(point, told, TRIPPED, (TRIP, "state", TRIP_GRADE))
            yield from spells(point, told, BYPASSED, (BYPASS, "bypass_unapproved", BYPASS_GRADE))


def spells(
    point: PointKey, told: Sequence[Told], states: Iterable[str], alarm: tuple[str, str, int]
) -> Iterator[Occurrence]:
    """From the first reading of any of these states to the first of another. ``alarm``: kind,
    condition and grade."""
    among, began = frozenset(states), None
    kind, condition, grade = alarm
    for each in sorted(told, key=lambda one: one.measured_at):
        if each.quality == "bad" or not isinstance(each.value, str):
            continue
        if each.value in among:
            began = began or each
        elif began is not None:
            times = (began.measured_at, each.measured_at, began.left_at)
            yield Occurrence(point, kind, *times, condition, grade)
            began = None
    if began is not None:
        times_so_far = (began.measured_at, None, began.left_at)
        yield Occurrence(point, kind, *times_so_far, condition, grade)
