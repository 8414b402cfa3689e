"""Hydrogenation unit: the reactor, its hydrogen, its separator and its interlock."""

from collections.abc import Mapping
from dataclasses import replace

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.lever import Lever
from device_sim.fleet.plant import Setting
from device_sim.physics.chance import Wander, stream
from device_sim.physics.gas import HYDROGEN, HYDROGEN_SULPHIDE, METHANE
from device_sim.physics.interlock import Interlock
from device_sim.physics.reactor import Kettle, Reactor, Relief
from device_sim.physics.stack import Discharge, Mouth

WORKING_KPA = 4_000.0
KPA_PER_C = 6.0  # hotter liquid, more vapour above it
DECAY_KPA, DECAY_KG = 3_000.0, 400.0  # what the gases of a mass that decomposed add, and weigh
DESIGN_KPA = 6_500.0
TRIP_C = 240.0
RELIEF = "R-201 relief"
COOLING, FEED_HEAT = "R-201 cooling", "R-201 feed heater"


class Hydrogenation:
    """R-201 with a feed whose temperature strays a little."""

    leak_points: Mapping[str, LeakPoint] = {
        "compressor gland": LeakPoint(
            HYDROGEN, (174.0, 64.0, 1.0), phase="gas", gauge_kpa=4_000.0, gamma=1.41
        ),
        "sour water drum": LeakPoint(
            HYDROGEN_SULPHIDE, (184.0, 84.0, 1.0), phase="gas", gauge_kpa=200.0, gamma=1.32
        ),
    }

    # What comes off a mass that decomposes is taken as methane.
    mouths: Mapping[str, Mouth] = {RELIEF: Mouth(METHANE, (155.0, 65.0, 25.0), 0.15)}

    levers: Mapping[str, Lever] = {
        COOLING: Lever(1, 0, 1, "of its duty", "the jacket of R-201", electric=True),
        FEED_HEAT: Lever(0, 0, 80, "K", "how much too hot the feed of R-201 comes"),
    }

    def __init__(self, seed: int) -> None:
        self._kettle = kettle = Kettle()
        self._reactor = Reactor(kettle)
        self._cooled = 1.0
        rng = stream(seed, "hydrogenation")
        self._feed = Wander(kettle.feed_c, 0.6, 600, rng)
        self._pressure = Wander(0.0, 12.0, 120, rng)
        self._separator = Wander(50.0, 1.5, 900, rng)
        self._trip = Interlock(needed=1)
        self._valve = Relief(DESIGN_KPA, 0.08, DECAY_KG, DECAY_KPA)
        self._relieved = Discharge()

    def supply(self) -> Mapping[str, float]:
        return {}

    def held(self) -> Mapping[str, float]:
        return {}

    def relieving(self) -> Mapping[str, Discharge]:
        return {RELIEF: self._relieved}

    def step(self, dt_s: float, setting: Setting) -> None:
        hot = setting.channel("TI-201", TRIP_C)
        self._trip.step(dt_s, [hot], setting.orders.get("ESD-201"))
        cooling = setting.lever(COOLING, 1.0)
        self._reactor.cooling = cooling > 0.0
        if cooling != self._cooled:
            jacket_kw_k = self._kettle.jacket_kw_k * cooling
            self._reactor.kettle = replace(self._kettle, jacket_kw_k=jacket_kw_k)
            self._cooled = cooling
        feed_c = self._feed.step(dt_s) + setting.lever(FEED_HEAT, 0.0)
        self._reactor.step(dt_s, feed_c, 0.0 if self._trip.tripped else 1.0)
        self._pressure.step(dt_s)
        self._separator.step(dt_s)
        over_kpa = self._pressure_kpa() - DESIGN_KPA
        self._relieved = Discharge(self._reactor.vent(dt_s, over_kpa, self._valve))

    def _pressure_kpa(self) -> float:
        excess_c = self._reactor.temperature_c - self._reactor.kettle.set_c
        gases = DECAY_KPA * self._reactor.gas
        return WORKING_KPA + KPA_PER_C * excess_c + self._pressure.value + gases

    def truth(self) -> Mapping[str, float | str]:
        reactor = self._reactor
        return {
            "TI-201": reactor.temperature_c,
            "PI-201": self._pressure_kpa(),
            "FI-201": reactor.hydrogen_kmol_s * HYDROGEN.molar_mass * 3_600,
            "LI-201": self._separator.value,
            "ESD-201": self._trip.state,
        }
