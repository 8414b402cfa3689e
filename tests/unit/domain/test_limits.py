"""The limits of a point, ready to judge by."""

import math

import pytest

from services.domain.limits import Limits, severity
from services.domain.rule import LimitRule
from tests.stories.park import GAS, rule


def test_strictly_between_its_nearest_limits_nothing_is_reached() -> None:
    limits = Limits.of(GAS, [rule("HH", 50), rule("H", 25), rule("L", 10), rule("LL", 5)])
    assert (limits.low_at, limits.high_at) == (10, 25)
    assert not any(each.reached(value) for each in limits.rules for value in (10.001, 24.999))
    assert [sum(each.reached(value) for each in limits.rules) for value in (10, 25)] == [1, 1]


def test_without_a_limit_on_a_side_no_value_reaches_it() -> None:
    none = Limits.of(GAS, [])
    assert (none.low_at, none.high_at) == (-math.inf, math.inf)
    assert Limits.of(GAS, [rule("H", 25)]).low_at == -math.inf
    assert Limits.of(GAS, [rule("L", 5)]).high_at == math.inf


def test_the_order_in_which_rules_came_makes_no_difference() -> None:
    rules = [rule("HH", 50), rule("L", 10), rule("H", 25), rule("LL", 5)]
    assert Limits.of(GAS, rules) == Limits.of(GAS, reversed(rules))


@pytest.mark.parametrize(
    ("worse", "milder"),
    [
        (rule("H", 20, 1), rule("HH", 90, 2)),
        (rule("HH", 21, 2), rule("H", 20, 2)),
        (rule("LL", 5, 2), rule("L", 10, 2)),
        (rule("LL", -20, 2), rule("L", -10, 2)),
        (rule("H", 20, 2, name="b"), rule("H", 20, 2, name="a")),
    ],
)
def test_the_worse_grade_is_worse_then_the_further_limit_then_the_name(
    worse: LimitRule, milder: LimitRule
) -> None:
    assert severity(worse) > severity(milder)


def test_a_rule_without_more_has_no_deadband_no_delay_and_no_end() -> None:
    plain = rule("H", 25)
    bare = LimitRule("H", 1, "acme", 1, plain.condition, 25.0, 2)
    assert (bare.deadband, bare.on_delay_ms, bare.off_delay_ms, bare.valid_from) == (0, 0, 0, 0)
    assert (bare.valid_to, bare.valid_until, bare.realarm_ms, bare.latch) == (
        None,
        None,
        None,
        False,
    )
    assert bare.left(24.999)
    assert not bare.left(25)
