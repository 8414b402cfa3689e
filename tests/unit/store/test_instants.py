"""Which readings are worth asking the store for another value of their instant."""

from services.domain.reading import Quality, Reading
from services.store.instants import Instants

OWNER = ("acme", "gw1")
OTHER = ("acme", "gw2")


def readings(at: int, *points: int) -> list[Reading]:
    return [Reading(point, at, at, 1.0, Quality.GOOD) for point in points]


def test_what_is_newer_than_all_before_asks_for_nothing() -> None:
    instants = Instants()
    assert instants.suspects([(OWNER, readings(100, 1, 2))]) == {(1, 100): OWNER, (2, 100): OWNER}
    for at in range(101, 200):
        assert instants.suspects([(OWNER, readings(at, 1, 2))]) == {}


def test_of_the_newest_instant_only_points_that_had_a_value_are_asked_for() -> None:
    instants = Instants()
    instants.suspects([(OWNER, readings(99, 1, 2, 3)), (OWNER, readings(100, 1))])
    assert instants.suspects([(OWNER, readings(100, 2))]) == {}
    assert instants.suspects([(OWNER, readings(100, 1, 2, 3))]) == {
        (1, 100): OWNER,
        (2, 100): OWNER,
    }


def test_the_same_instant_from_another_gateway_is_asked_for() -> None:
    instants = Instants()
    instants.suspects([(OWNER, readings(99, 1)), (OTHER, readings(90, 2))])
    for at in range(100, 120):
        assert instants.suspects([(OWNER, readings(at, 1))]) == {}
        assert instants.suspects([(OTHER, readings(at, 1))]) == {(1, at): OTHER}


def test_what_comes_late_is_asked_for_and_other_points_are_not() -> None:
    instants = Instants()
    instants.suspects([(OWNER, readings(100, 1)), (OTHER, readings(50, 5))])
    found = instants.suspects([(OTHER, readings(60, 5)), (OWNER, readings(99, 1))])
    assert found == {(1, 99): OWNER}
    assert instants.suspects([(OWNER, readings(100, 1))]) == {(1, 100): OWNER}


def test_two_values_in_one_message_are_seen() -> None:
    instants = Instants()
    instants.suspects([(OWNER, readings(100, 1, 2))])
    twice = [*readings(101, 1, 2), *readings(101, 1), *readings(102, 2)]
    assert instants.suspects([(OWNER, twice)]) == {(1, 101): OWNER}


def test_after_a_start_all_up_to_the_first_receipt_is_asked_for() -> None:
    instants = Instants()
    instants.suspects([(OWNER, [Reading(1, 100, 150, 1.0, Quality.GOOD)])])
    assert instants.suspects([(OTHER, readings(150, 1))]) == {(1, 150): OTHER}
    assert instants.suspects([(OTHER, readings(151, 1))]) == {}


def test_of_too_many_points_all_are_asked_for_once_more() -> None:
    instants = Instants(points=2)
    instants.suspects([(OWNER, readings(100, 1, 2, 3))])
    assert instants.suspects([(OWNER, readings(101, 1))]) == {(1, 101): OWNER}


def test_what_is_stored_by_another_way_is_met_by_those_that_come_after() -> None:
    instants = Instants()
    instants.suspects([(OWNER, readings(100, 1))])
    instants.met([(1, 120), (2, 120), (1, 110)])
    assert instants.suspects([(OTHER, readings(120, 1))]) == {(1, 120): OTHER}
    assert instants.suspects([(OTHER, readings(121, 1))]) == {}
    assert instants.suspects([(OTHER, readings(130, 2))]) == {(2, 130): OTHER}


def test_of_a_bucket_that_was_anothers_meanwhile_nothing_is_known() -> None:
    instants = Instants()
    instants.follow({3: 1})
    instants.suspects([(OWNER, readings(100, 1))])
    instants.follow({3: 1, 4: 7})
    assert instants.suspects([(OWNER, readings(101, 1))]) == {}
    instants.follow({3: 3})
    assert instants.suspects([(OWNER, readings(150, 1))]) == {(1, 150): OWNER}
