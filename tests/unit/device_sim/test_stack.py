"""What comes out of a relief, against values worked by hand; and where it is felt."""

import math

import pytest

from device_sim.physics.dispersion import plume
from device_sim.physics.gas import CHLORINE, METHANE, PROPANE
from device_sim.physics.stability import Ground, wind_at
from device_sim.physics.stack import Discharge, Mouth, Stack, rise_m
from device_sim.physics.trail import MEMORY_S, Trail
from device_sim.physics.weather import Climate, Weather

TALL = Mouth(PROPANE, (0.0, 0.0, 17.0), 0.25)


def still(ground: Ground = Ground.OPEN) -> Weather:
    """Two metres a second from the west, class D, and nothing strays."""
    weather = Weather(Climate(stability="D", ground=ground), 1)
    weather.wind_mps, weather.wind_from_deg = 2.0, 270.0
    return weather


def test_a_jet_of_methane_rises_by_its_momentum() -> None:
    # ρ = 16.04/24.055 = 0.66681 kg/m³; 0.15 m bore: A = 0.0176715 m². 1 kg/s: v = 84.864 m/s;
    # Δh = 3·0.15·84.864/2 = 19.094 m.
    mouth = Mouth(METHANE, (0.0, 0.0, 25.0), 0.15)
    assert rise_m(mouth, 1.0, 2.0) == pytest.approx(19.094, rel=1e-4)
    # No faster than sound: 10 kg/s would be 849 m/s; 3·0.15·300/2 = 67.5 m.
    assert rise_m(mouth, 10.0, 2.0) == pytest.approx(67.5)


def test_what_is_heavy_falls_back_to_its_mouth() -> None:
    for substance in (PROPANE, CHLORINE):
        assert rise_m(Mouth(substance, (0.0, 0.0, 8.0), 0.1), 2.0, 2.0) == 0.0


def test_the_wind_at_the_mouth_carries_it() -> None:
    # D: u(17 m) = 2·1.7^0.15 = 2.165695; urban 2·1.7^0.25 = 2.283717. F: 2·1.7^0.55 = 2.677791.
    assert wind_at(17.0, 2.0, "D") == pytest.approx(2.165695, rel=1e-5)
    assert wind_at(17.0, 2.0, "D", Ground.URBAN) == pytest.approx(2.283717, rel=1e-5)
    assert wind_at(17.0, 2.0, "F") == pytest.approx(2.677791, rel=1e-5)
    # Nearer to the ground than 2 m it is the wind of 2 m: B: 2.5·0.2^0.07 = 2.23363.
    assert wind_at(0.5, 2.5, "B") == wind_at(2.0, 2.5, "B") == pytest.approx(2.23363, rel=1e-5)


def test_a_relief_at_its_height_by_hand() -> None:
    # 116 kg/s of liquid of which 0.57 fly = 66.12 kg/s at 17 m; class D, 2 m/s at 10 m, so 2.165695
    # at the mouth; 200 m down the wind: σy = 16/√1.02 = 15.8424 → √(0.125² + σy²) = 15.8429,
    # σz = 12/√1.3 = 10.5247 → 10.5254. C at 0.5 m: Q/(2π u σy σz) = 66.12/(2π·2.165695·166.753)
    # = 0.0291395; exp(−16.5²/221.57) + exp(−17.5²/221.57) = 0.292663 + 0.251030: 0.0158429 kg/m³.
    weather = still()
    stack = Stack(TALL)
    for _ in range(120):
        stack.step(1.0, Discharge(0.0, 116.0, 0.57), weather)
    found = stack.concentration((200.0, 0.0, 0.5), weather)
    assert found == pytest.approx(0.0158429, rel=1e-4)
    assert stack.released_kg == pytest.approx(116.0 * 120)


def test_among_buildings_the_same_relief_is_felt_nearer() -> None:
    # Urban D at 50 m: σy = 8/√1.02 = 7.92118 → 7.92217, σz = 7/√1.015 = 6.94808 → 6.94921,
    # u = 2.283717: 66.12/(2π·2.283717·55.0528) = 0.0837012; exponents −16.5²/96.5830 and −17.5²/…:
    # 0.0596763 + 0.0419680: 0.00850775 kg/m³. Over open country it is a hundredth of that.
    discharge = Discharge(66.12)
    found = {}
    for ground in Ground:
        weather = still(ground)
        stack = Stack(TALL)
        for _ in range(60):
            stack.step(1.0, discharge, weather)
        found[ground] = stack.concentration((50.0, 0.0, 0.5), weather)
    assert found[Ground.URBAN] == pytest.approx(0.00850775, rel=1e-4)
    assert found[Ground.OPEN] < found[Ground.URBAN] / 100


def test_what_left_higher_is_thinned_from_there_and_comes_when_its_wind_brings_it() -> None:
    weather = still()
    trail = Trail((0.0, 0.0, 1.0), 0.5, 1.0)
    for _ in range(30):
        trail.note(1.0, 1.0, 20.0)
    wind = wind_at(20.0, 2.0, "D")
    assert trail.concentration((wind * 31, 0.0, 1.0), weather) == 0.0
    spread = weather.spread(wind * 20, 0.5)
    by_hand = plume(1.0, wind, 0.0, 1.0, 20.0, spread)
    assert trail.concentration((wind * 20, 0.0, 1.0), weather) == pytest.approx(by_hand)
    assert math.isfinite(by_hand)


def test_a_relief_that_shuts_leaves_what_is_on_its_way_and_then_nothing() -> None:
    weather = still()
    stack = Stack(TALL)
    over = [stack.over]
    stack.step(1.0, Discharge(5.0), weather)
    over.append(stack.over)
    for _ in range(50):
        stack.step(1.0, Discharge(), weather)
    assert stack.concentration((wind_at(17.0, 2.0, "D") * 50, 0.0, 17.0), weather) > 0.0
    for _ in range(round(MEMORY_S)):
        stack.step(1.0, Discharge(), weather)
    assert [*over, stack.over] == [True, False, True]
    assert stack.released_kg == 5.0
