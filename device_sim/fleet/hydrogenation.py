"""Hydrogenation unit: the reactor, its hydrogen, its separator and its interlock."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.plant import Setting
from device_sim.physics.chance import Wander, stream
from device_sim.physics.gas import HYDROGEN, HYDROGEN_SULPHIDE
from device_sim.physics.interlock import Interlock
from device_sim.physics.reactor import Kettle, Reactor

WORKING_KPA = 4_000.0
KPA_PER_C = 6.0  # hotter liquid, more vapour above it
TRIP_C = 240.0


class Hydrogenation:
    """R-201 with a feed whose temperature strays a little."""

    leak_points: Mapping[str, LeakPoint] = {
        "compressor gland": LeakPoint(HYDROGEN, (174.0, 64.0, 1.0)),
        "sour water drum": LeakPoint(HYDROGEN_SULPHIDE, (184.0, 84.0, 1.0)),
    }

    def __init__(self, seed: int) -> None:
        kettle = Kettle()
        self._reactor = Reactor(kettle)
        rng = stream(seed, "hydrogenation")
        self._feed = Wander(kettle.feed_c, 0.6, 600, rng)
        self._pressure = Wander(0.0, 12.0, 120, rng)
        self._separator = Wander(50.0, 1.5, 900, rng)
        self._trip = Interlock(needed=1)

    def supply(self) -> Mapping[str, float]:
        return {}

    def step(self, dt_s: float, setting: Setting) -> None:
        self._trip.step(dt_s, [setting.at_least("TI-201", TRIP_C)])
        self._reactor.step(dt_s, self._feed.step(dt_s))
        self._pressure.step(dt_s)
        self._separator.step(dt_s)

    def truth(self) -> Mapping[str, float | str]:
        reactor = self._reactor
        excess_c = reactor.temperature_c - reactor.kettle.set_c
        return {
            "TI-201": reactor.temperature_c,
            "PI-201": WORKING_KPA + KPA_PER_C * excess_c + self._pressure.value,
            "FI-201": reactor.hydrogen_kmol_s * HYDROGEN.molar_mass * 3_600,
            "LI-201": self._separator.value,
            "ESD-201": self._trip.state,
        }
