"""Chlorine store: one vessel, a shut-off valve, and an interlock two out of three."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.lever import Lever
from device_sim.fleet.plant import Setting
from device_sim.physics.gas import CHLORINE
from device_sim.physics.interlock import Interlock, ShutOffValve
from device_sim.physics.stack import Discharge, Mouth
from device_sim.physics.tank import Filling, Tank, Vessel

FLANGE, RELIEF = "V-301 flange", "V-301 relief"
USE_KG_S = 0.15
TRIP_MG_M3 = 2.0

FIRE = "fire at V-301"
VALVE = "XV-301 actuator"

_VESSEL = Vessel(volume_m3=60, wall_w_k=60, heat_j_kg_k=950, relief_kpa=1_500)


class ChlorineStore:
    """V-301 feeds the vaporiser through XV-301."""

    leak_points: Mapping[str, LeakPoint] = {
        FLANGE: LeakPoint(CHLORINE, (500.0, 200.0, 1.0), heat_j_kg_k=950.0)
    }
    mouths: Mapping[str, Mouth] = {RELIEF: Mouth(CHLORINE, (500.0, 200.0, 8.0), 0.1)}
    levers: Mapping[str, Lever] = {
        FIRE: Lever(0, 0, 20_000, "kW", "heat that the wall of V-301 takes up"),
        VALVE: Lever(1, 0, 1, "works", "0: XV-301 stays open when it is told to close"),
    }

    def __init__(self, ambient_c: float) -> None:
        self._tank = Tank(_VESSEL, CHLORINE, 45_000, ambient_c)
        self._filling = Filling(45, 60, 0.6)
        self._valve = ShutOffValve(travel_s=4.0)
        self._trip = Interlock(needed=2)

    def supply(self) -> Mapping[str, float]:
        return {FLANGE: self._valve.opening}

    def held(self) -> Mapping[str, float]:
        return {FLANGE: self._tank.mass_kg}

    def relieving(self) -> Mapping[str, Discharge]:
        return {RELIEF: self._tank.discharge}

    def step(self, dt_s: float, setting: Setting) -> None:
        votes = [setting.channel(tag, TRIP_MG_M3) for tag in ("AT-301", "AT-302", "AT-303")]
        self._trip.step(dt_s, votes, setting.orders.get("ESD-301"))
        shut = self._trip.tripped and setting.lever(VALVE, 1.0) > 0.0
        self._valve.step(dt_s, open_it=not shut)
        air_c = setting.weather.temperature_c
        out = USE_KG_S * self._valve.opening + setting.leaving.get(FLANGE, 0.0)
        inflow = self._filling.flow(self._tank.level_pct)
        self._tank.step(dt_s, inflow, out, air_c, air_c, setting.lever(FIRE, 0.0))

    def truth(self) -> Mapping[str, float | str]:
        return {
            "LI-301": self._tank.level_pct,
            "TI-301": self._tank.temperature_c,
            "PI-301": self._tank.pressure_kpa,
            "XV-301": self._valve.state,
            "ESD-301": self._trip.state,
        }
