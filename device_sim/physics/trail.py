"""What went into the air at a place lately, and the plume of it that is at another place now."""

from bisect import bisect_right
from dataclasses import dataclass, field

from device_sim.physics.dispersion import along_wind, plume
from device_sim.physics.stability import LEAST_MPS
from device_sim.physics.weather import Weather

FARTHEST_M = 1_500.0
MEMORY_S = FARTHEST_M / LEAST_MPS
"""How long ago a release may have been to still arrive somewhere: that far in the least wind."""
FADED_KG_S = 1e-6

Place = tuple[float, float, float]
"""East, north and height above ground in m, from the park's origin."""


@dataclass
class Trail:
    """``place``: where it leaves; ``mouth_m``: radius over which the jet has mixed there, m.

    ``height_m``: at which it last went with the wind. ``age_s`` runs from its begin.
    """

    place: Place
    mouth_m: float
    height_m: float
    age_s: float = 0.0
    _gone: list[tuple[float, float, float]] = field(default_factory=list)
    """From which age on which rate, kg/s, at which height, m; the first reaches furthest back."""

    @property
    def faded(self) -> bool:
        """Nothing of it is on its way any more."""
        return all(rate <= FADED_KG_S for _, rate, _ in self._gone)

    def note(self, dt_s: float, kg_s: float, height_m: float) -> None:
        """Let ``dt_s`` pass in which so much went with the air, at this height."""
        self.age_s += dt_s
        if kg_s > FADED_KG_S:
            self.height_m = height_m
        if not self._gone or self._gone[-1][1:] != (kg_s, height_m):
            self._gone.append((self.age_s, kg_s, height_m))
        while len(self._gone) > 1 and self._gone[1][0] <= self.age_s - MEMORY_S:
            del self._gone[0]

    def concentration(self, place: Place, weather: Weather) -> float:
        """kg/m³ at ``place`` now: the plume of the rate there was when this air left, carried and
        thinned by the wind of the height at which it goes.
        """
        east, north = place[0] - self.place[0], place[1] - self.place[1]
        downwind, crosswind = along_wind(east, north, weather.wind_from_deg)
        if not 0.0 < downwind < FARTHEST_M:
            return 0.0
        wind_mps = weather.wind_at(self.height_m)
        rate, height_m = self._before(downwind / wind_mps)
        if rate <= FADED_KG_S:
            return 0.0
        spread = weather.spread(downwind, self.mouth_m)
        return plume(rate, wind_mps, crosswind, place[2], height_m, spread)

    def _before(self, seconds: float) -> tuple[float, float]:
        place = bisect_right(self._gone, self.age_s - seconds, key=lambda each: each[0])
        if not place:
            return 0.0, self.height_m
        _, rate, height_m = self._gone[place - 1]
        return rate, height_m
