"""Solvent warehouse: a building that follows the weather slowly, its fire detectors, and a vessel
under nitrogen."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.lever import Lever
from device_sim.fleet.plant import Setting
from device_sim.physics.gas import AMMONIA, TOLUENE
from device_sim.physics.room import AIR_OXYGEN_PCT, Fire, Room
from device_sim.physics.stack import Discharge, Mouth
from device_sim.physics.tank import Filling
from device_sim.physics.vapour_space import BlanketedVessel, VapourSpace

BUILDING_S = 7_200.0  # the walls' time constant
BUILDING_KJ_K = 20_000.0  # heat that its air and what is in it take up
SEEN_BY_SMOKE_KW, SEEN_BY_FLAME_KW = 20.0, 150.0
BAY_FIRE, NITROGEN = "east bay fire", "nitrogen header"
TRANSFER, PURGE = "V-409 transfer pump", "V-409 purge"
DRAW_M3_S = 0.002  # what the plant takes from V-409 all day
HEADER_M3_S = 0.5  # what the header can give: what a break blows out is missing elsewhere
_VESSEL = BlanketedVessel(
    volume_m3=100, set_kpa=0.5, vent_kpa=1.5, draw_kpa=-0.5, regulator_m3_s=0.03, breather_m3_s=0.08
)


class Warehouse:
    """Bays with drums of toluene, a chiller room with ammonia, a room with nitrogen."""

    leak_points: Mapping[str, LeakPoint] = {
        "east bay drum": LeakPoint(TOLUENE, (524.0, 304.0, 0.3), gauge_kpa=5.0),
        "chiller": LeakPoint(AMMONIA, (543.0, 323.0, 1.5)),
    }

    mouths: Mapping[str, Mouth] = {}

    levers: Mapping[str, Lever] = {
        BAY_FIRE: Lever(0, 0, 1, "of its largest size", "a fire in the east bay"),
        NITROGEN: Lever(0, 0, 5, "m3/s", "nitrogen that a broken header blows into its room"),
        TRANSFER: Lever(
            DRAW_M3_S, 0, 0.03, "m3/s", "solvent that is pumped out of V-409", electric=True
        ),
        PURGE: Lever(0, 0, 0.1, "m3/s", "nitrogen that is blown through V-409 by hand"),
    }

    def __init__(self, ambient_c: float, humidity_pct: float) -> None:
        self._celsius, self._humidity = ambient_c, humidity_pct
        self._fire = Fire(largest_kw=5_000.0)
        self._room = Room(volume_m3=150.0, air_m3_s=0.3)
        self._space = VapourSpace.blanketed(_VESSEL, 70.0, ambient_c, oxygen_pct=1.2)
        self._filling = Filling(30, 80, 0.01)

    def supply(self) -> Mapping[str, float]:
        return {}

    def held(self) -> Mapping[str, float]:
        return {}

    def relieving(self) -> Mapping[str, Discharge]:
        return {}

    def step(self, dt_s: float, setting: Setting) -> None:
        share = min(1.0, dt_s / BUILDING_S)
        self._celsius += (setting.weather.temperature_c - self._celsius) * share
        self._humidity += (setting.weather.humidity_pct - self._humidity) * share
        heat_kw = self._fire.step(dt_s, setting.lever(BAY_FIRE, 0.0))
        self._celsius += heat_kw * dt_s / BUILDING_KJ_K
        nitrogen = setting.lever(NITROGEN, 0.0)
        if nitrogen > 0.0 or self._room.oxygen_pct < AIR_OXYGEN_PCT - 1e-6:
            self._room.step(dt_s, nitrogen)
        header = max(0.0, 1.0 - nitrogen / HEADER_M3_S)
        level_pct = 100 * self._space.liquid_m3 / _VESSEL.volume_m3
        into = self._filling.flow(level_pct) - setting.lever(TRANSFER, DRAW_M3_S)
        self._space.step(dt_s, into, self._celsius, header, setting.lever(PURGE, 0.0))

    def truth(self) -> Mapping[str, float | str]:
        return {
            "OI-404": self._room.oxygen_pct,
            "TI-405": self._celsius,
            "MI-406": self._humidity,
            "OI-409": self._space.oxygen_pct,
            "PI-409": self._space.pressure_kpa,
            "SD-407": "alarm" if self._fire.heat_kw >= SEEN_BY_SMOKE_KW else "normal",
            "FD-408": "alarm" if self._fire.heat_kw >= SEEN_BY_FLAME_KW else "normal",
        }
