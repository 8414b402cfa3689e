"""How a released gas spreads: Gaussian plume and puff over open country, or among buildings.

Dispersion coefficients: Briggs 1973, rural (``sigma_y``, ``sigma_z``) and urban, with exponent
−1 for σz of classes E and F over open country (some published code has −½ there, which
understates the ground concentration far away).
For screening and for exercise: real cold chlorine or LPG is denser than air near the
source, where a Gaussian cloud is too narrow.
"""

import math

from device_sim.physics.stability import LEAST_MPS, Ground

_SIDE = {"A": 0.22, "B": 0.16, "C": 0.11, "D": 0.08, "E": 0.06, "F": 0.04}
_URBAN_SIDE = {"A": 0.32, "B": 0.32, "C": 0.22, "D": 0.16, "E": 0.11, "F": 0.11}


def sigma_y(stability: str, downwind_m: float) -> float:
    """Crosswind standard deviation in m at ``downwind_m`` > 0; stability A to F."""
    return _SIDE[stability] * downwind_m / math.sqrt(1 + 0.0001 * downwind_m)


def sigma_z(stability: str, downwind_m: float) -> float:
    """Vertical standard deviation in m at ``downwind_m`` > 0; stability A to F."""
    x = downwind_m
    match stability:
        case "A":
            return 0.20 * x
        case "B":
            return 0.12 * x
        case "C":
            return 0.08 * x / math.sqrt(1 + 0.0002 * x)
        case "D":
            return 0.06 * x / math.sqrt(1 + 0.0015 * x)
        case "E":
            return 0.03 * x / (1 + 0.0003 * x)
        case "F":
            return 0.016 * x / (1 + 0.0003 * x)
        case _:
            raise ValueError(f"stability {stability!r} is none of A to F")


def urban_sigma_y(stability: str, downwind_m: float) -> float:
    """Crosswind standard deviation in m among buildings; stability A to F."""
    return _URBAN_SIDE[stability] * downwind_m / math.sqrt(1 + 0.0004 * downwind_m)


def urban_sigma_z(stability: str, downwind_m: float) -> float:
    """Vertical standard deviation in m among buildings; stability A to F."""
    x = downwind_m
    match stability:
        case "A" | "B":
            return 0.24 * x * math.sqrt(1 + 0.001 * x)
        case "C":
            return 0.20 * x
        case "D":
            return 0.14 * x / math.sqrt(1 + 0.0003 * x)
        case "E" | "F":
            return 0.08 * x / math.sqrt(1 + 0.0015 * x)
        case _:
            raise ValueError(f"stability {stability!r} is none of A to F")


def spread(
    stability: str, downwind_m: float, ground: Ground, mouth_m: float
) -> tuple[float, float]:
    """σy and σz in m of a plume that has mixed over ``mouth_m`` at its source."""
    if ground is Ground.URBAN:
        side, height = urban_sigma_y(stability, downwind_m), urban_sigma_z(stability, downwind_m)
    else:
        side, height = sigma_y(stability, downwind_m), sigma_z(stability, downwind_m)
    return math.hypot(mouth_m, side), math.hypot(mouth_m, height)


def plume(
    rate_kg_s: float,
    wind_mps: float,
    crosswind_m: float,
    height_m: float,
    source_height_m: float,
    spread: tuple[float, float],
) -> float:
    """Steady concentration in kg/m³, with reflection at the ground.

    ``spread``: σy and σz in m at the receptor's downwind distance.
    C = Q/(2π u σy σz) · exp(−y²/2σy²) · [exp(−(z−H)²/2σz²) + exp(−(z+H)²/2σz²)].
    """
    sy, sz = spread
    dilution = rate_kg_s / (2 * math.pi * max(wind_mps, LEAST_MPS) * sy * sz)
    return dilution * _bell(crosswind_m, sy) * _reflected(height_m, source_height_m, sz)


def puff(
    mass_kg: float,
    travel: tuple[float, float],
    height_m: float,
    source_height_m: float,
    spread: tuple[float, float],
) -> float:
    """Concentration in kg/m³ of an instantaneous release, with reflection at the ground.

    ``travel``: the receptor's distance from the puff's centre in m, along and across the
    wind; ``spread``: σy and σz in m, σx taken as σy.
    """
    sy, sz = spread
    along, across = travel
    peak = mass_kg / (math.pow(2 * math.pi, 1.5) * sy * sy * sz)
    return peak * _bell(along, sy) * _bell(across, sy) * _reflected(height_m, source_height_m, sz)


def along_wind(east_m: float, north_m: float, wind_from_deg: float) -> tuple[float, float]:
    """A displacement from the source as (downwind, crosswind) metres.

    ``wind_from_deg``: where the wind comes from, clockwise from north (meteorological).
    """
    towards = math.radians(wind_from_deg + 180.0)
    downwind = east_m * math.sin(towards) + north_m * math.cos(towards)
    crosswind = east_m * math.cos(towards) - north_m * math.sin(towards)
    return downwind, crosswind


def _bell(distance: float, sigma: float) -> float:
    return math.exp(-distance * distance / (2 * sigma * sigma))


def _reflected(height: float, source_height: float, sigma: float) -> float:
    return _bell(height - source_height, sigma) + _bell(height + source_height, sigma)
