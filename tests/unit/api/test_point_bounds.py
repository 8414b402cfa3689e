"""What no instrument can have is refused by the field: absurd ranges, periods, days, media."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from services.api.day import Day
from services.api.point_body import NewPoint, PointChange, unfit_together

GOOD = {"enterprise": "north", "tag": "LT-1", "kind": "level", "unit": "m"}
ABSURD = [
    {"range_low": -1e300},
    {"range_high": 1e300},
    {"period_s": 1e-9},
    {"calibrated_on": "2999-01-01"},
    {"calibration_due_on": "0001-01-01"},
    {"bump_tested_on": date(1949, 12, 31)},
    {"bump_test_due_on": "2201-01-01"},
]


@pytest.mark.parametrize("absurd", ABSURD, ids=str)
def test_an_absurd_quantity_is_refused_of_a_new_point_and_of_a_change(
    absurd: dict[str, object],
) -> None:
    (name,) = absurd
    for told in (lambda: NewPoint.model_validate(GOOD | absurd),
                 lambda: PointChange.model_validate(absurd)):  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            told()
        assert [each["loc"] for each in refused.value.errors()] == [(name,)]


def test_a_range_where_nothing_can_be_measured_is_refused_of_a_new_point_and_of_a_change() -> None:
    cold = {"kind": "temperature", "unit": "℃", "range_low": -500}
    with pytest.raises(ValidationError, match="nothing below -273"):
        NewPoint.model_validate(GOOD | cold)
    stood = GOOD | {"range_low": None, "range_high": 300, "unit": "vol%"}
    assert "nothing above 100 vol%" in unfit_together(stood, {"range_high"})["range_high"]
    assert unfit_together(stood, {"name"}) == {}, "what stood before is let alone"


def test_what_an_instrument_can_have_is_taken() -> None:
    made = NewPoint.model_validate(
        GOOD | {"range_low": -1e12, "range_high": 1e12, "period_s": 0.01}
    )
    assert (made.range_low, made.period_s) == (-1e12, 0.01)
    for day in ("1950-01-01", "2200-12-31"):
        assert TypeAdapter(Day).validate_python(day).isoformat() == day


def test_a_medium_that_nobody_knows_is_refused_and_one_that_stood_is_let_alone() -> None:
    with pytest.raises(ValidationError, match="nobody knows unobtainium"):
        NewPoint.model_validate(GOOD | {"substance": "unobtainium"})
    columns = GOOD | {"substance": "unobtainium", "lon": None, "lat": None}
    assert "nobody knows" in unfit_together(columns, {"substance"})["substance"]
    assert unfit_together(columns, {"name"}) == {}
    assert unfit_together(columns | {"substance": None}, {"substance"}) == {}
