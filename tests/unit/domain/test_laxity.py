"""What is laxer than the template is found however the unit is spelt, and in delay and grade."""

import pytest

from services.domain.laxity import Terms, laxer, told_of
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


@pytest.mark.parametrize(
    ("kind", "unit", "limit", "says"),
    [
        ("combustible_gas", "%LEL", 30, "names no substance: 30 %LEL is laxer than the H limit"),
        ("toxic_gas", "％OEL", 150, "names no substance: 150"),
        ("oxygen", "%VOL", 25, "names no substance: 25"),
        ("toxic_gas", "ppm", 1000, "names no substance (the strictest of the gas library): 1000"),
        ("combustible_gas", "vol%", 4, "names no substance (the strictest of the gas library): 4"),
        (
            "toxic_gas",
            "furlong",
            1,
            "names no substance (the strictest of the gas library): nobody",
        ),
    ],
)
def test_a_detector_without_a_substance_is_read_by_the_template_of_its_kind(
    kind: str, unit: str, limit: float, says: str
) -> None:
    nameless = Point(1, "acme", "GT-1", PointKind(kind), unit)
    assert says in (told_of(nameless, Terms(H, limit, 0, 2)) or "")


@pytest.mark.parametrize(
    ("substance", "says"),
    [
        ("7732-18-5", "has no limits for 7732-18-5 (the strictest of the gas library): 1000 ppm"),
        ("methane", "has no limits for methane (the strictest of the gas library): 1000 ppm"),
        ("chlorine", "1000 ppm is laxer than the H limit of the template"),
    ],
)
def test_a_substance_that_has_no_limits_hides_no_more_than_none(substance: str, says: str) -> None:
    toxic = gas("toxic_gas", "ppm", substance)
    assert says in (told_of(toxic, Terms(H, 1000, 0, 2)) or "")
    assert told_of(toxic, Terms(H, 1e-6, 0, 2)) is None
    plain = gas("oxygen", "vol%", "7782-44-7")
    assert (told_of(plain, Terms(L, 5, 0, 1)) or "").startswith("5 vol% is laxer")


def test_what_is_no_laxer_or_no_detector_is_not_told_of() -> None:
    nameless = Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL")
    assert told_of(nameless, Terms(H, 25, 0, 2)) is None
    toxic = Point(1, "acme", "GT-1", PointKind.TOXIC_GAS, "ppm")
    assert told_of(toxic, Terms(H, 1e-6, 0, 2)) is None
    level = Point(1, "acme", "LI-1", PointKind.LEVEL, "m", 0, 10)
    assert told_of(level, Terms(H, 9.9, 0, 4)) is None
    assert "30 %LEL is laxer" in (told_of(GAS, Terms(H, 30, 0, 2)) or "")
    assert "names no" not in (told_of(GAS, Terms(H, 30, 0, 2)) or "")
