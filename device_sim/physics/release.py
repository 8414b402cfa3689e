"""How much leaves through a hole: liquid, gas, the flash of a superheated liquid, a pool.

Sources: Crowl and Louvar, Chemical Process Safety, chapter 4 (liquid through a hole, choked
gas, flash fraction) and chapter 3 (evaporation from a pool); discharge coefficients as there:
0.61 for a sharp-edged hole with liquid, 1.0 for choked gas as the cautious value. That as much
as flashes goes along as fine drops is the usual rule of twice the flash (Kletz).
"""

import math

from device_sim.physics.gas import (
    ATMOSPHERE_KPA,
    GAS_CONSTANT_J_MOL_K,
    ZERO_CELSIUS_K,
    Substance,
)

GRAVITY_M_S2 = 9.81
SHARP_HOLE = 0.61
CHOKED = 1.0
WATER_M_S, WATER_G_MOL = 0.0083, 18.0
"""Mass transfer of water from a pool in still air, and its molar mass: the reference."""


def hole_m2(diameter_mm: float) -> float:
    """Area in m² of a round hole."""
    return math.pi / 4 * (diameter_mm / 1000) ** 2


def liquid_kg_s(area_m2: float, kg_m3: float, gauge_kpa: float, head_m: float = 0.0) -> float:
    """Liquid through a hole, kg/s: C A √(2 ρ (ΔP + ρ g h)). Nothing comes out against a vacuum.

    ``gauge_kpa``: over the liquid; ``head_m``: of liquid above the hole.
    """
    driving_pa = gauge_kpa * 1000 + kg_m3 * GRAVITY_M_S2 * head_m
    return SHARP_HOLE * area_m2 * math.sqrt(max(0.0, 2 * kg_m3 * driving_pa))


def gas_kg_s(
    area_m2: float, gauge_kpa: float, celsius: float, molar_mass: float, gamma: float
) -> float:
    """Gas through a hole, kg/s: choked above the critical ratio, else subsonic.

    ``gamma``: ratio of the heat capacities; ``molar_mass`` g/mol.
    """
    inside_pa = (gauge_kpa + ATMOSPHERE_KPA) * 1000
    ratio = min(1.0, ATMOSPHERE_KPA * 1000 / inside_pa)
    critical = math.pow(2 / (gamma + 1), gamma / (gamma - 1))
    ratio = max(ratio, critical)
    density_term = molar_mass / 1000 / (GAS_CONSTANT_J_MOL_K * (celsius + ZERO_CELSIUS_K))
    swelling = math.pow(ratio, 2 / gamma) - math.pow(ratio, (gamma + 1) / gamma)
    speed_term = 2 * gamma / (gamma - 1) * density_term * max(0.0, swelling)
    return CHOKED * area_m2 * inside_pa * math.sqrt(speed_term)


def flash_fraction(substance: Substance, celsius: float, heat_j_kg_k: float) -> float:
    """Share of a liquid at ``celsius`` that boils off at once in the open, 0 to 1.

    1 − exp(−c (T − T_boil)/L): the liquid that is left gives the heat.
    """
    above_k = celsius + ZERO_CELSIUS_K - substance.boiling_k
    latent = substance.latent_j_kg
    return 1.0 - math.exp(-heat_j_kg_k * max(0.0, above_k) / latent)


def airborne_fraction(substance: Substance, celsius: float, heat_j_kg_k: float) -> float:
    """Share of what leaves as liquid that goes with the air: the flash, and as much as drops."""
    return min(1.0, 2 * flash_fraction(substance, celsius, heat_j_kg_k))


def pool_kg_s(substance: Substance, area_m2: float, celsius: float) -> float:
    """Evaporation from a pool, kg/s: M K A P_sat/(R T) with K = K_water (M_water/M)^⅓."""
    transfer = WATER_M_S * math.cbrt(WATER_G_MOL / substance.molar_mass)
    saturation_pa = substance.vapour_pressure_kpa(celsius) * 1000
    kelvin = celsius + ZERO_CELSIUS_K
    kg_mol = substance.molar_mass / 1000
    return kg_mol * transfer * area_m2 * saturation_pa / (GAS_CONSTANT_J_MOL_K * kelvin)
