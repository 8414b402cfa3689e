"""Weather and clouds: Pasquill's table, the wind over height, urban ground, a drifting puff."""

import math

import pytest

from device_sim.fleet.scenario import BadScenario, parse
from device_sim.physics.dispersion import (
    plume,
    puff,
    sigma_y,
    sigma_z,
    urban_sigma_y,
    urban_sigma_z,
)
from device_sim.physics.gas import CHLORINE
from device_sim.physics.puff import Puff
from device_sim.physics.stability import Sky, pasquill, sky_at, wind_at
from device_sim.physics.weather import BY_THE_HOUR, Climate, Weather


@pytest.mark.parametrize(
    ("wind", "sky", "stability"),
    [
        (1.0, Sky.STRONG, "A"), (1.0, Sky.NIGHT, "F"), (2.5, Sky.SLIGHT, "C"),
        (4.0, Sky.MODERATE, "C"), (4.0, Sky.NIGHT, "E"), (7.0, Sky.STRONG, "C"),
        (7.0, Sky.NIGHT, "D"), (1.0, Sky.OVERCAST, "D"),
    ],
)  # fmt: skip
def test_pasquills_classes(wind: float, sky: Sky, stability: str) -> None:
    assert pasquill(wind, sky) == stability


def test_a_clear_day_goes_from_night_to_strong_sun_and_back() -> None:
    day = [sky_at(hour * 3_600) for hour in (0, 8, 9.2, 12.5, 16, 23)]
    assert day == [Sky.NIGHT, Sky.SLIGHT, Sky.MODERATE, Sky.STRONG, Sky.MODERATE, Sky.NIGHT]


def test_the_wind_grows_with_height_more_so_on_a_stable_night() -> None:
    # 3 m/s at 10 m: at 2 m in class D 3·0.2^0.15 = 2.356, in class F 3·0.2^0.55 = 1.238.
    assert wind_at(2.0, 3.0, "D") == pytest.approx(2.356, abs=1e-3)
    assert wind_at(2.0, 3.0, "F") == pytest.approx(1.238, abs=1e-3)
    assert wind_at(2.0, 0.1, "F") == 0.3


@pytest.mark.parametrize(
    ("stability", "side", "height"),
    [
        # x = 1,000 m by the table of domain knowledge: a·x·(1 + b·x)^p.
        ("A", 0.22 * 1_000 / math.sqrt(1.1), 200.0),
        ("B", 0.16 * 1_000 / math.sqrt(1.1), 120.0),
        ("C", 0.11 * 1_000 / math.sqrt(1.1), 80 / math.sqrt(1.2)),
        ("D", 0.08 * 1_000 / math.sqrt(1.1), 60 / math.sqrt(2.5)),
        ("E", 0.06 * 1_000 / math.sqrt(1.1), 30 / 1.3),
        ("F", 0.04 * 1_000 / math.sqrt(1.1), 16 / 1.3),
    ],
)  # fmt: skip
def test_the_whole_of_briggs_table_at_a_kilometre(
    stability: str, side: float, height: float
) -> None:
    assert sigma_y(stability, 1_000) == pytest.approx(side)
    assert sigma_z(stability, 1_000) == pytest.approx(height)


def test_ten_percent_of_the_centre_lie_at_2_15_sigma() -> None:
    # The edge of an overlay: half angle atan(2.15·a), 10° in class D near the source.
    edge = 2.15 * sigma_y("D", 100)
    spread = (sigma_y("D", 100), sigma_z("D", 100))
    ratio = plume(1, 2, edge, 1, 1, spread) / plume(1, 2, 0, 1, 1, spread)
    assert ratio == pytest.approx(0.0991, abs=1e-3)
    assert math.degrees(math.atan(2.15 * 0.08)) == pytest.approx(10, abs=0.5)


def test_a_town_mixes_more_than_open_country() -> None:
    # D at 500 m: σy = 0.16·500/√1.2 = 73.03, σz = 0.14·500/√1.15 = 65.28.
    assert urban_sigma_y("D", 500) == pytest.approx(73.03, abs=0.01)
    assert urban_sigma_z("D", 500) == pytest.approx(65.28, abs=0.01)
    for stability in "ABCDEF":
        assert urban_sigma_y(stability, 500) > sigma_y(stability, 500)
        assert urban_sigma_z(stability, 500) > sigma_z(stability, 500)
    with pytest.raises(ValueError, match="none of A to F"):
        urban_sigma_z("G", 1)


def test_a_scenario_says_whether_its_ground_is_a_town() -> None:
    text = (
        "{name: x, title: 一, title_en: x, start: 2026-01-05T00:00:00Z, duration_s: 5,"
        " weather: {stability: D, ground: urban}}"
    )
    town = Weather(parse(text, "x").weather.climate(), 1)
    open_country = Weather(parse(text.replace(", ground: urban", ""), "x").weather.climate(), 1)
    # Without a mouth it is the table itself: D at 500 m 73.03 and 65.28 m, or 39.04 and 22.68 m.
    assert town.spread(500, 0.0) == pytest.approx((73.03, 65.28), abs=0.01)
    assert open_country.spread(500, 0.0) == pytest.approx((39.04, 22.68), abs=0.01)
    # At 10 m it is the same wind; at 40 m 4^0.25 = 1.4142 against 4^0.15 = 1.2311 of it.
    assert town.wind_at(10.0) == open_country.wind_at(10.0) == town.wind_mps
    assert town.wind_at(40.0) == pytest.approx(1.41421 * town.wind_mps, rel=1e-5)
    assert open_country.wind_at(40.0) == pytest.approx(1.23114 * town.wind_mps, rel=1e-5)
    with pytest.raises(BadScenario, match="ground"):
        parse(text.replace("urban", "forest"), "x")


def test_a_puff_arrives_when_the_wind_has_brought_it_and_goes_by() -> None:
    weather = Weather(Climate(wind_mps=2.0, wind_from_deg=270.0, stability="D"), 1)
    cloud = Puff(CHLORINE, (0.0, 0.0, 1.0), 10.0)
    seen: list[float] = []
    for _ in range(150):
        cloud.step(1.0, weather)
        seen.append(cloud.concentration((100.0, 0.0, 1.0), weather))
    peak = seen.index(max(seen))
    assert 35 < peak < 65  # 100 m at about 2 m/s
    spread = (math.hypot(1, sigma_y("D", 100)), math.hypot(1, sigma_z("D", 100)))
    assert max(seen) == pytest.approx(puff(10.0, (0, 0), 1, 1, spread), rel=0.5)
    assert seen[-1] < max(seen) / 1_000


def test_the_class_of_the_hour_and_a_front_that_turns_the_wind() -> None:
    weather = Weather(Climate(wind_mps=2.5, stability=BY_THE_HOUR), 1)
    weather.step(1.0, 12.5 * 3_600)
    assert weather.stability in "AB"
    weather.step(1.0, 2 * 3_600)
    assert weather.stability in "EF"
    weather.turn(Climate(wind_mps=12.0, wind_from_deg=180.0, stability="D"))
    weather.step(1.0, 2 * 3_600)
    assert weather.wind_mps > 9.0
    assert abs(weather.wind_from_deg - 180.0) < 30
    assert weather.stability == "D"
