"""A plume reaches as far as it is promised to, however slow the air that carries it."""

import pytest

from device_sim.physics.dispersion import plume
from device_sim.physics.gas import CHLORINE
from device_sim.physics.leak import Leak
from device_sim.physics.stability import LEAST_MPS
from device_sim.physics.trail import FARTHEST_M
from device_sim.physics.weather import Climate, Weather

HELD_S = 5_100


def still_night() -> Weather:
    weather = Weather(Climate(wind_mps=0.5, wind_from_deg=270, stability="F"), 1)
    weather.wind_mps, weather.wind_from_deg = 0.5, 270.0
    return weather


def test_a_steady_plume_goes_on_to_the_farthest_and_arrives_with_its_wind() -> None:
    weather, leak = still_night(), Leak(CHLORINE, (0.0, 0.0, 1.0), ((0.0, 1.0),))
    assert weather.wind_at(1.0) == LEAST_MPS
    far, seen = (900.0, 0.0, 1.0), {}
    for second in range(1, HELD_S + 1):
        leak.step(1.0, 1.0)
        if second in (2_995, 3_005):
            seen[second] = leak.concentration(far, weather)
    assert seen[2_995] == 0.0 < seen[3_005], "900 m at 0.3 m/s are 3000 s"
    near = [leak.concentration((float(x), 0.0, 1.0), weather) for x in range(100, 1_500, 1)]
    assert near == sorted(near, reverse=True)
    assert near[-1] > 0.0
    assert leak.concentration((FARTHEST_M, 0.0, 1.0), weather) == 0.0


def test_what_has_stopped_is_over_once_the_last_of_it_has_passed() -> None:
    weather, leak = still_night(), Leak(CHLORINE, (0.0, 0.0, 1.0), ((0.0, 1.0), (10.0, 0.0)))
    for _ in range(4_000):
        leak.step(1.0, 1.0)
    assert not leak.over, "it is on its way to 1200 m"
    assert leak.concentration((1_198.0, 0.0, 1.0), weather) > 0.0
    for _ in range(1_100):
        leak.step(1.0, 1.0)
    assert leak.over


def test_slow_air_thins_by_the_wind_that_carries_it() -> None:
    slow = plume(1.0, LEAST_MPS, 0.0, 1.0, 1.0, (4.0, 2.0))
    assert slow == pytest.approx(plume(1.0, 3.0, 0.0, 1.0, 1.0, (4.0, 2.0)) * 3.0 / LEAST_MPS)
