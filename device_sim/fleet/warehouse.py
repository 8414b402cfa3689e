"""Solvent warehouse: a building that follows the weather slowly, and its fire detectors."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.plant import Setting
from device_sim.physics.gas import AMMONIA, TOLUENE

AIR_OXYGEN_PCT = 20.9
BUILDING_S = 7_200.0  # the walls' time constant


class Warehouse:
    """Bays with drums of toluene, a chiller room with ammonia, a room with nitrogen."""

    leak_points: Mapping[str, LeakPoint] = {
        "east bay drum": LeakPoint(TOLUENE, (524.0, 304.0, 0.3)),
        "chiller": LeakPoint(AMMONIA, (543.0, 323.0, 1.5)),
    }

    def __init__(self, ambient_c: float, humidity_pct: float) -> None:
        self._celsius, self._humidity = ambient_c, humidity_pct

    def supply(self) -> Mapping[str, float]:
        return {}

    def step(self, dt_s: float, setting: Setting) -> None:
        share = min(1.0, dt_s / BUILDING_S)
        self._celsius += (setting.weather.temperature_c - self._celsius) * share
        self._humidity += (setting.weather.humidity_pct - self._humidity) * share

    def truth(self) -> Mapping[str, float | str]:
        return {
            "OI-404": AIR_OXYGEN_PCT,
            "TI-405": self._celsius,
            "MI-406": self._humidity,
            "SD-407": "normal",
            "FD-408": "normal",
        }
