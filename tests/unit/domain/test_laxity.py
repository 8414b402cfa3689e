"""What is laxer than the template is found however the unit is spelt, and in delay and grade."""

import pytest

from services.domain.laxity import Terms, laxer
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.template import propose

H, HH, L = Condition.H, Condition.HH, Condition.L
GAS = Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL", 0, 100, substance="methane")


def told(point: Point, terms: Terms, before: Terms | None = None) -> str | None:
    return laxer(point, terms, propose(point), before)


def gas(kind: str, unit: str, substance: str) -> Point:
    return Point(1, "acme", "GT-1", PointKind(kind), unit, substance=substance)


@pytest.mark.parametrize(
    "unit",
    ["mg/m3", "mg/m³", "mg / m3", "MG/M3", "ｍｇ／ｍ３", "ug/m3", "µg/m³", "μg/m3", "g/m³", "mg/L",
     "ppm", "[ppm]", "PPM", "ppb", "%OEL", "vol%"],
)  # fmt: skip
def test_a_limit_is_held_against_the_template_however_its_unit_is_spelt(unit: str) -> None:
    chlorine = gas("toxic_gas", unit, "chlorine")
    assert "is laxer than the HH limit" in (told(chlorine, Terms(HH, 5_000_000, 0, 1)) or "")
    assert told(chlorine, Terms(HH, 1e-9, 0, 1)) is None


@pytest.mark.parametrize("unit", ["％ＬＥＬ", "%lel", "% LEL"])
def test_so_is_a_share_of_the_lel(unit: str) -> None:
    methane = gas("combustible_gas", unit, "methane")
    assert "template, 50" in (told(methane, Terms(HH, 95, 0, 1)) or "")
    assert told(methane, Terms(HH, 50, 0, 1)) is None


@pytest.mark.parametrize(
    ("unit", "limit"), [("vol%", 5), ("%VOL", 5), ("％VOL", 5), ("%", 5), ("％", 5), ("ppm", 5e4)]
)
def test_so_is_oxygen(unit: str, limit: float) -> None:
    oxygen = gas("oxygen", unit, "7782-44-7")
    assert "is laxer than the L limit" in (told(oxygen, Terms(L, limit, 0, 1)) or "")
    assert told(oxygen, Terms(L, limit * 4, 0, 1)) is None


@pytest.mark.parametrize("unit", ["%", "ppm·m", "furlong"])
def test_a_unit_that_nobody_can_read_the_template_in_is_no_way_around_it(unit: str) -> None:
    assert "nobody can hold" in (told(gas("toxic_gas", unit, "chlorine"), Terms(HH, 9, 0, 1)) or "")


def test_a_longer_delay_and_a_milder_grade_are_laxer_too() -> None:
    assert "on_delay_s of 3600" in (told(GAS, Terms(HH, 50, 3600, 1)) or "")
    assert "grade 4 is milder" in (told(GAS, Terms(HH, 50, 0, 4)) or "")
    assert told(GAS, Terms(HH, 50, 0, 1)) is None
    tank = Point(2, "acme", "LT-1", PointKind.LEVEL, "m", 0, 10, substance="methanol")
    assert told(tank, Terms(HH, 9, 60, 2)) is None
    assert "template's HH, 60 s" in (told(tank, Terms(HH, 9, 61, 2)) or "")


def test_of_a_change_what_becomes_laxer_is_asked_and_what_stays_is_not() -> None:
    lax = Terms(HH, 60, 30, 2)
    assert told(GAS, lax, lax) is None
    assert told(GAS, Terms(HH, 60, 10, 1), lax) is None
    assert "on_delay_s of 31" in (told(GAS, Terms(HH, 60, 31, 2), lax) or "")
    assert "grade 3" in (told(GAS, Terms(HH, 60, 30, 3), lax) or "")
    assert "60 %LEL" in (told(GAS, Terms(HH, 60, 30, 2), Terms(HH, 50, 0, 1)) or "")
    assert "on_delay_s" in (told(GAS, Terms(HH, 50, 30, 1), lax) or "")
