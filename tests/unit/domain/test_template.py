"""What the standards propose for a point, in the point's own unit."""

import pytest

from services.domain.concentration import Reference
from services.domain.gas_table import find_gas
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.template import NoTemplate, Plant, Proposed, is_laxer, propose


def point(
    kind: str,
    unit: str,
    substance: str | None = None,
    range_low: float | None = None,
    range_high: float | None = None,
) -> Point:
    return Point(
        1, "acme", "X-1", PointKind(kind), unit, range_low, range_high, substance=substance
    )


def limits(*args: object, **kwargs: object) -> dict[str, float]:
    found = propose(*args, **kwargs)  # type: ignore[arg-type]
    assert not isinstance(found, NoTemplate), found.reason
    return {each.condition.value: each.limit for each in found}


def reason(*args: object) -> str:
    found = propose(*args)  # type: ignore[arg-type]
    assert isinstance(found, NoTemplate)
    return found.reason


def test_combustible_gas_is_a_quarter_and_a_half_of_the_lel() -> None:
    assert limits(point("combustible_gas", "%LEL")) == {"H": 25, "HH": 50}
    assert limits(point("combustible_gas", "LEL·m")) == {"H": 1, "HH": 2}


def test_in_volume_it_depends_on_whose_lel_and_says_so() -> None:
    methane = find_gas("CH4")
    assert methane
    detector = point("combustible_gas", "vol%", "CH4")
    assert limits(detector) == pytest.approx({"H": 1.1, "HH": 2.2})
    by_nfpa = Reference(lel=methane.lel[1])
    assert limits(detector, reference=by_nfpa) == pytest.approx({"H": 1.25, "HH": 2.5})
    found = propose(detector)
    assert isinstance(found, tuple)
    assert "IEC 60079-20-1:2010" in found[0].basis


@pytest.mark.parametrize(
    ("gas", "unit", "first", "second"),
    [("Cl2", "mg/m3", 1, 2), ("Cl2", "ppm", 0.34, 0.68), ("NH3", "ppm", 28.2, 56.5),
     ("H2S", "mg/m3", 10, 20), ("CO", "mg/m3", 20, 40), ("光气", "mg/m3", 0.5, 1)],
)  # fmt: skip
def test_toxic_gas_is_once_and_twice_its_exposure_limit(
    gas: str, unit: str, first: float, second: float
) -> None:
    found = limits(point("toxic_gas", unit, gas))
    assert found == pytest.approx({"H": first, "HH": second}, rel=0.01)


def test_a_detector_that_cannot_reach_them_falls_back_on_the_idlh() -> None:
    small = point("toxic_gas", "ppm", "H2S", range_high=12.0)
    assert limits(small) == pytest.approx({"H": 5, "HH": 10})
    found = propose(small)
    assert isinstance(found, tuple)
    assert "IDLH 100 ppm" in found[0].basis


def test_oxygen_has_a_low_and_a_high_side() -> None:
    assert limits(point("oxygen", "vol%")) == {"L": 19.5, "H": 23.5}


def test_what_only_the_plant_knows_is_asked_for() -> None:
    vessel = point("pressure", "MPa", range_low=0.0, range_high=2.5)
    assert "design_pressure" in reason(vessel)
    assert limits(vessel, Plant(1.2, 2.0)) == pytest.approx({"H": 1.2, "HH": 1.6})
    assert "80 %" in reason(vessel, Plant(1.9, 2.0))
    assert "normal_high" in reason(point("temperature", "Cel"))
    assert limits(point("temperature", "Cel"), Plant(80.0)) == {"H": 80, "HH": 100}


def test_a_tank_needs_its_range() -> None:
    assert "range" in reason(point("level", "m"))
    tank = point("level", "m", range_low=0.0, range_high=10.0)
    assert limits(tank) == pytest.approx({"LL": 1, "L": 1.5, "H": 8.5, "HH": 9})


def test_wind_is_force_six() -> None:
    assert limits(point("wind_speed", "m/s")) == {"H": 13.8}


def test_gas_alarms_latch_and_rise_without_delay() -> None:
    for detector in (point("combustible_gas", "%LEL"), point("oxygen", "vol%")):
        found = propose(detector)
        assert isinstance(found, tuple)
        assert all(each.latch and each.on_delay_s == 0 for each in found)


@pytest.mark.parametrize("kind", ["humidity", "interlock", "analog", "flow"])
def test_where_no_standard_speaks_there_is_no_template(kind: str) -> None:
    assert "post rules" in reason(point(kind, "%RH"))


def test_an_unknown_gas_or_unit_is_said_not_guessed() -> None:
    assert "unobtainium" in reason(point("toxic_gas", "ppm", "unobtainium"))
    assert "no substance" in reason(point("toxic_gas", "ppm"))
    assert "furlong" in reason(point("toxic_gas", "furlong", "Cl2"))


def test_a_limit_beyond_the_templates_is_laxer() -> None:
    gas = propose(point("combustible_gas", "%LEL"))
    assert is_laxer(Condition.H, 25, gas) is None
    assert is_laxer(Condition.H, 20, gas) is None
    found = is_laxer(Condition.H, 30, gas)
    assert found is not None
    assert found.value == 25
    air = propose(point("oxygen", "vol%"))
    assert is_laxer(Condition.L, 18, air) is not None
    assert is_laxer(Condition.L, 20, air) is None


def test_every_proposal_names_source_and_basis() -> None:
    made: list[Proposed] = []
    for each in (
        propose(point("combustible_gas", "%LEL")),
        propose(point("toxic_gas", "ppm", "Cl2")),
        propose(point("level", "m", range_low=0.0, range_high=1.0)),
        propose(point("wind_speed", "m/s")),
    ):
        assert isinstance(each, tuple)
        made += each
    assert all(each.source and each.basis and each.deadband > 0 for each in made)
