"""The plume against values worked by hand from the Briggs table."""

import math

import pytest

from device_sim.physics.dispersion import (
    along_wind,
    plume,
    puff,
    sigma_y,
    sigma_z,
    urban_sigma_y,
    urban_sigma_z,
)


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


# At x = 1 km, worked by hand from the table: √(1 + 0.1) = 1.048809; √1.2 = 1.095445; √2.5 = 1.581139.
# A 0.22·1000/1.048809 and 0.20·1000; B 0.16 and 0.12·1000; C 0.11 and 80/1.095445;
# D 0.08 and 60/1.581139; E 0.06 and 30/1.3; F 0.04 and 16/1.3.
RURAL_AT_1_KM = {
    "A": (209.762, 200.0),
    "B": (152.554, 120.0),
    "C": (104.881, 73.030),
    "D": (76.277, 37.947),
    "E": (57.208, 23.077),
    "F": (38.139, 12.308),
}
# Urban: √1.4 = 1.183216. A, B 0.32 and 240·√2; C 0.22 and 200; D 0.16 and 140/√1.3; E, F 0.11 and
# 80/√2.5.
URBAN_AT_1_KM = {
    "A": (270.449, 339.411),
    "B": (270.449, 339.411),
    "C": (185.934, 200.0),
    "D": (135.225, 122.788),
    "E": (92.967, 50.596),
    "F": (92.967, 50.596),
}


@pytest.mark.parametrize("stability", RURAL_AT_1_KM)
def test_every_class_at_one_kilometre(stability: str) -> None:
    rural = (sigma_y(stability, 1_000), sigma_z(stability, 1_000))
    assert rural == pytest.approx(RURAL_AT_1_KM[stability], rel=1e-4)
    urban = (urban_sigma_y(stability, 1_000), urban_sigma_z(stability, 1_000))
    assert urban == pytest.approx(URBAN_AT_1_KM[stability], rel=1e-4)


def test_a_stack_in_class_f_two_kilometres_away() -> None:
    # Q = 1 kg/s, u = 3 m/s, H = 10 m, z = 1.5 m on the axis at 2 km, F:
    # σy = 80/√1.2 = 73.030 m; σz = 32/1.6 = 20 m. Q/(2π u σy σz) = 3.6322e-5;
    # exp(−8.5²/800) + exp(−11.5²/800) = 0.91366 + 0.84764; C = 6.397e-5 kg/m³.
    spread = (sigma_y("F", 2_000), sigma_z("F", 2_000))
    assert spread == pytest.approx((73.030, 20.0), rel=1e-4)
    assert plume(1.0, 3.0, 0.0, 1.5, 10.0, spread) == pytest.approx(6.397e-5, rel=1e-3)
    # With the square root that some code has, σz were 25.3 m and the ground looked cleaner.
    assert plume(1.0, 3.0, 0.0, 1.5, 10.0, (spread[0], 25.298)) < 5.5e-5


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
