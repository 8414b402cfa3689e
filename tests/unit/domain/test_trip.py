"""Trips out of a record of states: their ends, what was a test, and which input came first."""

import pytest

from services.domain.interlock import Cause
from services.domain.trip import InputAlarm, Trip, TripKind, demands, first_out, trips, votes
from services.domain.use_rate import Change

T0 = 1_790_000_000_000


def record(*states: str | None) -> list[Change]:
    return [Change(T0 + place * 1_000, state) for place, state in enumerate(states)]


def test_from_the_trip_to_the_reset_is_one_trip() -> None:
    found = trips(record("in_service", "tripped", "reset_pending", "tripped", "in_service"))
    assert found == [Trip(T0 + 1_000, T0 + 4_000, TripKind.DEMAND)]


def test_it_lasts_until_it_is_reset() -> None:
    assert trips(record("in_service", "tripped", "reset_pending")) == [
        Trip(T0 + 1_000, None, TripKind.DEMAND)]  # fmt: skip


def test_a_trip_out_of_a_proof_test_is_no_demand() -> None:
    found = trips(record("proof_test", "tripped", "in_service", "tripped"))
    assert [each.kind for each in found] == [TripKind.TEST, TripKind.DEMAND]
    assert demands(each.kind for each in found) == 1


def test_a_time_in_which_nobody_knows_makes_no_second_trip() -> None:
    found = trips(record("tripped", None, "tripped", "in_service"))
    assert found == [Trip(T0, T0 + 3_000, TripKind.DEMAND)]


def alarm(tag: str, raised: int, cleared: int | None = None) -> InputAlarm:
    return InputAlarm(tag, f"a-{tag}", "HH", T0 + raised, None if cleared is None else T0 + cleared)


def test_the_first_input_that_still_stood_came_first() -> None:
    trip = Trip(T0, None, TripKind.DEMAND)
    over = alarm("LT-1", -500_000, -60_001)
    first, second = alarm("LT-2", -3_000, -1_000), alarm("LT-3", -1_000)
    assert first_out(trip, [second, over, first]) == first


def test_a_clock_that_is_a_little_late_does_not_hide_the_cause() -> None:
    trip = Trip(T0, None, TripKind.DEMAND)
    assert first_out(trip, [alarm("LT-1", 2_000)]) is not None
    assert first_out(trip, [alarm("LT-1", 2_001)]) is None
    assert first_out(trip, []) is None


def test_an_alarm_that_was_over_does_not_come_before_one_that_stood() -> None:
    trip = Trip(T0, None, TripKind.DEMAND)
    over, later = alarm("LT-1", -400_000, -30_000), alarm("LT-2", -50_000, -10_000)
    stands = alarm("LT-3", -1_000)
    assert first_out(trip, [over, later, stands]) == stands
    assert first_out(trip, [over, later]) == later


@pytest.mark.parametrize(
    ("cause", "condition", "limit", "voted"),
    [
        (Cause("LT-1"), "calibration_due", None, False),
        (Cause("LT-1"), "bump_test_due", None, False),
        (Cause("LT-1"), "stale", None, False),
        (Cause("LT-1"), "bypass_unapproved", None, False),
        (Cause("LT-2"), "HH", 85, False),
        (Cause("LT-1"), "rate", 5, True),
        (Cause("LT-1", "HH"), "H", 80, False),
        (Cause("LT-1", "HH"), "LL", 5, False),
        (Cause("LT-1", "H"), "HH", 85, True),
        (Cause("LT-1", "HH", 85), "HH", 85, True),
        (Cause("LT-1", "HH", 85), "HH", 90, True),
        (Cause("LT-1", "HH", 85), "HH", 80, False),
        (Cause("LT-1", "LL", 5), "LL", 10, False),
        (Cause("LT-1", "rate", 5), "HH", 85, False),
        (Cause("LT-1", "高高液位"), "HH", 85, True),
    ],
)
def test_only_what_an_input_votes_by_is_a_cause(
    cause: Cause, condition: str, limit: float | None, voted: bool
) -> None:
    assert votes(cause, InputAlarm("LT-1", "a", condition, T0, None, limit)) is voted
