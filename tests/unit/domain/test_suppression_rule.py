"""What a suppression rule may say, what it aims at and covers, and which rules make a loop."""

from dataclasses import replace

import pytest

from services.domain.point import Point, PointKind
from services.domain.rule import Direction
from services.domain.suppression_rule import (
    MOST_TARGETS,
    BadSuppression,
    ConditionKind,
    SuppressionCondition,
    SuppressionRule,
    Target,
    check,
    looped,
)

VALVE = Point(1, "acme", "XV-1", PointKind.VALVE, "state")
SPEED = Point(2, "acme", "SI-1", PointKind.ANALOG, "rpm")
FLOW = Point(3, "acme", "FT-1", PointKind.FLOW, "m3/h", hazard_source="u1")
NEXT = replace(FLOW, id=4, tag="FT-2")
GAS = Point(5, "acme", "GT-1", PointKind.TOXIC_GAS, "ppm", hazard_source="u1")
OTHER = replace(FLOW, id=6, enterprise="other")
POINTS = {point.id: point for point in (VALVE, SPEED, FLOW, NEXT, GAS, OTHER)}

CLOSED = SuppressionCondition(ConditionKind.STATE, VALVE.id, states=(0,))
SLOW = SuppressionCondition(
    ConditionKind.LIMIT, SPEED.id, direction=Direction.LOW, limit=100.0, deadband=10.0
)
FAST = replace(SLOW, direction=Direction.HIGH)
ALARM = SuppressionCondition(ConditionKind.ALARM, FLOW.id, alarm="low")
RULE = SuppressionRule("s1", 1, "acme", "shut", CLOSED, (Target(FLOW.id),), 3, 60_000, "why")


@pytest.mark.parametrize("condition", [CLOSED, SLOW, FAST, ALARM, replace(ALARM, alarm=None)])
def test_each_kind_of_condition_may_be_said(condition: SuppressionCondition) -> None:
    check(replace(RULE, condition=condition, targets=(Target(NEXT.id),)), POINTS.get)


@pytest.mark.parametrize("grade", [2, 4])
@pytest.mark.parametrize("hold", [0, 1_800_000])
def test_the_edges_may_be_said(grade: int, hold: int) -> None:
    check(replace(RULE, grade=grade, off_delay_ms=hold), POINTS.get)


MANY = tuple(Target(None, f"u{number}") for number in range(MOST_TARGETS + 1))


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"grade": 1}, "grade", "Grade 1 is never suppressed"),
        ({"grade": 5}, "grade", "2 to 4"),
        ({"off_delay_ms": -1}, "off_delay_s", "0 to 1800 s"),
        ({"off_delay_ms": 1_800_001}, "off_delay_s", "0 to 1800 s"),
        ({"reason": " "}, "reason", "Say why"),
        ({"targets": ()}, "targets", "1 to 50"),
        ({"targets": MANY}, "targets", "1 to 50"),
        ({"targets": (Target(FLOW.id), Target(FLOW.id))}, "targets.1", "twice"),
        ({"targets": (Target(),)}, "targets.0", "one of them"),
        ({"targets": (Target(FLOW.id, "u1"),)}, "targets.0", "one of them"),
        ({"targets": (Target(FLOW.id), Target(9))}, "targets.1.tag", "not registered"),
        ({"targets": (Target(OTHER.id),)}, "targets.0.tag", "not registered"),
        ({"targets": (Target(VALVE.id),)}, "targets.0.tag", "suppresses itself"),
        ({"targets": (Target(GAS.id),)}, "targets.0.tag", "never suppressed"),
        ({"targets": (Target(FLOW.id, alarm="HH"),)}, "targets.0.alarm", "high"),
        ({"condition": replace(CLOSED, point_id=9)}, "condition.tag", "not registered"),
        ({"condition": replace(CLOSED, point_id=OTHER.id)}, "condition.tag", "not registered"),
        ({"condition": replace(CLOSED, point_id=SPEED.id)}, "condition.tag", "no states"),
        ({"condition": replace(CLOSED, states=())}, "condition.states", "not all"),
        ({"condition": replace(CLOSED, states=(0, 1, 2))}, "condition.states", "not all"),
        ({"condition": replace(CLOSED, states=(3,))}, "condition.states", "A fault"),
        ({"condition": replace(CLOSED, states=(9,))}, "condition.states", "closed, open, moving"),
        ({"condition": replace(SLOW, point_id=VALVE.id)}, "condition.tag", "has states"),
        ({"condition": replace(SLOW, limit=None)}, "condition.limit", "the value"),
        ({"condition": replace(SLOW, direction=None)}, "condition.limit", "the direction"),
        ({"condition": replace(SLOW, deadband=-1.0)}, "condition.deadband", "not negative"),
        ({"condition": replace(ALARM, alarm="L")}, "condition.alarm", "low"),
    ],
)
def test_what_may_not_be_said_is_told_by_its_field(
    change: dict[str, object], path: str, said: str
) -> None:
    with pytest.raises(BadSuppression) as wrong:
        check(replace(RULE, **change), POINTS.get)  # type: ignore[arg-type]
    assert wrong.value.path == path
    assert said in wrong.value.text


