"""What leaves a vessel is in the air, what flows into a room leaves it, heat goes where it is booked."""

import math
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device_sim.fleet.air import Air
from device_sim.fleet.cause import BurstCause, LeakCause
from device_sim.fleet.lpg_farm import SEAL, T_H, VALVE, LpgFarm
from device_sim.fleet.plant import Setting
from device_sim.physics.chance import stream
from device_sim.physics.dispersion import plume, puff, sigma_y, sigma_z
from device_sim.physics.gas import CHLORINE, PROPANE
from device_sim.physics.head import Head
from device_sim.physics.pump import Pump, PumpCurve
from device_sim.physics.reactor import Kettle, Reactor
from device_sim.physics.release import GRAVITY_M_S2, gas_kg_s, liquid_kg_s
from device_sim.physics.room import AIR_OXYGEN_PCT, Fire, Room
from device_sim.physics.sensor import Instrument
from device_sim.physics.tank import Filling, Tank, Vessel
from device_sim.physics.voting import Channel, Voting
from device_sim.physics.weather import Climate, Weather

CLASSES = st.sampled_from("ABCDEF")


@given(CLASSES, st.floats(50, 2_000), st.floats(0.5, 10), st.floats(0.01, 5))
def test_all_that_a_source_gives_passes_through_each_section_of_its_plume(
    stability: str, downwind: float, wind: float, rate: float
) -> None:
    sy, sz = sigma_y(stability, downwind), sigma_z(stability, downwind)
    step_y, step_z = sy / 4, sz / 4
    through = sum(
        plume(rate, wind, (j + 0.5) * step_y, (k + 0.5) * step_z, 1.0, (sy, sz))
        for j in range(-20, 20)
        for k in range(24)
    )
    assert through * wind * step_y * step_z == pytest.approx(rate, rel=0.02)


@given(st.floats(2, 200), st.floats(1, 100), st.floats(0.1, 1_000))
def test_a_puff_holds_its_mass(sy: float, sz: float, mass: float) -> None:
    # Separable: the line through the centre along x or y, and the column over it.
    line = sum(
        puff(1.0, ((j + 0.5) * sy / 4, 0.0), 0.0, 0.0, (sy, sz)) * sy / 4 for j in range(-20, 20)
    )
    column = sum(
        puff(mass, (0.0, 0.0), (k + 0.5) * sz / 4, 0.0, (sy, sz)) * sz / 4 for k in range(24)
    )
    peak = puff(1.0, (0.0, 0.0), 0.0, 0.0, (sy, sz))
    assert column * (line / peak) ** 2 == pytest.approx(mass, rel=0.02)


@given(st.floats(20, 60), st.floats(1_000, 60_000), st.floats(0, 20_000))
def test_what_a_relief_lets_out_takes_its_heat_along(
    celsius: float, mass: float, fire_kw: float
) -> None:
    vessel = Vessel(200, 1_000, 2_500, 700)
    tank = Tank(vessel, PROPANE, mass, celsius)
    tank.step(1.0, 0.0, 0.0, 20.0, 20.0, fire_kw)
    gained_j = (tank.temperature_c - celsius) * mass * vessel.heat_j_kg_k
    given_j = fire_kw * 1000 + vessel.wall_w_k * (20.0 - celsius)
    given_j -= tank.relieved_kg * PROPANE.latent_j_kg
    assert gained_j == pytest.approx(given_j, rel=1e-6, abs=1.0)
    assert tank.mass_kg == pytest.approx(mass - tank.relieved_kg)


def mass_told_by(farm: LpgFarm) -> float:
    """kg in TK-101, by its level and its temperature."""
    told = farm.truth()
    return float(told["LI-101"]) * 10 * PROPANE.liquid_density(float(told["TI-101"]))


