"""What a relief lets out is what its vessel has lost, and is in the air; a blanket loses and gains
no mol untold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.fleet.air import Air
from device_sim.fleet.chlorine_store import FIRE, RELIEF, USE_KG_S, ChlorineStore
from device_sim.fleet.hydrogenation import COOLING, FEED_HEAT, Hydrogenation
from device_sim.fleet.hydrogenation import RELIEF as REACTOR_RELIEF
from device_sim.fleet.lpg_farm import LEVEL_CONTROL, RELIEFS, SHIPPING_KG_S, UNLOADING, LpgFarm
from device_sim.fleet.plant import Plant, Setting
from device_sim.physics.dispersion import plume
from device_sim.physics.gas import CHLORINE, PROPANE
from device_sim.physics.reactor import Kettle, Reactor, Relief
from device_sim.physics.stability import Ground
from device_sim.physics.tank import Tank, Vessel
from device_sim.physics.vapour_space import BlanketedVessel, VapourSpace
from device_sim.physics.weather import Climate, Weather

VESSEL = BlanketedVessel(100, 0.5, 1.5, -0.5, 0.03, 0.08)
CLASSES = st.sampled_from("ABCDEF")


@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(0.1, 5)), min_size=1, max_size=50),
    st.floats(0, 20_000),
    st.floats(20, 60),
)
def test_what_a_tank_lets_out_second_by_second_is_all_that_it_let_out(
    steps: list[tuple[float, float]], fire_kw: float, celsius: float
) -> None:
    tank = Tank(Vessel(200, 1_000, 2_500, 900), PROPANE, 95_000, celsius)
    out = 0.0
    for inflow, dt_s in steps:
        tank.step(dt_s, inflow, 0.0, 20.0, 20.0, fire_kw)
        assert 0.0 <= tank.discharge.aloft_kg_s <= tank.discharge.kg_s * (1 + 1e-12)
        out += tank.discharge.kg_s * dt_s
    assert out == pytest.approx(tank.relieved_kg, rel=1e-9, abs=1e-9)


def run(plant: Plant, levers: dict[str, float], seconds: int) -> tuple[Air, dict[str, float]]:
    """A plant in its air; what each relief let out, and what of it the air has been told."""
    weather = Weather(Climate(), 1)
    air, out = Air([], plant.leak_points, plant.mouths), dict.fromkeys(plant.mouths, 0.0)
    for second in range(seconds):
        air.step(1.0, float(second), plant.supply(), plant.held(), weather, plant.relieving())
        plant.step(1.0, Setting(weather, {}, {}, levers))
        for name, each in plant.relieving().items():
            out[name] += each.kg_s
    air.step(1.0, float(seconds), {}, {}, weather, plant.relieving())
    return air, out


@settings(max_examples=5, deadline=None)
@given(st.floats(50, 100))
def test_what_a_sphere_has_no_room_for_is_in_the_air(times: float) -> None:
    farm = LpgFarm(16.0)
    levers = {LEVEL_CONTROL: 0.0, UNLOADING: times}
    air, out = run(farm, levers, 500)
    assert out[RELIEFS[0]] == 0.0
    assert out[RELIEFS[1]] > 1_000
    assert air.released == pytest.approx({RELIEFS[1]: out[RELIEFS[1]]})
    told = farm.truth()
    there = float(told["LI-102"]) * 10 * PROPANE.liquid_density(float(told["TI-102"]))
    came = (12.0 * times - SHIPPING_KG_S) * 500
    assert there == pytest.approx(310_000 + came - out[RELIEFS[1]], rel=1e-6)


@settings(max_examples=5, deadline=None)
@given(st.floats(8_000, 12_000))
def test_what_a_fire_drives_out_of_the_chlorine_vessel_is_in_the_air(fire_kw: float) -> None:
    store, seconds = ChlorineStore(22.0), 300
    air, out = run(store, {FIRE: fire_kw}, seconds)
    assert out[RELIEF] > 10
    assert air.released == pytest.approx({RELIEF: out[RELIEF]})
    told = store.truth()
    assert float(told["LI-301"]) > 45, "nobody has begun to fill it"
    there = float(told["LI-301"]) * 0.6 * CHLORINE.liquid_density(float(told["TI-301"]))
    assert there == pytest.approx(45_000 - USE_KG_S * seconds - out[RELIEF], rel=1e-6)


def test_the_gas_of_a_runaway_is_in_the_head_or_went_up_its_stack() -> None:
    unit = Hydrogenation(1)
    air, out = run(unit, {COOLING: 0.0, FEED_HEAT: 60.0}, 2_500)
    assert out[REACTOR_RELIEF] > 20
    assert air.released == pytest.approx(out)


@given(st.lists(st.tuples(st.floats(0, 3_000), st.floats(0.1, 5)), max_size=60), st.floats(0, 1))
def test_a_reactors_gas_is_made_swept_out_or_relieved(
    steps: list[tuple[float, float]], feed: float
) -> None:
    relief = Relief(opens_kpa=6_500, kg_s_kpa=0.02, gas_kg=400, gas_kpa=3_000)
    kettle = Kettle()
    reactor = Reactor(kettle, temperature_c=240.0, cooling=False)
    made = swept = out = 0.0
    for over_kpa, dt_s in steps:
        before, sound = reactor.gas, reactor.sound
        reactor.step(dt_s, 120.0, feed)
        through = kettle.feed_m3_s * feed / kettle.volume_m3
        made += reactor.decay_kw / kettle.decay_kj_m3 / kettle.volume_m3 * dt_s
        swept += through * before * dt_s
        left = reactor.gas
        out += reactor.vent(dt_s, over_kpa, relief) * dt_s
        assert 0.0 <= reactor.gas <= left
        assert (left - reactor.gas) * relief.gas_kpa <= over_kpa + 1e-9
        assert sound >= reactor.sound or feed > 0
    assert reactor.gas * relief.gas_kg + out == pytest.approx((made - swept) * relief.gas_kg)


@given(CLASSES, st.floats(50, 2_000), st.floats(0.5, 10), st.floats(2, 80))
def test_among_buildings_too_all_passes_through_each_section_at_the_wind_of_its_height(
    stability: str, downwind: float, wind_mps: float, height_m: float
) -> None:
    weather = Weather(Climate(stability=stability, ground=Ground.URBAN), 1)
    weather.wind_mps = wind_mps
    sy, sz = weather.spread(downwind, 0.5)
    wind = weather.wind_at(height_m)
    step_y, step_z = sy / 4, sz / 4
    layers = round((height_m + 5 * sz) / step_z) + 1
    column = sum(
        plume(1.0, wind, 0.0, (k + 0.5) * step_z, height_m, (sy, sz)) for k in range(layers)
    )
    across = sum(
        plume(1.0, wind, (j + 0.5) * step_y, height_m, height_m, (sy, sz)) for j in range(-20, 20)
    ) / plume(1.0, wind, 0.0, height_m, height_m, (sy, sz))
    if wind >= 0.5:
        assert column * across * wind * step_y * step_z == pytest.approx(1.0, rel=0.02)


STEPS = st.lists(
    st.tuples(
        st.floats(-0.05, 0.05), st.floats(-10, 45), st.floats(0, 1), st.floats(0, 0.1),
        st.floats(0.1, 10),
    ),
    min_size=1, max_size=80,
)  # fmt: skip


@given(STEPS, st.floats(5, 95), st.floats(0, 20))
def test_no_mol_of_a_blanket_comes_or_goes_untold(
    steps: list[tuple[float, float, float, float, float]], liquid_m3: float, oxygen_pct: float
) -> None:
    space = VapourSpace.blanketed(VESSEL, liquid_m3, 20.0, oxygen_pct)
    at_first, oxygen_first = space.nitrogen + space.oxygen, space.oxygen
    for liquid_m3_s, celsius, header, purge, dt_s in steps:
        space.step(dt_s, liquid_m3_s, celsius, header, purge)
        assert space.nitrogen > 0.0 <= space.oxygen
        assert space.oxygen_pct <= 20.9 + 1e-9
        assert 0.0 <= space.liquid_m3 < VESSEL.volume_m3
    gained = space.supplied + space.breathed_in - space.breathed_out
    assert space.nitrogen + space.oxygen == pytest.approx(at_first + gained, rel=1e-9)
    oxygen = oxygen_first + 0.209 * space.breathed_in - space.oxygen_out
    assert space.oxygen == pytest.approx(oxygen, rel=1e-9, abs=1e-9)


@given(st.floats(-0.02, 0.02), st.floats(0.1, 1.0))
def test_while_its_nitrogen_is_there_no_air_comes_in(liquid_m3_s: float, dt_s: float) -> None:
    space = VapourSpace.blanketed(VESSEL, 50.0, 20.0, 1.0)
    for _ in range(300):
        space.step(dt_s, liquid_m3_s, 20.0)
        assert VESSEL.set_kpa - 1e-6 <= space.pressure_kpa <= VESSEL.vent_kpa + 1e-6
    assert space.breathed_in == 0.0
    assert space.oxygen_pct <= 1.0 + 1e-9


@given(st.floats(0.001, 0.02))
def test_without_it_each_volume_that_goes_draws_as_much_air(out_m3_s: float) -> None:
    space = VapourSpace.blanketed(VESSEL, 80.0, 20.0, 1.0)
    seconds = 1_000
    for _ in range(seconds):
        space.step(1.0, -out_m3_s, 20.0, header=0.0)
    lowest = VESSEL.draw_kpa if space.breathed_in else -1.5
    assert space.pressure_kpa >= lowest - 1e-6
    # p V = n R T by hand: 101,325 − 500 Pa over 20 + out·t m³ at 293.15 K.
    there = (101_325 + space.pressure_kpa * 1000) * (20 + out_m3_s * seconds) / (8.314 * 293.15)
    assert space.nitrogen + space.oxygen == pytest.approx(there, rel=1e-9)