@pytest.mark.parametrize(
    ("condition", "value", "met", "kept"),
    [
        (CLOSED, 0, True, True),
        (CLOSED, 1, False, False),
        (SLOW, 100, True, True),
        (SLOW, 100.5, False, True),
        (SLOW, 110, False, True),
        (SLOW, 110.5, False, False),
        (FAST, 100, True, True),
        (FAST, 99.5, False, True),
        (FAST, 90, False, True),
        (FAST, 89.5, False, False),
    ],
)
def test_a_value_meets_it_and_keeps_it_within_its_deadband(
    condition: SuppressionCondition, value: float, met: bool, kept: bool
) -> None:
    assert condition.is_met(value, was_met=False) is met
    assert condition.is_met(value, was_met=True) is kept


def test_it_covers_its_targets_by_grade_and_name() -> None:
    rule = replace(RULE, targets=(Target(FLOW.id, alarm="low"), Target(None, "u1", "stuck")))
    assert rule.covers(FLOW, 3, "low")
    assert rule.covers(FLOW, 4, "stuck")
    assert not rule.covers(FLOW, 2, "low"), "graver than it covers"
    assert not rule.covers(NEXT, 3, "low")
    assert rule.covers(NEXT, 3, "stuck")
    assert not rule.covers(SPEED, 3, "stuck")
    assert not replace(rule, condition=ALARM).covers(FLOW, 3, "low"), "what it waits for"
    assert not rule.covers(replace(FLOW, enterprise="other"), 3, "low")


def rule(name: str, waits_for: Point, *aims: Point | str) -> SuppressionRule:
    targets = tuple(Target(None, a) if isinstance(a, str) else Target(a.id) for a in aims)
    condition = SuppressionCondition(ConditionKind.ALARM, waits_for.id)
    return replace(RULE, id=name, condition=condition, targets=targets)


def test_a_chain_is_no_loop() -> None:
    assert looped([rule("a", SPEED, FLOW), rule("b", FLOW, NEXT)], POINTS.get) == []


def test_a_loop_is_told_from_each_of_its_rules_and_from_no_other() -> None:
    there, back = rule("a", SPEED, FLOW), rule("b", FLOW, SPEED)
    into = rule("c", NEXT, SPEED)
    assert looped([there, back, into], POINTS.get) == [("a", "b"), ("b", "a")]


def test_a_hazard_source_is_as_good_as_its_points_but_for_the_own_one() -> None:
    assert looped([rule("a", FLOW, "u1")], POINTS.get) == []
    assert looped([rule("a", FLOW, "u1"), rule("b", NEXT, "u1")], POINTS.get) == [
        ("a", "b"),
        ("b", "a"),
    ]


def test_what_waits_for_a_state_is_in_no_loop() -> None:
    waits = replace(RULE, id="a", targets=(Target(FLOW.id),))
    assert looped([waits, rule("b", FLOW, VALVE)], POINTS.get) == []


def test_another_enterprises_rule_is_another() -> None:
    foreign = replace(rule("a", OTHER, SPEED), enterprise="other")
    assert looped([rule("a", SPEED, OTHER), foreign], POINTS.get) == []


def test_what_nothing_suppresses_makes_no_loop() -> None:
    """Gas, oxygen, fire and smoke are loud whatever a rule aims at."""
    for kind in (PointKind.TOXIC_GAS, PointKind.OXYGEN):
        one = replace(GAS, id=7, tag="GT-7", kind=kind)
        points = {point.id: point for point in (GAS, one)}
        assert looped([rule("a", GAS, "u1"), rule("b", one, "u1")], points.get) == []


def test_alarms_of_other_names_make_no_loop() -> None:
    low = SuppressionCondition(ConditionKind.ALARM, FLOW.id, alarm="low")
    high = replace(low, point_id=SPEED.id, alarm="high")
    to_high = replace(RULE, id="a", condition=low, targets=(Target(SPEED.id, alarm="high"),))
    to_other = replace(RULE, id="b", condition=high, targets=(Target(FLOW.id, alarm="high"),))
    to_same = replace(to_other, targets=(Target(FLOW.id, alarm="low"),))
    to_any = replace(to_other, targets=(Target(FLOW.id),))
    assert looped([to_high, to_other], POINTS.get) == []
    for back in (to_same, to_any):
        assert looped([to_high, back], POINTS.get) == [("a", "b"), ("b", "a")]
    anything = replace(to_other, condition=replace(high, alarm=None), targets=(Target(FLOW.id),))
    assert looped([to_high, anything], POINTS.get) == [("a", "b"), ("b", "a")]
