"""The gas library against figures worked by hand: set points, and masses from the atomic weights."""

import re

import pytest

from services.domain.concentration import Reference, Unit, conflicts, convert, leading_oel
from services.domain.gas import Density, Trust
from services.domain.gas_table import GASES, find_gas

ATOMIC_WEIGHTS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "P": 30.974, "S": 32.06,
    "Cl": 35.45, "Br": 79.904,
}  # fmt: skip
"""IUPAC 2021, abridged to five figures."""

LEVELS = [
    # formula, level 1 and 2 in mg/m3; in ppm at 20 degrees: mg/m3 x 24.055 / molar mass
    ("H2S", 10, 20, 7.1, 14.1),
    ("CO", 20, 40, 17.2, 34.4),
    ("Cl2", 1, 2, 0.34, 0.68),
    ("NH3", 20, 40, 28.2, 56.5),
    ("SO2", 5, 10, 1.9, 3.8),
    ("HF", 2, 4, 2.4, 4.8),
    ("COCl2", 0.5, 1, 0.12, 0.24),
    ("HCN", 1, 2, 0.89, 1.78),
    ("HCl", 7.5, 15, 4.9, 9.9),
    ("NO2", 5, 10, 2.6, 5.2),
    ("C2H4O", 0.6, 1.2, 0.33, 0.66),
    ("C3H3N", 1, 2, 0.45, 0.91),
    ("C6H6", 6, 12, 1.85, 3.7),
    ("CH3OH", 25, 50, 18.8, 37.5),
    ("C2H3Cl", 10, 20, 3.8, 7.7),
    ("C7H8", 50, 100, 13.1, 26.1),
    ("Br2", 0.3, 0.6, 0.045, 0.09),
    ("CH2O", 2, 4, 1.6, 3.2),
    ("PH3", 0.3, 0.6, 0.21, 0.42),
]
QUARTERS = [
    # formula, 25 and 50 %LEL in vol% by IEC 60079-20-1:2010
    ("CH4", 1.1, 2.2),
    ("C3H8", 0.425, 0.85),
    ("H2", 1.0, 2.0),
    ("C2H4", 0.575, 1.15),
    ("C3H6", 0.5, 1.0),
    ("C2H2", 0.575, 1.15),
    ("C4H6", 0.35, 0.7),
    ("C3H6O", 0.475, 0.95),
    ("CS2", 0.15, 0.3),
]


@pytest.mark.parametrize(("formula", "low", "high", "low_ppm", "high_ppm"), LEVELS)
def test_level_1_is_the_limit_and_level_2_twice_it_in_mass_and_in_ppm(
    formula: str, low: float, high: float, low_ppm: float, high_ppm: float
) -> None:
    gas = find_gas(formula)
    assert gas is not None
    reference = Reference.of(gas)
    leading = leading_oel(gas)
    assert leading is not None
    assert (leading.value, leading.unit) == (low, "mg/m3")
    for percent, mass, ppm in ((100, low, low_ppm), (200, high, high_ppm)):
        told = convert(percent, Unit.OEL_PERCENT, Unit.MASS, gas, reference)
        assert told == pytest.approx(mass)
        # By hand to two or three figures.
        found = convert(mass, Unit.MASS, Unit.PPM, gas, reference)
        assert found == pytest.approx(ppm, rel=0.03)
        assert found == pytest.approx(mass * 24.055 / gas.molar_mass, rel=0.0002)


@pytest.mark.parametrize(("formula", "quarter", "half"), QUARTERS)
def test_a_quarter_and_half_of_the_lel_in_volume(formula: str, quarter: float, half: float) -> None:
    gas = find_gas(formula)
    assert gas is not None
    found = [
        convert(percent, Unit.LEL_PERCENT, Unit.VOLUME_PERCENT, gas, Reference.of(gas))
        for percent in (25, 50)
    ]
    assert found == pytest.approx([quarter, half])


def test_every_gas_is_worked() -> None:
    assert {row[0] for row in (*LEVELS, *QUARTERS)} == {gas.formula for gas in GASES}


@pytest.mark.parametrize("gas", GASES, ids=lambda gas: gas.formula)
def test_a_molar_mass_is_the_sum_of_its_atoms(gas) -> None:  # type: ignore[no-untyped-def]
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", gas.formula)
    mass = sum(ATOMIC_WEIGHTS[name] * int(count or 1) for name, count in atoms)
    assert gas.molar_mass == pytest.approx(mass, rel=0.0003)


def test_where_each_gas_goes() -> None:
    light = {gas.formula for gas in GASES if gas.density is Density.LIGHTER}
    near = {gas.formula for gas in GASES if gas.density is Density.NEAR}
    # By the molar mass beside 28.96 g/mol: below 0.8 lighter, up to 1.2 near, else heavier.
    assert light == {"NH3", "HF", "CH4", "H2"}
    assert near == {"CO", "HCN", "C2H4", "C2H2", "H2S", "CH2O", "PH3", "CH3OH"}


def test_what_sources_contradict_each_other_on_stays_side_by_side() -> None:
    found = {gas.formula: conflicts(gas) for gas in GASES}
    limits = {
        formula: [[f.value for f in those] for those in told if those[0].unit == "mg/m3"]
        for formula, told in found.items()
    }
    assert {formula: told for formula, told in limits.items() if told} == {
        "C2H4O": [[0.6, 2]],
        "C6H6": [[6, 3], [10, 6]],
        "CH2O": [[2, 0.5]],
    }
    by_lel = {name for name, told in found.items() if any(t[0].unit == "vol%" for t in told)}
    assert by_lel == {"CO", "C2H4O", "C3H3N", "C7H8", "CH4", "C3H8", "C2H4", "C3H6", "C2H2",
                      "C4H6", "C3H6O", "CS2"}  # fmt: skip


def test_what_we_do_not_believe_is_shown_and_not_used() -> None:
    fluoride = find_gas("HF")
    assert fluoride is not None
    assert [(f.value, f.unit, f.trust) for f in fluoride.idlh] == [
        (30, "ppm", Trust.RESTATED),
        (500, "mg/m3", Trust.UNPROVED),
    ]
    assert conflicts(fluoride) == [fluoride.idlh]


def test_a_level_that_aegl_does_not_recommend_is_told_from_one_that_we_do_not_know() -> None:
    told = {gas.formula: gas.not_recommended for gas in GASES if gas.not_recommended}
    assert told == dict.fromkeys(("COCl2", "C2H4O", "C3H3N", "PH3"), frozenset({1}))
    carbon_monoxide = find_gas("CO")
    assert carbon_monoxide is not None
    assert carbon_monoxide.aegl[0] is None
