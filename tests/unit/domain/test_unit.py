"""Units beside UCUM's codes, and which kind takes which."""

import pytest

from services.domain.point import STATES, PointKind
from services.domain.unit import KNOWN, beyond_nature, misfit, ucum_of

CONTRACT = ["%LEL", "%OEL", "%RH", "vol%", "LEL·m", "ppm", "kscmh", "kPa(g)", "deg"]


def test_every_unit_that_the_contract_names_has_a_code() -> None:
    assert {unit: ucum_of(unit) for unit in CONTRACT} == {
        "%LEL": "%{LEL}",
        "%OEL": "%{OEL}",
        "%RH": "%{relative}",
        "vol%": "%{volume}",
        "LEL·m": "m{LEL}",
        "ppm": "[ppm]",
        "kscmh": "10*3.m3{standard}/h",
        "kPa(g)": "kPa{gauge}",
        "deg": "deg",
    }


def test_a_code_of_ucum_is_itself_and_a_text_has_none() -> None:
    for known in KNOWN.values():
        if "{" not in known.ucum and known.ucum in KNOWN:
            assert KNOWN[known.ucum] == known
    assert ucum_of("Cel") == ucum_of("℃") == "Cel"
    assert ucum_of("个/班") is None


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (PointKind.TEMPERATURE, "ppm"),
        (PointKind.TEMPERATURE, "MPa"),
        (PointKind.PRESSURE, "Cel"),
        (PointKind.LEVEL, "℃"),
        (PointKind.FLOW, "MPa"),
        (PointKind.OXYGEN, "%LEL"),
        (PointKind.TOXIC_GAS, "%LEL"),
        (PointKind.COMBUSTIBLE_GAS, "%OEL"),
        (PointKind.WIND_SPEED, "deg"),
        (PointKind.WIND_DIRECTION, "m/s"),
        (PointKind.HUMIDITY, "m"),
        (PointKind.INTERLOCK, "ppm"),
        (PointKind.FIRE, "Cel"),
        (PointKind.PRESSURE, "mol/L"),
        (PointKind.LEVEL, "kg/m³"),
        (PointKind.TEMPERATURE, "μS/cm"),
        (PointKind.FLOW, "kJ"),
    ],
)
def test_a_unit_that_cannot_belong_to_a_kind_is_told(kind: PointKind, unit: str) -> None:
    told = misfit(kind, unit)
    assert told is not None
    assert kind in told


@pytest.mark.parametrize("kind", PointKind)
def test_a_share_of_the_range_and_an_unknown_text_fit_every_kind(kind: PointKind) -> None:
    assert misfit(kind, "%") is None
    assert misfit(kind, "1") is None
    assert misfit(kind, "state") is None


def test_every_kind_but_those_without_a_quantity_takes_some_unit_and_refuses_some() -> None:
    for kind in set(PointKind) - set(STATES) - {PointKind.ANALOG}:
        fits = {unit for unit in KNOWN if misfit(kind, unit) is None}
        assert len(fits) > 3
        assert fits != set(KNOWN)


@pytest.mark.parametrize(
    ("unit", "low", "high", "field"),
    [
        ("℃", -300, 100, "range_low"),
        ("vol%", 0, 150, "range_high"),
        ("ppm", 0, 2e6, "range_high"),
        ("%RH", 0, 500, "range_high"),
        ("deg", 0, 7200, "range_high"),
        ("MPa(a)", -1, 1, "range_low"),
    ],
)
def test_a_range_ends_where_there_is_something_to_measure(
    unit: str, low: float, high: float, field: str
) -> None:
    told = beyond_nature(unit, low, high)
    assert list(told) == [field]
    assert unit in told[field]


def test_what_instruments_have_is_no_absurd_range() -> None:
    for unit, low, high in (("Cel", -200, 1600), ("vol%", -5, 100), ("ppm", -10, 1e6),
                            ("deg", 0, 540), ("kPa(g)", -100, 100), ("K", -400, 400), ("%LEL", 0, 1000),
                            ("个/班", -1e9, 1e9)):  # fmt: skip
        assert beyond_nature(unit, low, high) == {}
