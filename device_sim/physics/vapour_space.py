"""The gas over the liquid of a vessel at about the air's pressure, under a blanket of nitrogen.

Ideal gas, well mixed: p V = n R T. A regulator lets nitrogen in below its set pressure; a breather
lets gas out above one pressure and air in below another (API 2000: a tank breathes when it is
filled and emptied, and when its gas warms and cools). The vapour of the liquid itself is left out:
of toluene at 20 °C it is 3 kPa. Air is taken as nitrogen and 20.9 vol% of oxygen.
"""

from dataclasses import dataclass

from device_sim.physics.gas import ATMOSPHERE_KPA, GAS_CONSTANT_J_MOL_K, ZERO_CELSIUS_K
from device_sim.physics.room import AIR_OXYGEN_PCT


@dataclass(frozen=True, slots=True)
class BlanketedVessel:
    """``volume_m3``; pressures gauge, kPa: ``set_kpa`` of the regulator, ``vent_kpa`` and
    ``draw_kpa`` of the breather (the last below 0). Capacities in m³/s of gas as it is in the
    vessel: ``regulator_m3_s``, ``breather_m3_s``.
    """

    volume_m3: float
    set_kpa: float
    vent_kpa: float
    draw_kpa: float
    regulator_m3_s: float
    breather_m3_s: float


@dataclass
class VapourSpace:
    """State: ``liquid_m3``, ``celsius``, and mol of ``nitrogen`` and ``oxygen`` over the liquid.

    ``supplied``, ``breathed_in`` and ``breathed_out``: mol of nitrogen from the header, of air in
    and of gas out since the start; ``oxygen_out``: mol of oxygen in the last of them.
    """

    vessel: BlanketedVessel
    liquid_m3: float
    celsius: float
    nitrogen: float
    oxygen: float
    supplied: float = 0.0
    breathed_in: float = 0.0
    breathed_out: float = 0.0
    oxygen_out: float = 0.0

    @classmethod
    def blanketed(
        cls, vessel: BlanketedVessel, liquid_m3: float, celsius: float, oxygen_pct: float
    ) -> "VapourSpace":
        """At the regulator's set pressure, with so much oxygen left in it."""
        space = cls(vessel, liquid_m3, celsius, 0.0, 0.0)
        there = space._mol_at(vessel.set_kpa)
        space.oxygen = there * oxygen_pct / 100
        space.nitrogen = there - space.oxygen
        return space

    @property
    def gas_m3(self) -> float:
        """What the liquid leaves."""
        return self.vessel.volume_m3 - self.liquid_m3

    @property
    def pressure_kpa(self) -> float:
        """Gauge."""
        absolute = (self.nitrogen + self.oxygen) * self._pa_m3_mol() / self.gas_m3 / 1000
        return absolute - ATMOSPHERE_KPA

    @property
    def oxygen_pct(self) -> float:
        """vol%."""
        return 100 * self.oxygen / (self.nitrogen + self.oxygen)

    def step(
        self,
        dt_s: float,
        liquid_m3_s: float,
        celsius: float,
        header: float = 1.0,
        purge_m3_s: float = 0.0,
    ) -> None:
        """Let ``dt_s`` pass. ``liquid_m3_s``: into the vessel (below 0: out of it), as far as
        there is liquid and room; ``header``: share of the nitrogen's pressure that is there;
        ``purge_m3_s``: nitrogen that is blown through by hand.

        No valve passes more than it can, nor than brings the pressure to where it shuts.
        """
        made = self.vessel
        fullest = 0.98 * made.volume_m3
        self.liquid_m3 = min(max(0.0, self.liquid_m3 + liquid_m3_s * dt_s), fullest)
        self.celsius = celsius
        fresh = min(self._short_of(made.set_kpa), self._mol(made.regulator_m3_s * header * dt_s))
        fresh += self._mol(purge_m3_s * header * dt_s)
        self.nitrogen += fresh
        self.supplied += fresh
        most = self._mol(made.breather_m3_s * dt_s)
        self._let_out(min(-min(0.0, self._lacking(made.vent_kpa)), most))
        air = min(self._short_of(made.draw_kpa), most)
        self.oxygen += air * AIR_OXYGEN_PCT / 100
        self.nitrogen += air * (1 - AIR_OXYGEN_PCT / 100)
        self.breathed_in += air

    def _let_out(self, mol: float) -> None:
        oxygen = mol * self.oxygen_pct / 100
        self.oxygen -= oxygen
        self.nitrogen -= mol - oxygen
        self.breathed_out += mol
        self.oxygen_out += oxygen

    def _pa_m3_mol(self) -> float:
        """R T."""
        return GAS_CONSTANT_J_MOL_K * (self.celsius + ZERO_CELSIUS_K)

    def _mol_at(self, gauge_kpa: float) -> float:
        return (gauge_kpa + ATMOSPHERE_KPA) * 1000 * self.gas_m3 / self._pa_m3_mol()

    def _mol(self, gas_m3: float) -> float:
        """In so much gas at the air's pressure and the vessel's temperature."""
        return ATMOSPHERE_KPA * 1000 * gas_m3 / self._pa_m3_mol()

    def _lacking(self, gauge_kpa: float) -> float:
        """mol that would bring it to this pressure; below 0: that are too many."""
        return self._mol_at(gauge_kpa) - self.nitrogen - self.oxygen

    def _short_of(self, gauge_kpa: float) -> float:
        return max(0.0, self._lacking(gauge_kpa))
