"""What is asked of a rule that is more than a limit before it may judge: one field, one sentence."""

from dataclasses import replace

import pytest

from services.domain.claim import Scalar
from services.domain.detector_rule import BadRule, DetectorKind, DetectorRule, build, validated
from services.domain.point import Point
from services.wire.expression import watch
from tests.stories.park import GAS
from tests.stories.rules import FLOW, INTERLOCK, LEVEL, TEMPERATURE, THIRD, TWIN, VALVE

CURRENT = replace(TEMPERATURE, id=21, tag="TT-9", unit="mA", range_low=None, range_high=None)
BARE = replace(TEMPERATURE, id=22, tag="TT-8", range_low=None, range_high=None)
FOREIGN = replace(TWIN, id=23, enterprise="other")

WHOLE: dict[DetectorKind, tuple[tuple[Point, ...], dict[str, Scalar]]] = {
    DetectorKind.RATE: ((TEMPERATURE,), {"limit_per_min": 6}),
    DetectorKind.DEVIATION: ((TEMPERATURE, TWIN, THIRD), {"limit": 5.0}),
    DetectorKind.STUCK: ((LEVEL, FLOW), {"span_s": 600, "witness_moves": 5}),
    DetectorKind.BAD_QUALITY: ((VALVE,), {}),
    DetectorKind.SIGNAL_BAND: ((TEMPERATURE,), {}),
    DetectorKind.VOTING: ((TEMPERATURE, TWIN, THIRD), {"needed": 2, "limit": 300}),
    DetectorKind.COUNT: ((VALVE,), {"needed": 3, "span_s": 60, "states": "open, fault"}),
    DetectorKind.FORECAST: ((TEMPERATURE,), {"limit": 300, "horizon_s": 600}),
    DetectorKind.STATE: ((INTERLOCK,), {"states": "tripped"}),
    DetectorKind.EXPRESSION: ((GAS, VALVE), {"text": "a > 20.0 && b == 'open'"}),
}


def asked(
    kind: DetectorKind,
    points: tuple[Point, ...] | None = None,
    grade: int = 3,
    without: str = "",
    **parameters: Scalar,
) -> dict[str, Scalar]:
    """The whole rule of a kind, with something else about it."""
    usual, given = WHOLE[kind]
    named = dict(zip("abcdefghij", points or usual, strict=False))
    told = {name: value for name, value in (given | parameters).items() if name != without}
    return validated(kind, named, told, grade, watch)


def refusal(kind: DetectorKind, points: tuple[Point, ...] | None = None, **about: Scalar) -> str:
    grade = about.pop("grade", 3)
    without = about.pop("without", "")
    assert isinstance(grade, int)
    assert isinstance(without, str)
    with pytest.raises(BadRule) as refused:
        asked(kind, points, grade, without, **about)
    assert refused.value.text[:1].isupper()
    assert refused.value.text.endswith(".")
    return str(refused.value)


@pytest.mark.parametrize("kind", DetectorKind)
def test_a_whole_rule_judges_and_tells_its_defaults(kind: DetectorKind) -> None:
    found = asked(kind)
    points, given = WHOLE[kind]
    assert found.keys() >= given.keys()
    assert asked(kind, None, 3, "", **found) == found
    named = dict(zip("abc", points, strict=False))
    rule = DetectorRule(
        "r", 1, "acme", kind, {name: point.id for name, point in named.items()}, given, 3
    )
    assert build(rule, named, watch).points == {point.id for point in points}
    assert (rule.main, rule.condition) == (points[0].id, kind.value)


def test_defaults_are_filled_in() -> None:
    assert asked(DetectorKind.RATE) == {
        "direction": "high", "limit_per_min": 6.0, "deadband_per_min": 0.0, "span_s": 60.0
    }  # fmt: skip


K = DetectorKind


