"""A limit that stands means something else once its point is another: laxer only with a reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.api.loosening import check_kept_limits, laxer_after
from services.api.problem import Problem
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.store.rule_list import Rule

GAS = Point(
    1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL", 0, 100, substance="methane", period_s=5
)
TANK = Point(2, "acme", "LT-1", PointKind.LEVEL, "m", 0, 10, substance="methanol")
H, HH = Condition.H, Condition.HH


@pytest.mark.parametrize(
    ("before", "after", "condition", "limit", "word"),
    [
        (GAS, replace(GAS, substance=None), HH, 50, "no template any more"),
        (GAS, replace(GAS, unit="vol%"), HH, 50, "laxer than the template's"),
        (replace(GAS, substance=None), replace(GAS, unit="ppm", substance=None), H, 25, "in %LEL"),
        (TANK, replace(TANK, range_high=5), H, 9, "laxer than the template's"),
    ],
)
def test_what_makes_a_limit_laxer_is_said(
    before: Point, after: Point, condition: Condition, limit: float, word: str
) -> None:
    told = laxer_after(before, after, condition, limit)
    assert told is not None
    assert word in told
    assert f"{condition} limit in force, {limit:g} {after.unit}" in told


@pytest.mark.parametrize(
    ("before", "after", "condition", "limit"),
    [
        (GAS, replace(GAS, name="罐区 1", period_s=10), HH, 50),
        (GAS, replace(GAS, range_high=50), HH, 50),
        (TANK, replace(TANK, range_high=20), H, 8),
        (replace(GAS, substance=None), GAS, HH, 50),
        (GAS, replace(GAS, name="x"), HH, 80),
    ],
    ids=["not judged by it", "the same template", "stricter", "a template is new", "lax before"],
)
def test_what_makes_it_no_laxer_needs_no_reason(
    before: Point, after: Point, condition: Condition, limit: float
) -> None:
    assert laxer_after(before, after, condition, limit) is None


def test_a_change_is_refused_without_a_reason_and_taken_with_one() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    stands = Rule("acme", "r", 1, "GT-1", "limit", "HH", 50, 1, 3, 0, 0, now, None, "wang")
    nothing = replace(GAS, substance=None)
    with pytest.raises(Problem, match=r"^reason: .* no template any more; say in `reason`"):
        check_kept_limits(GAS, nothing, [stands], None)
    check_kept_limits(GAS, nothing, [stands], "拆除，已无介质")
    check_kept_limits(GAS, nothing, [], None)
