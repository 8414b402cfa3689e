"""Trips out of a record of states: their ends, what was a test, and which input came first."""

from services.domain.trip import InputAlarm, Trip, TripKind, demands, first_out, trips
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