@settings(max_examples=20)
@given(st.floats(0.1, 300), st.sampled_from([0.0, 20.0, 1e6]), st.booleans(), st.booleans())
@example(300.0, 0.0, False, False)
def test_what_a_sphere_has_lost_went_through_its_pump_or_into_the_air(
    hole_mm: float, burst_kg: float, felt: bool, closes: bool
) -> None:
    farm, weather, filling = LpgFarm(22.0), Weather(Climate(), 1), Filling(45, 65, 14.0)
    causes: list[LeakCause | BurstCause] = [
        LeakCause(cause="leak", at=SEAL, at_s=5, hole_mm=hole_mm),
        LeakCause(cause="leak", at=SEAL, at_s=60, rate_kg_s=((0, 2.0),)),
    ]
    if burst_kg:
        causes.append(BurstCause(cause="burst", at=SEAL, at_s=90, mass_kg=burst_kg))
    air, before, through = Air(causes, farm.leak_points), mass_told_by(farm), 0.0
    for second in range(300):
        leaving = air.step(1.0, float(second), farm.supply(), farm.held(), weather)
        through -= filling.flow(float(farm.truth()["LI-101"]))
        shown = {"GT-101": 100.0 if felt and leaving else 0.0}
        farm.step(1.0, Setting(weather, shown, leaving, {} if closes else {VALVE: 0.0}))
        through += float(farm.truth()["FI-101"]) / T_H
    lost = before - mass_told_by(farm)
    assert lost == pytest.approx(through + air.released[SEAL], abs=1e-3)


def test_in_a_fire_the_relief_holds_the_pressure_near_where_it_opens() -> None:
    tank = Tank(Vessel(200, 1_000, 2_500, 900, relief_kg_s_kpa=0.5), PROPANE, 60_000, 20.0)
    for _ in range(3_600):
        tank.step(1.0, 0.0, 0.0, 20.0, 20.0, 5_000.0)
    assert 900 < tank.pressure_kpa < 960
    assert tank.relieved_kg > 5_000


@given(st.floats(0.1, 5), st.integers(1, 60), st.floats(5, 100))
def test_a_vessel_is_never_more_than_full(dt_s: float, steps: int, inflow: float) -> None:
    tank = Tank(Vessel(50, 100, 950, 1_500), CHLORINE, 69_000, 20.0)
    for _ in range(steps):
        tank.step(dt_s, inflow, 0.0, 20.0, 20.0)
    assert tank.level_pct <= 100.0 + 1e-9
    assert tank.mass_kg + tank.relieved_kg == pytest.approx(69_000 + inflow * dt_s * steps)
    assert (tank.pressure_kpa >= 1_500) == (tank.room_kg <= 0.0)


@given(st.floats(100, 400), st.floats(0, 2), st.floats(0, 1), st.floats(0.1, 5))
def test_what_reacted_was_there(celsius: float, kmol_m3: float, feed: float, dt_s: float) -> None:
    kettle = Kettle()
    reactor = Reactor(kettle, temperature_c=celsius, kmol_m3=kmol_m3)
    reactor.step(dt_s, 120.0, feed)
    reacted = reactor.heat_kw / kettle.heat_kj_kmol / kettle.volume_m3 * dt_s
    fresh = kettle.feed_m3_s * feed / kettle.volume_m3 * (kettle.feed_kmol_m3 - kmol_m3) * dt_s
    assert reactor.kmol_m3 == pytest.approx(max(0.0, kmol_m3 + fresh - reacted), abs=1e-9)
    assert 0.0 <= reactor.sound <= 1.0


def test_past_its_onset_it_runs_away_even_with_its_feed_shut() -> None:
    hot = Reactor(Kettle(), temperature_c=225.0, cooling=False)
    warm = Reactor(Kettle(), temperature_c=188.0, cooling=False)
    hottest = 0.0
    for _ in range(5_400):
        hot.step(1.0, 120.0, feed=0.0)
        warm.step(1.0, 120.0, feed=0.0)
        hottest = max(hottest, hot.temperature_c)
    assert hottest > 300
    assert warm.temperature_c < 200


