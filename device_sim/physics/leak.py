"""A leak as a cause on a time line, and the gas it leaves at a place downwind."""

import math
from dataclasses import dataclass, field
from itertools import pairwise

from device_sim.physics.gas import Substance
from device_sim.physics.trail import MEMORY_S, Place, Trail
from device_sim.physics.weather import Weather

DRAIN_S = 10.0  # what is left between closed valves drains within about this time
EMPTY = 1e-3


@dataclass
class Leak:
    """``profile``: seconds since its begin → kg/s, straight lines between, last value kept.

    ``mouth_m``: radius over which the jet has mixed at the source, m; ``airborne``: share of
    what leaves that goes with the air, the rest rains out. ``released_kg`` adds up. Isolation
    by a shut-off valve lets it drain.
    """

    substance: Substance
    place: Place
    profile: tuple[tuple[float, float], ...]
    mouth_m: float = 0.5
    airborne: float = 1.0
    released_kg: float = 0.0
    _drained: float = 1.0
    _trail: Trail = field(init=False)

    def __post_init__(self) -> None:
        self._trail = Trail(self.place, self.mouth_m, self.place[2])

    @property
    def age_s(self) -> float:
        """Seconds since its begin."""
        return self._trail.age_s

    @property
    def over(self) -> bool:
        """Nothing more will arrive anywhere."""
        return self.age_s > max(MEMORY_S, self.profile[-1][0]) and self._trail.faded

    def step(self, dt_s: float, supply: float, held_kg: float = math.inf) -> float:
        """Let ``dt_s`` pass; kg/s now. ``supply``: 1 valve open … 0 closed and draining;
        ``held_kg``: what there is to leave.
        """
        if supply >= 1.0 and self._drained >= 1.0:
            factor = 1.0
        else:
            # A seal that was isolated is not opened again before it is mended.
            self._drained *= math.exp(-dt_s * (1.0 - supply) / DRAIN_S)
            factor = self._drained if self._drained > EMPTY else 0.0
        rate = min(self._planned(self.age_s + dt_s) * factor, held_kg / dt_s)
        self._trail.note(dt_s, rate * self.airborne, self.place[2])
        self.released_kg += rate * dt_s
        return rate

    def concentration(self, place: Place, weather: Weather) -> float:
        """kg/m³ at ``place`` now."""
        return self._trail.concentration(place, weather)

    def _planned(self, age_s: float) -> float:
        if age_s <= self.profile[0][0]:
            return self.profile[0][1]
        for (t0, q0), (t1, q1) in pairwise(self.profile):
            if age_s < t1:
                return q0 + (q1 - q0) * (age_s - t0) / (t1 - t0)
        return self.profile[-1][1]
