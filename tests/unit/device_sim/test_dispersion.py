"""The plume against values worked by hand from the Briggs table."""

import math

import pytest

from device_sim.physics.dispersion import along_wind, plume, puff, sigma_y, sigma_z


def test_class_d_at_500_m_on_the_axis() -> None:
    # σy = 0.08·500/√1.05 = 39.036 m; σz = 0.06·500/√1.75 = 22.678 m;
    # C = Q/(π u σy σz) = 0.2/(π·2·39.036·22.678) = 3.5957e-5 kg/m³.
    spread = (sigma_y("D", 500), sigma_z("D", 500))
    assert spread[0] == pytest.approx(39.036, rel=1e-4)
    assert spread[1] == pytest.approx(22.678, rel=1e-4)
    assert plume(0.2, 2.0, 0.0, 0.0, 0.0, spread) == pytest.approx(3.5957e-5, rel=1e-4)


def test_the_exponent_of_stable_classes_is_minus_one() -> None:
    # With −1/2, as some published code has it, F at 5 km would be 51 m.
    assert sigma_z("F", 5_000) == pytest.approx(32.0, abs=0.01)
    assert sigma_z("E", 5_000) == pytest.approx(60.0, abs=0.01)


def test_one_sigma_off_the_axis_it_falls_to_e_to_minus_a_half() -> None:
    spread = (10.0, 5.0)
    axis = plume(1.0, 3.0, 0.0, 1.0, 1.0, spread)
    assert plume(1.0, 3.0, 10.0, 1.0, 1.0, spread) == pytest.approx(axis * math.exp(-0.5))


def test_a_puff_at_its_centre_on_the_ground() -> None:
    # 2 M / ((2π)^1.5 σy² σz) with M = 1 kg, σy = 10 m, σz = 5 m: 2/(15.7496·500).
    found = puff(1.0, (0.0, 0.0), 0.0, 0.0, (10.0, 5.0))
    assert found == pytest.approx(2 / (15.7496 * 500), rel=1e-4)


def test_wind_from_the_north_east_carries_to_the_south_west() -> None:
    downwind, crosswind = along_wind(-3.0, -3.0, 45.0)
    assert downwind == pytest.approx(math.sqrt(18))
    assert crosswind == pytest.approx(0.0, abs=1e-9)
    assert along_wind(3.0, 3.0, 45.0)[0] < 0


def test_an_unknown_stability_is_refused() -> None:
    with pytest.raises(ValueError, match="none of A to F"):
        sigma_z("G", 100)
