"""Limits that make no sense, though the door refuses them: they harm nobody else.

Rules that are more than a limit have their own stories in `test_detector_faults.py`.
"""

import math
from dataclasses import replace

import pytest

from tests.stories.park import GAS, Park, another, rule

NEXT = another("GT-102", 2)


@pytest.mark.parametrize("condition", ["H", "L"])
@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf])
def test_a_limit_that_is_no_number_leaves_the_other_limits_and_points_as_they_are(
    condition: str, limit: float
) -> None:
    sane = (rule("HH", 50, 1), rule("H", 25, name="next", point=NEXT))
    park = Park(rule(condition, limit, 3, name="bad"), *sane, points=(GAS, NEXT))
    park.read(10, 0)
    park.read(60, 1)
    assert park.alarms[park.open[-1].id].condition == "HH"
    assert park.read(40, 2, point=NEXT) == [("raised", 2)]
    assert park.read(10, 3, point=NEXT) == [("returned", 3)]
    park.restart()
    assert park.read(40, 4, point=NEXT) == [("superseded", 4), ("raised", 4)]


def test_a_rule_of_a_point_that_nobody_registered_is_passed_by() -> None:
    park = Park(rule("H", 25))
    park.book(rule("H", 25, name="stray", point=replace(GAS, id=99, tag="GT-99")))
    assert park.read(40, 0) == [("raised", 0)]


def test_a_deadband_wider_than_the_scale_keeps_its_alarm_rather_than_lose_it() -> None:
    park = Park(rule("H", 25, deadband=1_000))
    park.read(40, 0)
    assert park.read(0, 10) == []
    assert park.alarm.cleared_at is None


def test_a_delay_of_a_year_holds_up_nobody_else() -> None:
    park = Park(rule("H", 25, on=366 * 86_400.0), rule("HH", 50, 1))
    park.read(60, 0)
    assert park.alarm.condition == "HH"
    assert park.read(10, 10) == [("returned", 10)]
    assert park.wait(20) == []


def test_two_limits_at_one_value_are_one_alarm_of_the_worse_grade() -> None:
    park = Park(rule("H", 25, 3), rule("HH", 25, 1))
    assert park.read(25, 0) == [("raised", 0)]
    assert (park.alarm.condition, park.alarm.grade) == ("HH", 1)
    assert park.read(24, 1) == [("returned", 1)]
