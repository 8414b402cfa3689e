"""A point under test: what it raises is an exercise, and one that outlives its test is in earnest."""

from dataclasses import replace

from services.alerts.engine import Action
from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from tests.stories.park import GAS, Park, Told, ms, rule

H = rule("H", 25, 2, deadband=5)
HH = rule("HH", 50, 1, deadband=5)


def under(since: float, until: float, point: Point = GAS) -> Point:
    return replace(point, exercise=(ms(since), ms(until)))


def tell(park: Park, *points: Point) -> Told:
    """The book says so from now on."""
    change = BookChange(park.directory.version + 1, points)
    return park.take(park.engine.apply_book(change, ms(park.now)))


def under_test() -> Park:
    """From 10 to 100 s."""
    park = Park(H, HH)
    park.read(10, 0)
    assert tell(park, under(10, 100)) == []
    return park


def test_what_it_raises_during_the_test_is_an_exercise() -> None:
    park = under_test()
    park.read(30, 20)
    assert park.alarm.exercise
    park.read(60, 21)
    assert (park.alarm.exercise, park.alarm.condition) == (True, "HH")
    park.read(10, 30)
    park.acknowledge(park.alarm.id)
    assert park.wait(101) == []
    assert park.open == []


def test_before_and_after_the_test_an_alarm_is_in_earnest() -> None:
    park = under_test()
    park.read(30, 9.9)
    assert not park.alarm.exercise
    park.read(10, 15)
    park.read(30, 100)
    assert not park.alarm.exercise


def test_one_that_stands_when_the_test_begins_stays_in_earnest() -> None:
    park = Park(H)
    park.read(30, 0)
    tell(park, under(10, 100))
    park.read(31, 20)
    assert not park.alarm.exercise


def test_another_point_is_not_under_test() -> None:
    other = Point(2, "acme", "GT-102", PointKind.COMBUSTIBLE_GAS, "%LEL", 0.0, 100.0)
    park = Park(H, rule("H", 25, 2, point=other, name="other"), points=(GAS, other))
    tell(park, under(10, 100))
    park.read(30, 20, point=other)
    assert not park.alarm.exercise


def test_one_that_still_stands_at_the_end_is_in_earnest_and_asks_again() -> None:
    park = under_test()
    park.read(30, 20)
    park.acknowledge(park.alarm.id)
    assert park.wait(99.9) == []
    assert park.wait(100) == [("exercise_ended", 100)]
    assert not park.alarm.exercise
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert park.wait(101) == []


def test_a_test_that_ends_early_ends_its_exercise() -> None:
    park = under_test()
    park.read(30, 20)
    park.now = 30
    tell(park, under(10, 30))
    assert park.wait(30.1) == [("exercise_ended", 30.1)]


def test_one_that_is_over_stays_the_exercise_it_was() -> None:
    park = under_test()
    park.read(30, 20)
    park.read(10, 25)
    assert park.wait(101) == []
    assert park.alarm.exercise


def test_an_engine_started_after_the_end_of_the_test_knows_that_it_is_over() -> None:
    park = under_test()
    park.read(30, 20)
    park.restart()
    assert park.alarm.exercise
    assert park.wait(120) == [("exercise_ended", 120)]
    assert not park.alarm.exercise


def test_what_comes_late_is_an_exercise_if_it_was_measured_during_the_test() -> None:
    park = under_test()
    park.read(10, 110)
    park.read(30, 50, received=111)
    assert [alarm.exercise for alarm in park.alarms.values()] == [True]


def test_an_exercise_that_becomes_earnest_ends_its_neighbours_shelf() -> None:
    tank = Point(21, "acme", "LT-21", PointKind.LEVEL, "%", hazard_source="tanks")
    beside = replace(tank, id=22, tag="LT-22")
    limits = [rule("H", 80, 3, point=each) for each in (tank, beside)]
    park = Park(*limits, points=(tank, beside))
    park.read(85, 0, point=tank)
    shelve = Action(LifeEvent.SHELVE, park.alarm.id, "wang", "known", 60)
    assert park.take(park.engine.act(shelve, None, ms(0))[0]) == [("shelved", 0)]
    tell(park, under(0, 100, beside))
    park.read(85, 5, point=under(0, 100, beside))
    assert [alarm.state for alarm in park.open if not alarm.exercise] == [AlarmState.SHELVED]
    assert park.wait(101)[:2] == [("exercise_ended", 101), ("unshelved", 101)]
    assert {alarm.state for alarm in park.open} == {AlarmState.UNACKNOWLEDGED}
