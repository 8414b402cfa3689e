"""A cloud set free at once, which drifts with the wind and grows as it goes."""

import math
from dataclasses import dataclass

from device_sim.physics.dispersion import along_wind, puff
from device_sim.physics.gas import Substance
from device_sim.physics.trail import FARTHEST_M, Place
from device_sim.physics.weather import Weather


@dataclass
class Puff:
    """``mass_kg`` at ``place`` when it begins; ``mouth_m``: radius it has mixed to by then, m.

    Class F by night may carry it for an hour; beyond ``FARTHEST_M`` it concerns nobody.
    """

    substance: Substance
    place: Place
    mass_kg: float
    mouth_m: float = 1.0
    travelled_m: float = 0.0
    _east_m: float = 0.0
    _north_m: float = 0.0

    @property
    def over(self) -> bool:
        """It has left the park."""
        return self.travelled_m > FARTHEST_M

    def step(self, dt_s: float, weather: Weather) -> None:
        """Let it drift for ``dt_s`` with the wind of its height."""
        way = weather.wind_at(self.place[2]) * dt_s
        towards = math.radians(weather.wind_from_deg + 180.0)
        self._east_m += way * math.sin(towards)
        self._north_m += way * math.cos(towards)
        self.travelled_m += way

    def concentration(self, place: Place, weather: Weather) -> float:
        """kg/m³ at ``place`` now."""
        spread = weather.spread(max(self.travelled_m, 1.0), self.mouth_m)
        east = place[0] - self.place[0] - self._east_m
        north = place[1] - self.place[1] - self._north_m
        offset = along_wind(east, north, weather.wind_from_deg)
        return puff(self.mass_kg, offset, place[2], self.place[2], spread)
