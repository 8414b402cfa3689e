"""A closed vessel of liquefied gas: mass and energy balance, level, pressure, relief.

Balances and the vapour pressure by Clausius and Clapeyron as in Perry's Chemical Engineers' Handbook;
the substances' figures are those of ``gas``. A vessel's own figures are of no one plant.
"""

from dataclasses import dataclass

from device_sim.physics.gas import ATMOSPHERE_KPA, Substance
from device_sim.physics.release import airborne_fraction
from device_sim.physics.stack import SHUT, Discharge


@dataclass(frozen=True, slots=True)
class Vessel:
    """``volume_m3``; ``wall_w_k``: heat let through, W per K; ``heat_j_kg_k``: of the liquid;
    ``relief_kpa``: gauge pressure where the valve opens; ``relief_kg_s_kpa``: its capacity.
    """

    volume_m3: float
    wall_w_k: float
    heat_j_kg_k: float
    relief_kpa: float
    relief_kg_s_kpa: float = 0.02


@dataclass
class Tank:
    """``mass_kg`` and ``temperature_c`` are the state; ``relieved_kg`` what the valve let out in
    all, ``discharge`` what it lets out now."""

    vessel: Vessel
    substance: Substance
    mass_kg: float
    temperature_c: float
    relieved_kg: float = 0.0
    discharge: Discharge = SHUT

    @property
    def level_pct(self) -> float:
        """Liquid volume as % of the vessel."""
        liquid_m3 = self.mass_kg / self.substance.liquid_density(self.temperature_c)
        return 100 * liquid_m3 / self.vessel.volume_m3

    @property
    def room_kg(self) -> float:
        """What would still fit in, kg; 0 when it is full of liquid."""
        full = self.substance.liquid_density(self.temperature_c) * self.vessel.volume_m3
        return max(0.0, full - self.mass_kg)

    @property
    def pressure_kpa(self) -> float:
        """Gauge pressure: the vapour in balance with its liquid; full of liquid, the relief's."""
        vapour = self.substance.vapour_pressure_kpa(self.temperature_c) - ATMOSPHERE_KPA
        return max(vapour, self.vessel.relief_kpa) if self.room_kg <= 0.0 else vapour

    def step(
        self,
        dt_s: float,
        inflow_kg_s: float,
        outflow_kg_s: float,
        inflow_c: float,
        ambient_c: float,
        fire_kw: float = 0.0,
    ) -> float:
        """Let ``dt_s`` pass; the mass in kg that really went out (never more than there is).

        Mass: Δm = in − out − relief. Energy: m c ΔT = in c (T_in − T) + UA (T_amb − T) Δt
        + fire Δt − relieved vapour · latent heat. A vessel full of liquid lets out through its
        relief what has no room. ``fire_kw``: heat of a fire that its wall takes up.
        """
        arriving = inflow_kg_s * dt_s
        leaving = min(outflow_kg_s * dt_s, self.mass_kg + arriving)
        vented = self._vented(dt_s, self.mass_kg + arriving - leaving)
        heat = self.vessel.heat_j_kg_k
        gained = arriving * heat * (inflow_c - self.temperature_c)
        gained += self.vessel.wall_w_k * (ambient_c - self.temperature_c) * dt_s
        gained += fire_kw * 1000 * dt_s - vented * self.substance.latent_j_kg
        capacity = heat * max(self.mass_kg + arriving, 1.0)
        self.temperature_c += gained / capacity
        self.mass_kg += arriving - leaving - vented
        full = self.substance.liquid_density(self.temperature_c) * self.vessel.volume_m3
        spilt = max(0.0, self.mass_kg - full)
        self.mass_kg -= spilt
        self.relieved_kg += vented + spilt
        self.discharge = self._discharge(vented / dt_s, spilt / dt_s)
        return leaving

    def _discharge(self, vapour_kg_s: float, liquid_kg_s: float) -> Discharge:
        """Of the liquid flies what flashes, and as much as drops."""
        if liquid_kg_s <= 0.0:
            return Discharge(vapour_kg_s)
        heat = self.vessel.heat_j_kg_k
        airborne = airborne_fraction(self.substance, self.temperature_c, heat)
        return Discharge(vapour_kg_s, liquid_kg_s, airborne)

    def _vented(self, dt_s: float, there_kg: float) -> float:
        """Vapour through the relief, kg: no more than brings it back to the set pressure."""
        vapour = self.substance.vapour_pressure_kpa(self.temperature_c) - ATMOSPHERE_KPA
        over = max(0.0, vapour - self.vessel.relief_kpa)
        if over == 0.0:
            return 0.0
        set_c = self.substance.saturation_c(self.vessel.relief_kpa)
        warmth = self.vessel.heat_j_kg_k * there_kg * (self.temperature_c - set_c)
        enough = max(0.0, warmth) / self.substance.latent_j_kg
        return min(over * self.vessel.relief_kg_s_kpa * dt_s, enough, there_kg)


@dataclass
class Filling:
    """Refilling between two levels, as an operator orders it. Percent and kg/s."""

    start_pct: float
    stop_pct: float
    rate_kg_s: float
    running: bool = False

    def flow(self, level_pct: float) -> float:
        """The inflow in kg/s that goes with this level."""
        if level_pct <= self.start_pct:
            self.running = True
        elif level_pct >= self.stop_pct:
            self.running = False
        return self.rate_kg_s if self.running else 0.0
