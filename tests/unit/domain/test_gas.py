"""The gas library and its conversions, against the worked figures of the annex."""

from dataclasses import replace

import pytest

from services.domain.concentration import (
    NotConvertible,
    Reference,
    Unit,
    conflicts,
    convert,
    leading_oel,
)
from services.domain.gas import MOLAR_MASS_OF_AIR, Basis, Density, Figure, Gas
from services.domain.gas_table import GASES, find_gas

ANNEX_PPM = {
    # gas: level 1 and level 2 in mg/m3 and in ppm at 20 degrees, as the annex is restated
    "H2S": (10, 7.1), "CO": (20, 17.2), "Cl2": (1, 0.34), "NH3": (20, 28.2), "SO2": (5, 1.9),
    "HF": (2, 2.4), "COCl2": (0.5, 0.12), "HCN": (1, 0.89), "HCl": (7.5, 4.9), "NO2": (5, 2.6),
    "CH3OH": (25, 18.8), "C7H8": (50, 13.1), "C6H6": (6, 1.85), "PH3": (0.3, 0.21),
}  # fmt: skip


@pytest.mark.parametrize("formula", ANNEX_PPM)
def test_a_level_in_mass_is_the_annexs_level_in_ppm(formula: str) -> None:
    gas = find_gas(formula)
    assert gas is not None
    mass, ppm = ANNEX_PPM[formula]
    found = convert(mass, Unit.MASS, Unit.PPM, gas, Reference.of(gas))
    assert found == pytest.approx(ppm, rel=0.03)


@pytest.mark.parametrize("gas", GASES, ids=lambda gas: gas.formula)
def test_there_and_back_is_the_same(gas) -> None:  # type: ignore[no-untyped-def]
    reference = Reference.of(gas)
    units = [Unit.PPM, Unit.VOLUME_PERCENT, Unit.MASS]
    units += [Unit.LEL_PERCENT] if gas.lel else []
    units += [Unit.OEL_PERCENT] if gas.oel else []
    for one in units:
        for other in units:
            there = convert(7.0, one, other, gas, reference)
            assert convert(there, other, one, gas, reference) == pytest.approx(7.0)


def test_a_set_point_follows_the_mac_then_the_average_never_the_short_term_one() -> None:
    carbon_monoxide, chlorine = find_gas("630-08-0"), find_gas("氯")
    assert carbon_monoxide
    assert chlorine
    assert leading_oel(carbon_monoxide).basis is Basis.PC_TWA  # type: ignore[union-attr]
    assert leading_oel(chlorine).value == 1  # type: ignore[union-attr]


def test_whose_lel_is_counted_makes_a_difference_that_stays_visible() -> None:
    methane = find_gas("methane")
    assert methane
    assert conflicts(methane) == [methane.lel]
    by_iec = Reference(lel=methane.lel[0])
    by_nfpa = Reference(lel=methane.lel[1])
    quarter = [
        convert(25, Unit.LEL_PERCENT, Unit.VOLUME_PERCENT, methane, each)
        for each in (by_iec, by_nfpa)
    ]
    assert quarter == pytest.approx([1.1, 1.25])


def test_a_gas_without_an_exposure_limit_has_no_percent_of_it() -> None:
    hydrogen = find_gas("H2")
    assert hydrogen
    with pytest.raises(NotConvertible, match="no OEL of hydrogen"):
        convert(100, Unit.OEL_PERCENT, Unit.PPM, hydrogen, Reference.of(hydrogen))


def test_conflicts_are_kept_beside_each_other() -> None:
    benzene, formaldehyde = find_gas("苯"), find_gas("50-00-0")
    assert benzene
    assert formaldehyde
    assert [f.value for f in benzene.oel if f.basis is Basis.PC_TWA] == [6, 3]
    assert [f.value for f in formaldehyde.oel] == [2, 0.5]
    assert formaldehyde.oel in conflicts(formaldehyde)


def test_figures_that_differ_by_rounding_only_are_no_conflict() -> None:
    sulfur_dioxide, chlorine = find_gas("SO2"), find_gas("Cl2")
    assert sulfur_dioxide
    assert chlorine
    assert conflicts(sulfur_dioxide) == []
    assert conflicts(chlorine) == [chlorine.idlh]


def test_the_density_class_says_where_it_goes() -> None:
    classes = {name: find_gas(name).density for name in ("Cl2", "NH3", "CO", "H2S")}  # type: ignore[union-attr]
    assert classes == {
        "Cl2": Density.HEAVIER,
        "NH3": Density.LIGHTER,
        "CO": Density.NEAR,
        "H2S": Density.NEAR,
    }


def test_every_gas_is_found_by_each_of_its_names() -> None:
    for gas in GASES:
        assert find_gas(gas.cas) is find_gas(gas.name_zh) is find_gas(gas.name.upper()) is gas


def test_temperature_moves_the_molar_volume_and_nothing_else() -> None:
    assert Reference(20.0).molar_volume == pytest.approx(24.055, abs=0.002)
    assert Reference(25.0).molar_volume == pytest.approx(24.465, abs=0.002)


def test_by_itself_a_reference_is_at_20_degrees_with_the_first_lel_and_the_leading_limit() -> None:
    benzene = find_gas("benzene")
    assert benzene
    assert Reference() == Reference(20.0, None, None)
    assert Reference.of(benzene) == Reference(20.0, benzene.lel[0], benzene.oel[0])


def test_of_limits_of_several_bases_the_leading_one_and_its_like_are_compared() -> None:
    short = Figure(10, "mg/m3", "b", basis=Basis.PC_STEL)
    average = Figure(20, "mg/m3", "a", basis=Basis.PC_TWA)
    most = Figure(30, "mg/m3", "c", basis=Basis.MAC)
    gas = Gas("0-0-0", "X", "x", "x", 30.0, oel=(short, average, most))
    assert leading_oel(gas) is most
    assert leading_oel(replace(gas, oel=(short, average))) is average
    assert leading_oel(replace(gas, oel=(short,))) is short
    assert leading_oel(replace(gas, oel=())) is None
    assert conflicts(gas) == []
    other = replace(most, value=31.6)
    assert conflicts(replace(gas, oel=(most, other))) == [(most, other)]
    assert conflicts(replace(gas, oel=(most, replace(most, value=31.5)))) == []


def test_a_fifth_heavier_than_air_it_sinks_and_a_fifth_lighter_it_rises() -> None:
    def of(ratio: float) -> Density:
        return Gas("0-0-0", "X", "x", "x", ratio * MOLAR_MASS_OF_AIR).density

    assert [of(ratio) for ratio in (0.79, 0.81, 1.0, 1.19, 1.21)] == [
        Density.LIGHTER,
        Density.NEAR,
        Density.NEAR,
        Density.NEAR,
        Density.HEAVIER,
    ]
