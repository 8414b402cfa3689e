"""A limit is reached, passed, left: the plain life of an alarm."""

import pytest

from services.domain.alarm import AlarmState, ClosedAs
from services.domain.reading import Quality, ReadingFlag
from tests.stories.park import GAS, Park, another, ms, rule

TWO_LEVELS = (rule("H", 25, 2), rule("HH", 50, 1))


def test_normal_readings_say_nothing() -> None:
    park = Park(*TWO_LEVELS)
    for second in range(60):
        assert park.read(10 + second / 10, second) == []
        assert not park.last


def test_a_high_limit_is_reached_at_it_and_left_below_its_deadband() -> None:
    park = Park(rule("H", 25, deadband=5))
    assert park.read(24.9, 0) == []
    assert park.read(25.0, 1) == [("raised", 1)]
    assert park.read(20.0, 2) == []
    assert park.read(19.9, 3) == [("returned", 3)]
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert park.alarm.cleared_at == ms(3)


def test_a_low_limit_mirrors() -> None:
    park = Park(rule("L", 19.5, deadband=0.5))
    assert park.read(19.6, 0) == []
    assert park.read(19.5, 1) == [("raised", 1)]
    assert park.read(20.0, 2) == []
    assert park.read(20.1, 3) == [("returned", 3)]


def test_a_jump_over_two_limits_is_one_alarm_at_the_worse() -> None:
    park = Park(*TWO_LEVELS)
    assert park.read(55, 0) == [("raised", 0)]
    assert (park.alarm.condition, park.alarm.grade, park.alarm.limit) == ("HH", 1, 50)
    assert park.alarm.value == 55


def test_the_same_limit_twice_counts_at_the_worse_grade() -> None:
    park = Park(rule("H", 25, 3, name="mild"), rule("H", 25, 1, name="grave"))
    park.read(30, 0)
    assert (park.alarm.rule, park.alarm.grade) == ("grave", 1)


def test_the_worst_of_low_limits_is_the_lowest() -> None:
    park = Park(rule("L", 10, 3), rule("LL", 5, 1))
    park.read(4, 0)
    assert park.alarm.condition == "LL"
    assert park.read(7, 1) == [("deescalated", 1)]


def test_it_escalates_and_falls_back_and_returns_as_one_alarm() -> None:
    park = Park(*TWO_LEVELS)
    assert park.read(30, 0) == [("raised", 0)]
    first = park.alarm.id
    assert park.read(60, 1) == [("escalated", 1)]
    assert park.read(40, 2) == [("deescalated", 2)]
    assert park.read(10, 3) == [("returned", 3)]
    assert park.alarm.id == first
    assert (park.alarm.condition, park.alarm.grade) == ("H", 2)


def test_escalation_asks_again_deescalation_does_not() -> None:
    park = Park(*TWO_LEVELS)
    park.read(30, 0)
    park.acknowledge(park.alarm.id)
    park.read(60, 1)
    worse = park.alarm
    assert worse.state is AlarmState.UNACKNOWLEDGED
    assert (worse.acknowledged_at, worse.acknowledged_by) == (None, None)
    park.acknowledge(worse.id)
    park.read(30, 2)
    milder = park.alarm
    assert milder.state is AlarmState.ACKNOWLEDGED
    assert milder.acknowledged_by == "wang"


def test_a_point_can_stand_high_while_it_stood_low_before() -> None:
    park = Park(rule("L", 10), rule("H", 25))
    park.read(5, 0)
    assert park.read(30, 1) == [("raised", 1), ("returned", 1)]
    assert {alarm.direction for alarm in park.open} == {"low", "high"}


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.GOOD])
def test_what_is_not_judged_ends_no_alarm(quality: Quality) -> None:
    park = Park(rule("H", 25))
    park.read(30, 0)
    value = None if quality is Quality.GOOD else 3.0
    assert park.read(value, 1, quality=quality) == []
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    (shown,) = park.engine.newest()
    assert (shown.at, shown.value) == (ms(1), value)
    assert shown.quality == quality


def test_a_bad_reading_is_not_the_newest_one() -> None:
    park = Park(rule("H", 25))
    park.read(10, 0)
    park.read(None, 500, quality=Quality.BAD)
    assert park.read(30, 100) == [("raised", 100)]


def test_a_bad_reading_does_not_break_a_delay() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, 0)
    park.read(None, 5, quality=Quality.BAD)
    assert park.read(30, 11) == [("raised", 10)]


def test_out_of_range_and_uncertain_are_judged() -> None:
    park = Park(rule("H", 25))
    assert park.read(140, 0, flags=ReadingFlag.OUT_OF_RANGE) == [("raised", 0)]
    assert park.read(3, 1, quality=Quality.UNCERTAIN) == [("returned", 1)]


def test_two_points_do_not_know_each_other() -> None:
    other = another("GT-102", 2)
    park = Park(rule("H", 25), rule("H", 25, point=other), points=(GAS, other))
    assert park.read(30, 0) == [("raised", 0)]
    assert park.read(10, 1, point=other) == []
    assert park.alarm.tag == "GT-101"


def test_a_point_that_nobody_registered_is_passed_by() -> None:
    park = Park(rule("H", 25))
    assert park.read(99, 0, point=another("GT-999", 99)) == []
    assert list(park.engine.newest()) == []


def test_back_to_normal_and_abnormal_again_is_a_new_alarm_that_counts_the_old() -> None:
    park = Park(rule("H", 25))
    park.read(30, 0)
    old = park.alarm.id
    park.read(10, 1)
    assert park.read(30, 2) == [("superseded", 2), ("raised", 2)]
    assert park.alarms[old].closed_as is ClosedAs.SUPERSEDED
    assert park.alarms[old].cleared_at == ms(1)
    assert park.alarm.superseded == 1
    park.read(10, 3)
    park.read(30, 4)
    assert park.alarm.superseded == 2


def test_an_acknowledged_one_ends_without_a_trace_on_the_next() -> None:
    park = Park(rule("H", 25))
    park.read(30, 0)
    old = park.alarm.id
    park.acknowledge(old)
    assert park.read(10, 1) == [("cleared", 1)]
    assert park.alarms[old].closed_as is ClosedAs.CLEARED
    assert park.read(30, 2) == [("raised", 2)]
    assert park.alarm.superseded == 0
