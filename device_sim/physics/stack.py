"""The upright mouth of a relief: what it lets out goes up, and then with the wind of that height.

Rise of a jet by its momentum: Δh = 3 d v/u (EPA ISC3, equation 1-9), u at the mouth's height. It
counts for what is not much heavier than air: a heavier jet falls back to its mouth at once, and
drops rise no higher than it. What falls below the mouth is not followed.
"""

import math
from dataclasses import dataclass

from device_sim.physics.gas import MOLAR_VOLUME_M3_KMOL, Substance
from device_sim.physics.trail import Place, Trail
from device_sim.physics.weather import Weather

AIR_G_MOL = 28.97
HEAVY = 1.5
"""Times as heavy as air: from there on a jet falls back."""
FASTEST_M_S = 300.0
"""About the speed of sound, which no mouth lets a gas exceed."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """Of what, and where: the height of ``place`` is the mouth's; ``bore_m``: its diameter."""

    substance: Substance
    place: Place
    bore_m: float


@dataclass(frozen=True, slots=True)
class Discharge:
    """What a relief lets out, kg/s; ``airborne``: share of the liquid that goes with the air."""

    vapour_kg_s: float = 0.0
    liquid_kg_s: float = 0.0
    airborne: float = 0.0

    @property
    def kg_s(self) -> float:
        """All of it."""
        return self.vapour_kg_s + self.liquid_kg_s

    @property
    def aloft_kg_s(self) -> float:
        """What of it goes with the wind; the rest rains out."""
        return self.vapour_kg_s + self.liquid_kg_s * self.airborne


SHUT = Discharge()
"""Nothing."""


def rise_m(mouth: Mouth, vapour_kg_s: float, wind_mps: float) -> float:
    """How far above its mouth a jet of vapour levels off, m. ``wind_mps``: at the mouth."""
    if mouth.substance.molar_mass > HEAVY * AIR_G_MOL:
        return 0.0
    kg_m3 = mouth.substance.molar_mass / MOLAR_VOLUME_M3_KMOL
    speed = vapour_kg_s / (kg_m3 * math.pi / 4 * mouth.bore_m**2)
    return 3 * mouth.bore_m * min(speed, FASTEST_M_S) / wind_mps


class Stack:
    """One relief's mouth; ``released_kg``: all that came out of it."""

    def __init__(self, mouth: Mouth) -> None:
        self.substance = mouth.substance
        self.released_kg = 0.0
        self._mouth = mouth
        self._trail = Trail(mouth.place, mouth.bore_m / 2, mouth.place[2])
        self._idle = True

    @property
    def over(self) -> bool:
        """Nothing of it is in the air."""
        return self._idle

    def step(self, dt_s: float, discharge: Discharge, weather: Weather) -> None:
        """Let ``dt_s`` pass with this coming out."""
        if self._idle and discharge.kg_s == 0.0:
            return
        self.released_kg += discharge.kg_s * dt_s
        height_m = self._mouth.place[2]
        height_m += rise_m(self._mouth, discharge.vapour_kg_s, weather.wind_at(height_m))
        self._trail.note(dt_s, discharge.aloft_kg_s, height_m)
        self._idle = self._trail.faded

    def concentration(self, place: Place, weather: Weather) -> float:
        """kg/m³ at ``place`` now."""
        return 0.0 if self._idle else self._trail.concentration(place, weather)
