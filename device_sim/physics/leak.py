"""A leak as a cause on a time line, and the gas it leaves at a place downwind."""

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from device_sim.physics.dispersion import along_wind, plume, sigma_y, sigma_z
from device_sim.physics.gas import Substance
from device_sim.physics.weather import Weather

MEMORY_S = 300  # how long ago a release may have been to still arrive somewhere
FARTHEST_M = 1_500.0
DRAIN_S = 10.0  # what is left between closed valves drains within about this time
EMPTY = 1e-3
FADED_KG_S = 1e-6

Place = tuple[float, float, float]
"""East, north and height above ground in m, from the park's origin."""


@dataclass
class Leak:
    """``profile``: seconds since its begin → kg/s, straight lines between, last value kept.

    ``mouth_m``: radius over which the jet has mixed at the source, m; ``airborne``: share of
    what leaves that goes with the air, the rest rains out. ``age_s`` runs from the begin,
    ``released_kg`` adds up. Isolation by a shut-off valve lets it drain.
    """

    substance: Substance
    place: Place
    profile: tuple[tuple[float, float], ...]
    mouth_m: float = 0.5
    airborne: float = 1.0
    age_s: float = 0.0
    released_kg: float = 0.0
    _drained: float = 1.0
    _rates: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=MEMORY_S * 2))

    @property
    def over(self) -> bool:
        """Nothing more will arrive anywhere."""
        long_ago = self.age_s > max(MEMORY_S, self.profile[-1][0])
        return long_ago and all(rate <= FADED_KG_S for _, rate in self._rates)

    def step(self, dt_s: float, supply: float) -> float:
        """Let ``dt_s`` pass; kg/s now. ``supply``: 1 valve open … 0 closed and draining."""
        self.age_s += dt_s
        if supply >= 1.0 and self._drained >= 1.0:
            factor = 1.0
        else:
            # A seal that was isolated is not opened again before it is mended.
            self._drained *= math.exp(-dt_s * (1.0 - supply) / DRAIN_S)
            factor = self._drained if self._drained > EMPTY else 0.0
        rate = self._planned() * factor
        self._rates.append((self.age_s, rate))
        self.released_kg += rate * dt_s
        return rate

    def concentration(self, place: Place, weather: Weather) -> float:
        """kg/m³ at ``place`` now: the plume of the rate there was when this air left."""
        east, north = place[0] - self.place[0], place[1] - self.place[1]
        downwind, crosswind = along_wind(east, north, weather.wind_from_deg)
        if not 0.0 < downwind < FARTHEST_M:
            return 0.0
        rate = self._rate_before(downwind / weather.wind_mps) * self.airborne
        if rate <= FADED_KG_S:
            return 0.0
        spread = (
            math.hypot(self.mouth_m, sigma_y(weather.stability, downwind)),
            math.hypot(self.mouth_m, sigma_z(weather.stability, downwind)),
        )
        return plume(rate, weather.wind_mps, crosswind, place[2], self.place[2], spread)

    def _planned(self) -> float:
        if self.age_s <= self.profile[0][0]:
            return self.profile[0][1]
        for (t0, q0), (t1, q1) in pairwise(self.profile):
            if self.age_s < t1:
                return q0 + (q1 - q0) * (self.age_s - t0) / (t1 - t0)
        return self.profile[-1][1]

    def _rate_before(self, seconds: float) -> float:
        at = self.age_s - seconds
        for age, rate in reversed(self._rates):
            if age <= at:
                return rate
        return 0.0
