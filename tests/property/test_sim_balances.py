"""Nothing is made from nothing: mass and energy balances of the simulated plants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.physics.gas import CHLORINE, PROPANE, Substance
from device_sim.physics.reactor import Kettle, Reactor
from device_sim.physics.tank import Tank, Vessel

FLOWS = st.floats(0, 50, allow_nan=False)
STEPS = st.lists(st.tuples(FLOWS, FLOWS, st.floats(0.1, 5)), min_size=1, max_size=60)


@given(STEPS, st.floats(0, 100_000), st.floats(-10, 60), st.sampled_from([PROPANE, CHLORINE]))
def test_what_is_in_the_tank_came_in_and_did_not_go_out(
    steps: list[tuple[float, float, float]], mass: float, celsius: float, substance: Substance
) -> None:
    tank = Tank(Vessel(200, 1_000, 2_500, 900), substance, mass, celsius)
    into = out = 0.0
    for inflow, outflow, dt_s in steps:
        into += inflow * dt_s
        out += tank.step(dt_s, inflow, outflow, 20.0, 20.0)
        assert tank.mass_kg >= -1e-6
    assert tank.mass_kg == pytest.approx(mass + into - out - tank.relieved_kg, abs=1e-6, rel=1e-9)


@given(st.floats(0, 60), st.floats(-20, 45), st.floats(1_000, 100_000))
def test_a_standing_tank_warms_by_the_heat_through_its_wall(
    celsius: float, ambient: float, mass: float
) -> None:
    vessel = Vessel(200, 1_000, 2_500, 1e9)
    tank = Tank(vessel, PROPANE, mass, celsius)
    tank.step(1.0, 0.0, 0.0, 20.0, ambient)
    gained_j = (tank.temperature_c - celsius) * mass * vessel.heat_j_kg_k
    assert gained_j == pytest.approx(vessel.wall_w_k * (ambient - celsius), rel=1e-4, abs=1.0)


@given(
    st.floats(1_000, 60_000),
    st.floats(-10, 30),
    FLOWS,
    st.floats(-20, 40),
    FLOWS,
    st.floats(0, 500),
)
def test_what_flows_in_and_out_of_a_tank_brings_and_takes_its_heat(
    mass: float, celsius: float, inflow: float, inflow_c: float, outflow: float, fire_kw: float
) -> None:
    vessel = Vessel(200, 1_000, 2_500, 1e9)
    tank = Tank(vessel, PROPANE, mass, celsius)
    left = tank.step(1.0, inflow, outflow, inflow_c, 10.0, fire_kw)
    heat, now = vessel.heat_j_kg_k, tank.temperature_c
    came = heat * (mass * celsius + inflow * inflow_c)
    came += vessel.wall_w_k * (10.0 - celsius) + fire_kw * 1_000
    assert heat * (tank.mass_kg + left) * now == pytest.approx(came, rel=1e-9, abs=10.0)


@given(st.floats(100, 400), st.floats(0, 2), st.floats(50, 150), st.booleans())
def test_the_reactor_keeps_the_heat_that_is_neither_cooled_nor_carried_away(
    celsius: float, kmol_m3: float, feed_c: float, cooling: bool
) -> None:
    kettle = Kettle()
    reactor = Reactor(kettle, temperature_c=celsius, kmol_m3=kmol_m3, cooling=cooling)
    reactor.step(1.0, feed_c)
    kept_kj = reactor.heat_kw + reactor.decay_kw - reactor.removed_kw - reactor.carried_kw
    stored_kj = (reactor.temperature_c - celsius) * kettle.capacity_kj_m3_k * kettle.volume_m3
    assert stored_kj == pytest.approx(kept_kj, rel=1e-6, abs=1e-6)


def test_without_cooling_the_reactor_runs_away_and_with_it_it_does_not() -> None:
    cooled, failed = Reactor(Kettle()), Reactor(Kettle(), cooling=False)
    for _ in range(3_600):
        cooled.step(1.0, 120.0)
        failed.step(1.0, 120.0)
    assert abs(cooled.temperature_c - 180.0) < 5.0
    assert failed.temperature_c > 195.0