@given(st.floats(0.05, 1.0), st.floats(0.05, 1.0))
def test_where_a_pump_and_its_pipe_meet_both_have_the_same_head(
    speed: float, opening: float
) -> None:
    curve = PumpCurve(shut_off_m=120.0, drop=60_000.0, pipe=90_000.0)
    pump = Pump(curve, speed=speed)
    flow = pump.step(1.0, speed, opening)
    assert pump.head_m(flow) == pytest.approx(curve.pipe * (flow / opening) ** 2, rel=1e-9)
    power = 500 * GRAVITY_M_S2 * flow * pump.head_m(flow) / 1000
    assert pump.hydraulic_kw(500) == pytest.approx(power)


def test_a_pump_coasts_down_and_gives_nothing_against_a_shut_valve() -> None:
    pump = Pump(PumpCurve(120.0, 60_000.0, 90_000.0), coast_s=3.0)
    assert pump.step(1.0, 1.0, 0.0) == 0.0
    full = pump.step(1.0, 1.0, 1.0)
    after = [pump.step(1.0, 0.0, 1.0) for _ in range(40)]
    assert full > after[0] > after[5] > after[-1] == 0.0


@given(st.floats(10, 5_000), st.floats(0, 10), st.floats(0, 5), st.floats(0.1, 600))
def test_the_oxygen_of_a_room_is_what_came_in_less_what_left(
    volume: float, air: float, nitrogen: float, dt_s: float
) -> None:
    room = Room(volume, air, 18.0)
    room.step(dt_s, nitrogen)
    came = volume * 18.0 + air * AIR_OXYGEN_PCT * dt_s
    left = (air + nitrogen) * room.oxygen_pct * dt_s
    assert volume * room.oxygen_pct == pytest.approx(came - left, rel=1e-9)
    assert 0.0 <= room.oxygen_pct <= AIR_OXYGEN_PCT + 1e-9


def test_a_fire_grows_with_the_square_of_time_up_to_what_it_may() -> None:
    fire = Fire(largest_kw=2_000)
    heats = [fire.step(1.0, 1.0) for _ in range(300)]
    assert heats[99] == pytest.approx(0.7 * 0.0469 * 100**2)
    assert heats[-1] == pytest.approx(0.7 * 2_000)
    assert fire.step(1.0, 0.0) == 0.0


@given(st.floats(1e-6, 1e-3), st.floats(1, 5_000), st.floats(1, 5_000))
def test_more_pressure_never_lets_out_less(area: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert liquid_kg_s(area, 500, low) <= liquid_kg_s(area, 500, high)
    slack = 1 + 1e-9
    assert gas_kg_s(area, low, 20, 17, 1.3) <= gas_kg_s(area, high, 20, 17, 1.3) * slack


@given(st.integers(0, 999), st.lists(st.floats(-50, 500), min_size=1, max_size=60))
def test_whatever_the_air_holds_a_healthy_head_stays_within_its_range(
    seed: int, truths: list[float]
) -> None:
    head = Head(Instrument(15.0, 0.5, 0.1, 0.0, 100.0, 0.8), stream(seed, "h"), 0.0)
    for truth in truths:
        shown = head.read(1.0, truth)
        assert shown.quality == "good"
        assert shown.value is not None
        assert 0.0 <= shown.value <= 100.0
        assert math.isfinite(shown.value)


@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 10_000))
def test_one_more_demand_never_takes_a_trip_away(needed: int, more: int, seed: int) -> None:
    voting, chance = Voting(needed, needed + more), Random(seed)
    channels = [
        Channel(chance.random() < 0.5, chance.random() < 0.2, chance.random() < 0.2)
        for _ in range(voting.of)
    ]
    tripped = voting.demands(channels)
    for place, each in enumerate(channels):
        louder = [*channels[:place], Channel(True, each.bypassed, each.faulty)]
        louder += channels[place + 1 :]
        assert voting.demands(louder) or not tripped
