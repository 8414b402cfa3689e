"""Substances and the units that detectors show.

Molar volume at 20 °C and 101.325 kPa: 24.055 L/mol. Lower explosive limits: IEC
60079-20-1:2010. Boiling points and heats of vaporisation: CRC Handbook of Chemistry and
Physics. Liquid densities at 20 °C: NIST Chemistry WebBook.
"""

import math
from dataclasses import dataclass

MOLAR_VOLUME_M3_KMOL = 24.055
ATMOSPHERE_KPA = 101.325
GAS_CONSTANT_J_MOL_K = 8.314
ZERO_CELSIUS_K = 273.15


@dataclass(frozen=True, slots=True)
class Substance:
    """``lel_vol``: volume fraction at 100 %LEL, ``None`` if it does not burn.

    ``molar_mass`` g/mol; ``boiling_k`` K at one atmosphere; ``vaporisation_j_mol`` J/mol;
    ``liquid_kg_m3`` at 20 °C and ``expansion_per_k`` of the liquid.
    """

    name: str
    cas: str
    molar_mass: float
    lel_vol: float | None
    boiling_k: float
    vaporisation_j_mol: float
    liquid_kg_m3: float
    expansion_per_k: float

    def percent_lel(self, kg_m3: float) -> float:
        """Concentration in air, kg/m³ → % of the lower explosive limit; 0 if not burning."""
        if self.lel_vol is None:
            return 0.0
        volume_fraction = kg_m3 * MOLAR_VOLUME_M3_KMOL / self.molar_mass
        return 100.0 * volume_fraction / self.lel_vol

    @property
    def latent_j_kg(self) -> float:
        """Heat of vaporisation by mass."""
        return self.vaporisation_j_mol * 1000 / self.molar_mass

    def ppm(self, kg_m3: float) -> float:
        """Concentration in air, kg/m³ → ppm by volume at 20 °C."""
        return kg_m3 * MOLAR_VOLUME_M3_KMOL / self.molar_mass * 1e6

    def saturation_c(self, gauge_kpa: float) -> float:
        """°C at which the vapour over the liquid has this pressure (Clausius-Clapeyron)."""
        ratio = (gauge_kpa + ATMOSPHERE_KPA) / ATMOSPHERE_KPA
        inverse = 1 / self.boiling_k - GAS_CONSTANT_J_MOL_K * math.log(ratio) / (
            self.vaporisation_j_mol
        )
        return 1 / inverse - ZERO_CELSIUS_K

    def vapour_pressure_kpa(self, celsius: float) -> float:
        """Absolute saturation pressure by Clausius-Clapeyron from the boiling point."""
        inverse = 1 / self.boiling_k - 1 / (celsius + ZERO_CELSIUS_K)
        return ATMOSPHERE_KPA * math.exp(self.vaporisation_j_mol / GAS_CONSTANT_J_MOL_K * inverse)

    def liquid_density(self, celsius: float) -> float:
        """kg/m³ of the liquid, linear about 20 °C."""
        return self.liquid_kg_m3 * (1 - self.expansion_per_k * (celsius - 20.0))


PROPANE = Substance("propane", "74-98-6", 44.10, 0.017, 231.0, 19_040, 500.0, 0.003)
HYDROGEN = Substance("hydrogen", "1333-74-0", 2.016, 0.040, 20.4, 904, 71.0, 0.0)
TOLUENE = Substance("toluene", "108-88-3", 92.14, 0.010, 383.8, 33_180, 867.0, 0.00108)
CHLORINE = Substance("chlorine", "7782-50-5", 70.91, None, 239.1, 20_410, 1_410.0, 0.002)
HYDROGEN_SULPHIDE = Substance(
    "hydrogen sulphide", "7783-06-4", 34.08, 0.040, 212.8, 18_670, 780.0, 0.002
)
METHANE = Substance("methane", "74-82-8", 16.04, 0.044, 111.7, 8_190, 422.0, 0.0035)
"""Its liquid at its boiling point: at 20 °C it has none."""
AMMONIA = Substance("ammonia", "7664-41-7", 17.03, 0.150, 239.8, 23_330, 610.0, 0.0025)

SUBSTANCES: dict[str, Substance] = {
    each.name: each
    for each in (PROPANE, HYDROGEN, TOLUENE, CHLORINE, HYDROGEN_SULPHIDE, AMMONIA, METHANE)
}