@pytest.mark.parametrize(
    ("kind", "points", "about", "says"),
    [
        (K.RATE, None, {"grade": 0}, "grade: A grade is 1"),
        (K.RATE, None, {"grade": 5}, "grade: A grade is 1"),
        (K.RATE, None, {"without": "limit_per_min"}, "parameters.limit_per_min: It is missing"),
        (K.RATE, None, {"limit_per_min": 0}, "parameters.limit_per_min: It must be greater than 0"),
        (K.RATE, None, {"limit_per_min": True}, "parameters.limit_per_min: It must be a number"),
        (K.RATE, None, {"limit_per_min": "6"}, "parameters.limit_per_min: It must be a number"),
        (K.RATE, None, {"limit_per_min": float("nan")}, "It must be a number"),
        (K.RATE, None, {"limit_per_min": 1e13}, "It must lie between"),
        (K.RATE, None, {"span_s": 1}, "parameters.span_s: It must be at least 2"),
        (K.RATE, None, {"span_s": 3_601}, "parameters.span_s: It must be at most 3600"),
        (K.RATE, None, {"deadband_per_min": 6}, "parameters.deadband_per_min: The deadband"),
        (K.RATE, None, {"direction": "up"}, "parameters.direction: It must be one of high, low"),
        (K.RATE, None, {"limit": 5}, "parameters.limit: A rule of the kind rate has no such"),
        (K.RATE, (TEMPERATURE, TWIN), {}, "points: This kind of rule watches one point"),
        (K.RATE, (VALVE,), {}, "points.a: XV-1 has states"),
        (K.DEVIATION, (TEMPERATURE,), {}, "points: A deviation compares 2 to 8 points"),
        (K.DEVIATION, (TEMPERATURE, TEMPERATURE), {}, "points: A point is named twice"),
        (K.DEVIATION, (TEMPERATURE, LEVEL), {}, "points: The points have different units (%, °C)"),
        (K.DEVIATION, (TEMPERATURE, FOREIGN), {}, "points: All points of a rule belong to one"),
        (K.DEVIATION, None, {"deadband": 5}, "parameters.deadband: The deadband"),
        (K.STUCK, (LEVEL,), {}, "parameters.witness_moves: A witness and how far"),
        (K.STUCK, None, {"without": "witness_moves"}, "parameters.witness_moves: A witness"),
        (K.STUCK, (LEVEL, FLOW, TWIN), {}, "points: A stuck point is judged alone or with one"),
        (K.SIGNAL_BAND, (BARE,), {}, "parameters.span_low: The point has no range"),
        (K.SIGNAL_BAND, None, {"span_low": 500}, "parameters.span_high: The value at 20 mA"),
        (K.VOTING, None, {"needed": 4}, "parameters.needed: Of 3 points 4 can never"),
        (K.VOTING, None, {"needed": 1.5}, "parameters.needed: It must be a whole number"),
        (K.VOTING, None, {"needed": 0}, "parameters.needed: It must be at least 1"),
        (K.COUNT, None, {"needed": 1}, "parameters.needed: It must be at least 2"),
        (K.COUNT, None, {"without": "states"}, "parameters.states: XV-1 has states"),
        (K.COUNT, None, {"limit": 5}, "parameters.states: XV-1 has states"),
        (K.COUNT, (LEVEL,), {"without": "states"}, "parameters.limit: LT-1 is a quantity"),
        (K.COUNT, (LEVEL,), {"limit": 5}, "parameters.limit: LT-1 is a quantity"),
        (K.COUNT, None, {"deadband": 1}, "parameters.deadband: XV-1 has states"),
        (K.FORECAST, None, {"horizon_s": 10}, "parameters.horizon_s: It must be at least 60"),
        (K.STATE, (LEVEL,), {}, "points.a: LT-1 is a quantity"),
        (K.STATE, None, {"states": "ajar"}, "parameters.states: ESD-1 has no state 'ajar'; it has"),
        (K.STATE, None, {"states": ""}, "parameters.states: It must be a text of 1 to 200"),
        (K.STATE, (VALVE,), {"states": "closed,open,moving,fault"}, "all of its states"),
        (K.EXPRESSION, None, {"text": "a >"}, "parameters.text: It cannot be compiled"),
        (K.EXPRESSION, None, {"text": "c > 1.0"}, "parameters.text: It cannot be compiled"),
        (K.EXPRESSION, None, {"fresh_s": 0}, "parameters.fresh_s: It must be at least 1"),
    ],
)  # fmt: skip
def test_what_cannot_judge_is_refused_by_its_field(
    kind: DetectorKind, points: tuple[Point, ...] | None, about: dict[str, Scalar], says: str
) -> None:
    assert says in refusal(kind, points, **about)


def test_a_current_needs_no_range() -> None:
    assert asked(DetectorKind.SIGNAL_BAND, (CURRENT,)) == {}
    found = asked(DetectorKind.SIGNAL_BAND, (BARE,), span_low=0, span_high=150)
    assert found == {"span_low": 0.0, "span_high": 150.0}


def test_a_rule_over_too_many_points_is_refused() -> None:
    many = tuple(replace(TWIN, id=100 + n, tag=f"TT-{n}") for n in range(21))
    named = {f"p{n}": point for n, point in enumerate(many)}
    with pytest.raises(BadRule, match="2 to 20 points"):
        validated(DetectorKind.VOTING, named, {"needed": 2, "limit": 5}, 1, watch)
