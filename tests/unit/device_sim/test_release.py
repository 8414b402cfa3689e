"""Source terms against values worked by hand from the formulas' books."""

import math

import pytest

from device_sim.physics.gas import CHLORINE, HYDROGEN, PROPANE, TOLUENE
from device_sim.physics.release import (
    airborne_fraction,
    flash_fraction,
    gas_kg_s,
    hole_m2,
    liquid_kg_s,
    pool_kg_s,
)


def test_liquid_chlorine_through_ten_millimetres_at_six_bar() -> None:
    # A = 7.854e-5 m²; 0.61·A·√(2·1410·600,000) = 4.7909e-5·41,134 = 1.971 kg/s.
    assert liquid_kg_s(hole_m2(10), 1_410, 600) == pytest.approx(1.971, rel=1e-3)


def test_a_head_of_liquid_drives_alone() -> None:
    # √(2 g h) = 9.9045 m/s at 5 m: 0.61·7.854e-5·1000·9.9045 = 0.47452 kg/s of water.
    assert liquid_kg_s(hole_m2(10), 1_000, 0.0, 5.0) == pytest.approx(0.4745, rel=1e-3)
    assert liquid_kg_s(hole_m2(10), 1_000, -50.0, 5.0) == 0.0


def test_choked_hydrogen() -> None:
    # Choked: A p √(γ M/(R T) · (2/(γ+1))^((γ+1)/(γ−1))), γ 1.41, 20 °C, 41.01 bar absolute,
    # 1 mm: 7.854e-7·4,101,325·√(1.41·0.002016/(8.314·293.15)·0.33375) = 2.0096e-3 kg/s.
    found = gas_kg_s(hole_m2(1), 4_000, 20.0, HYDROGEN.molar_mass, 1.41)
    choked = math.pow(2 / 2.41, 2.41 / 0.41)
    by_hand = 7.854e-7 * 4_101_325 * math.sqrt(1.41 * 0.002016 / (8.314 * 293.15) * choked)
    assert found == pytest.approx(by_hand, rel=1e-3)
    assert found == pytest.approx(2.0e-3, rel=0.02)


def test_without_overpressure_no_gas_leaves_and_more_pressure_gives_more() -> None:
    rates = [gas_kg_s(1e-4, kpa, 20.0, 44.1, 1.13) for kpa in (0, 10, 50, 100, 500)]
    assert rates[0] == pytest.approx(0.0, abs=1e-9)
    assert rates == sorted(rates)


def test_a_fifth_of_liquid_chlorine_flashes_at_twenty_degrees() -> None:
    # c ΔT/L = 950·(293.15 − 239.1)/287,830 = 0.17840; 1 − e^−0.1784 = 0.16339.
    assert flash_fraction(CHLORINE, 20.0, 950) == pytest.approx(0.1634, rel=1e-3)
    assert airborne_fraction(CHLORINE, 20.0, 950) == pytest.approx(0.3268, rel=1e-3)
    assert flash_fraction(CHLORINE, -40.0, 950) == 0.0
    assert airborne_fraction(PROPANE, 60.0, 9_000) == 1.0


def test_a_pool_of_toluene_evaporates_slowly() -> None:
    # K = 0.0083·(18/92.14)^⅓ = 4.816e-3 m/s; P_sat(20 °C) = 101.325·e^(−33,180/8.314·
    # (1/293.15 − 1/383.8)) = 4.05 kPa: 0.09214·4.816e-3·10·4,050/(8.314·293.15) = 7.37e-3.
    assert pool_kg_s(TOLUENE, 10.0, 20.0) == pytest.approx(7.37e-3, rel=0.02)


def test_the_pressure_that_belongs_to_a_temperature_leads_back_to_it() -> None:
    kpa = PROPANE.vapour_pressure_kpa(25.0) - 101.325
    assert PROPANE.saturation_c(kpa) == pytest.approx(25.0)
    assert PROPANE.saturation_c(0.0) == pytest.approx(231.0 - 273.15)
