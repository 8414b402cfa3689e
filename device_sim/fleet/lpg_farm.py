"""LPG tank farm: two spheres, a pump with a seal, gas interlock and shut-off valve."""

from collections.abc import Mapping

from device_sim.fleet.air import LeakPoint
from device_sim.fleet.lever import Lever
from device_sim.fleet.plant import Setting
from device_sim.physics.gas import PROPANE
from device_sim.physics.interlock import Interlock, ShutOffValve
from device_sim.physics.pump import Pump, PumpCurve
from device_sim.physics.stack import Discharge, Mouth
from device_sim.physics.tank import Filling, Tank, Vessel

SEAL = "P-101 seal"
RELIEFS = ("TK-101 relief", "TK-102 relief")
TOP_M, BORE_M = 17.0, 0.25  # of a sphere of 1,000 m³ on its legs, and of its tailpipe
PUMP_KG_M3 = 500.0  # of the liquid that the pump's curve was drawn for
SHIPPING_KG_S = 4.0
TRIP_PCT_LEL = 50.0
T_H = 3.6  # kg/s → t/h

DRIVE, VALVE = "P-101 drive", "XV-101 actuator"
UNLOADING, LEVEL_CONTROL = "TK-102 unloading", "TK-102 level control"

# 0.012 m³/s, 6 kg/s, at full speed through an open valve: 120 m = (k + r)·0.012².
_CURVE = PumpCurve(shut_off_m=120.0, drop=333_333.3333333333, pipe=500_000.0)
_SPHERE = Vessel(volume_m3=1_000, wall_w_k=2_500, heat_j_kg_k=2_500, relief_kpa=1_600)


class LpgFarm:
    """TK-101 feeds P-101 through XV-101; TK-102 ships. Both are refilled between two levels."""

    leak_points: Mapping[str, LeakPoint] = {SEAL: LeakPoint(PROPANE, (0.0, 0.0, 0.5))}

    mouths: Mapping[str, Mouth] = {
        RELIEFS[0]: Mouth(PROPANE, (-30.0, 40.0, TOP_M), BORE_M),
        RELIEFS[1]: Mouth(PROPANE, (30.0, 40.0, TOP_M), BORE_M),
    }

    levers: Mapping[str, Lever] = {
        DRIVE: Lever(1, 0, 1, "of full speed", "the motor of P-101", electric=True),
        VALVE: Lever(1, 0, 1, "works", "0: XV-101 stays open when it is told to close"),
        UNLOADING: Lever(1, 0, 10, "times", "how fast a ship fills TK-102"),
        LEVEL_CONTROL: Lever(1, 0, 1, "works", "0: the filling of TK-102 does not stop"),
    }

    def __init__(self, ambient_c: float) -> None:
        self._feeding = Tank(_SPHERE, PROPANE, 280_000, ambient_c)
        self._shipping = Tank(_SPHERE, PROPANE, 310_000, ambient_c)
        self._fill_feeding = Filling(45, 65, 14.0)
        self._fill_shipping = Filling(50, 70, 12.0)
        self._valve = ShutOffValve()
        self._pump = Pump(_CURVE)
        self._flow_kg_s = PUMP_KG_M3 * self._pump.step(0.0, 1.0, 1.0)
        self._trip = Interlock(needed=1)

    def supply(self) -> Mapping[str, float]:
        return {SEAL: self._valve.opening}

    def held(self) -> Mapping[str, float]:
        return {SEAL: self._feeding.mass_kg}

    def relieving(self) -> Mapping[str, Discharge]:
        return dict(zip(RELIEFS, (self._feeding.discharge, self._shipping.discharge), strict=True))

    def step(self, dt_s: float, setting: Setting) -> None:
        gas = [setting.channel(tag, TRIP_PCT_LEL) for tag in ("GT-101", "GT-102")]
        self._trip.step(dt_s, gas, setting.orders.get("ESD-101"))
        shut = self._trip.tripped and setting.lever(VALVE, 1.0) > 0.0
        self._valve.step(dt_s, open_it=not shut)
        running = setting.lever(DRIVE, 1.0)
        volume_m3_s = self._pump.step(dt_s, running, self._valve.opening)
        self._flow_kg_s = PUMP_KG_M3 * volume_m3_s
        air_c = setting.weather.temperature_c
        leaving = setting.leaving.get(SEAL, 0.0)
        out = self._flow_kg_s + leaving
        inflow = self._fill_feeding.flow(self._feeding.level_pct)
        gone = self._feeding.step(dt_s, inflow, out, air_c, air_c)
        if gone < out * dt_s:  # The sphere ran dry, and the pump has what the seal left.
            self._flow_kg_s = max(0.0, gone / dt_s - leaving)
        inflow = self._fill_shipping.flow(self._shipping.level_pct)
        if setting.lever(LEVEL_CONTROL, 1.0) <= 0.0:
            inflow = self._fill_shipping.rate_kg_s
        inflow *= setting.lever(UNLOADING, 1.0)
        self._shipping.step(dt_s, inflow, SHIPPING_KG_S, air_c, air_c)

    def truth(self) -> Mapping[str, float | str]:
        return {
            "LI-101": self._feeding.level_pct,
            "TI-101": self._feeding.temperature_c,
            "PI-101": self._feeding.pressure_kpa,
            "LI-102": self._shipping.level_pct,
            "TI-102": self._shipping.temperature_c,
            "PI-102": self._shipping.pressure_kpa,
            "FI-101": self._flow_kg_s * T_H,
            "XV-101": self._valve.state,
            "ESD-101": self._trip.state,
        }
