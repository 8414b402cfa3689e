"""Pasquill's classes of stability, and the wind over height that goes with them.

Classes: Pasquill's table by wind at 10 m, sun and cloud (Turner, Workbook of Atmospheric
Dispersion Estimates). Where the table gives two classes, the more stable one is taken: it
disperses less. Exponents of the wind profile over open country and among buildings: EPA ISC3.
"""

import math
from enum import StrEnum

LEAST_MPS = 0.3
LOWEST_M = 2.0
"""Nearer to the ground the law does not hold: what stands there meets the wind of this height."""


class Ground(StrEnum):
    """Over what the wind goes."""

    OPEN = "open"
    URBAN = "urban"


_EXPONENT = {
    Ground.OPEN: {"A": 0.07, "B": 0.07, "C": 0.10, "D": 0.15, "E": 0.35, "F": 0.55},
    Ground.URBAN: {"A": 0.15, "B": 0.15, "C": 0.20, "D": 0.25, "E": 0.30, "F": 0.30},
}


class Sky(StrEnum):
    """What the sun does to the ground."""

    STRONG = "strong"
    MODERATE = "moderate"
    SLIGHT = "slight"
    OVERCAST = "overcast"
    NIGHT = "night"


_TABLE: tuple[tuple[float, dict[Sky, str]], ...] = (
    (2.0, {Sky.STRONG: "A", Sky.MODERATE: "B", Sky.SLIGHT: "B", Sky.NIGHT: "F"}),
    (3.0, {Sky.STRONG: "B", Sky.MODERATE: "B", Sky.SLIGHT: "C", Sky.NIGHT: "F"}),
    (5.0, {Sky.STRONG: "B", Sky.MODERATE: "C", Sky.SLIGHT: "C", Sky.NIGHT: "E"}),
    (6.0, {Sky.STRONG: "C", Sky.MODERATE: "D", Sky.SLIGHT: "D", Sky.NIGHT: "D"}),
    (math.inf, {Sky.STRONG: "C", Sky.MODERATE: "D", Sky.SLIGHT: "D", Sky.NIGHT: "D"}),
)


def pasquill(wind_mps: float, sky: Sky) -> str:
    """The class, A to F; under an overcast sky always D."""
    if sky is Sky.OVERCAST:
        return "D"
    return next(row[sky] for below, row in _TABLE if wind_mps < below)


def sky_at(second_of_day: float) -> Sky:
    """A clear sky by the hour: strong within 2.5 h of 12:30, then moderate, slight, night."""
    from_noon_h = abs(second_of_day / 3_600 - 12.5)
    if from_noon_h < 2.5:
        return Sky.STRONG
    if from_noon_h < 4.0:
        return Sky.MODERATE
    return Sky.SLIGHT if from_noon_h < 5.5 else Sky.NIGHT


def wind_at(
    height_m: float, ten_metre_mps: float, stability: str, ground: Ground = Ground.OPEN
) -> float:
    """Wind in m/s at ``height_m`` by the power law u₁₀ (z/10)^p, at least ``LEAST_MPS``."""
    share = math.pow(max(height_m, LOWEST_M) / 10.0, _EXPONENT[ground][stability])
    return max(LEAST_MPS, ten_metre_mps * share)
