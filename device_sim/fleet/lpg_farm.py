"""LPG tank farm: two spheres, a pump with a seal, gas interlock and shut-off valve."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.plant import Setting
from device_sim.physics.gas import PROPANE
from device_sim.physics.interlock import Interlock, ShutOffValve
from device_sim.physics.tank import Filling, Tank, Vessel

SEAL = "P-101 seal"
PUMP_KG_S = 6.0
SHIPPING_KG_S = 4.0
TRIP_PCT_LEL = 50.0
T_H = 3.6  # kg/s → t/h

_SPHERE = Vessel(volume_m3=1_000, wall_w_k=2_500, heat_j_kg_k=2_500, relief_kpa=1_600)


class LpgFarm:
    """TK-101 feeds P-101 through XV-101; TK-102 ships. Both are refilled between two levels."""

    leak_points: Mapping[str, LeakPoint] = {SEAL: LeakPoint(PROPANE, (0.0, 0.0, 0.5))}

    def __init__(self, ambient_c: float) -> None:
        self._feeding = Tank(_SPHERE, PROPANE, 280_000, ambient_c)
        self._shipping = Tank(_SPHERE, PROPANE, 310_000, ambient_c)
        self._fill_feeding = Filling(45, 65, 14.0)
        self._fill_shipping = Filling(50, 70, 12.0)
        self._valve = ShutOffValve()
        self._trip = Interlock(needed=1)

    def supply(self) -> Mapping[str, float]:
        return {SEAL: self._valve.opening}

    def step(self, dt_s: float, setting: Setting) -> None:
        gas = [setting.at_least(tag, TRIP_PCT_LEL) for tag in ("GT-101", "GT-102")]
        self._trip.step(dt_s, gas)
        self._valve.step(dt_s, open_it=self._trip.state == "in_service")
        air_c = setting.weather.temperature_c
        out = PUMP_KG_S * self._valve.opening + setting.leaving.get(SEAL, 0.0)
        inflow = self._fill_feeding.flow(self._feeding.level_pct)
        self._feeding.step(dt_s, inflow, out, air_c, air_c)
        inflow = self._fill_shipping.flow(self._shipping.level_pct)
        self._shipping.step(dt_s, inflow, SHIPPING_KG_S, air_c, air_c)

    def truth(self) -> Mapping[str, float | str]:
        return {
            "LI-101": self._feeding.level_pct,
            "TI-101": self._feeding.temperature_c,
            "PI-101": self._feeding.pressure_kpa,
            "LI-102": self._shipping.level_pct,
            "TI-102": self._shipping.temperature_c,
            "PI-102": self._shipping.pressure_kpa,
            "FI-101": PUMP_KG_S * self._valve.opening * T_H,
            "XV-101": self._valve.state,
            "ESD-101": self._trip.state,
        }
