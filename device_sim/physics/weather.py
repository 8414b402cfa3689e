"""The park's weather: wind, temperature and humidity that stray about a mean.

The mean wind is that of ten minutes at ten metres (WMO-No. 8); stability and wind over height are those
of ``stability``. How it strays is our choice, in the units of ``Climate``.
"""

import math
from dataclasses import dataclass

from device_sim.physics.chance import Wander, stream
from device_sim.physics.dispersion import spread
from device_sim.physics.stability import Ground, pasquill, sky_at, wind_at

DAY_S = 86_400
WARMEST_HOUR = 15.0
BY_THE_HOUR = "auto"
"""A climate of this stability has Pasquill's class of the hour, under a clear sky."""


@dataclass(frozen=True, slots=True)
class Climate:
    """Means: wind m/s and where from in ° clockwise from north, °C, %RH, stability A-F or
    ``BY_THE_HOUR``.

    ``swing_c``: half the difference between day and night in °C; ``ground``: what the wind goes
    over, which decides how it mixes and how it grows with height.
    """

    wind_mps: float = 2.5
    wind_from_deg: float = 45.0
    temperature_c: float = 22.0
    humidity_pct: float = 60.0
    swing_c: float = 4.0
    stability: str = "B"
    ground: Ground = Ground.OPEN


class Weather:
    """``wind_mps``, ``wind_from_deg``: ten-minute means at ten metres, which carry a plume (Briggs'
    coefficients hold the shorter turns of the wind). ``gust_mps``, ``vane_deg``: what an
    anemometer shows at the moment. ``temperature_c``; ``humidity_pct``.
    """

    def __init__(self, climate: Climate, seed: int) -> None:
        self.stability = "D" if climate.stability == BY_THE_HOUR else climate.stability
        self._climate = climate
        rng = stream(seed, "weather")
        self._speed = Wander(climate.wind_mps, 0.12 * climate.wind_mps, 1_200, rng)
        self._bearing = Wander(climate.wind_from_deg, 4.0, 1_800, rng)
        self._gust = Wander(0.0, 0.15 * climate.wind_mps, 8, rng)
        self._vane = Wander(0.0, 9.0, 12, rng)
        self._warmth = Wander(0.0, 0.6, 3_600, rng)
        self._damp = Wander(0.0, 2.0, 3_600, rng)
        self.step(0.0, 0.0)

    def step(self, dt_s: float, second_of_day: float) -> None:
        """Let ``dt_s`` pass, to ``second_of_day`` of local time."""
        self.wind_mps = max(0.3, self._speed.step(dt_s))
        if self._climate.stability == BY_THE_HOUR:
            self.stability = pasquill(self.wind_mps, sky_at(second_of_day))
        self.wind_from_deg = self._bearing.step(dt_s) % 360
        self.gust_mps = max(0.0, self.wind_mps + self._gust.step(dt_s))
        self.vane_deg = (self.wind_from_deg + self._vane.step(dt_s)) % 360
        angle = 2 * math.pi * (second_of_day / DAY_S - WARMEST_HOUR / 24)
        swing = self._climate.swing_c * math.cos(angle) + self._warmth.step(dt_s)
        self.temperature_c = self._climate.temperature_c + swing
        # Warmer air at the same water content is drier: about −3 %RH per °C near 20 °C.
        damp = self._climate.humidity_pct - 3.0 * swing + self._damp.step(dt_s)
        self.humidity_pct = min(99.0, max(10.0, damp))

    def wind_at(self, height_m: float) -> float:
        """The wind that carries what is at this height, m/s."""
        return wind_at(height_m, self.wind_mps, self.stability, self._climate.ground)

    def spread(self, downwind_m: float, mouth_m: float) -> tuple[float, float]:
        """σy and σz in m, so far down the wind of a source that mixes over ``mouth_m``."""
        return spread(self.stability, downwind_m, self._climate.ground, mouth_m)

    def turn(self, climate: Climate) -> None:
        """Other means from now on: the weather strays towards them, as its memory allows, but
        for the wind, which changes with the front that brings it.
        """
        self._climate = climate
        self.stability = "D" if climate.stability == BY_THE_HOUR else climate.stability
        for wander, mean in (
            (self._speed, climate.wind_mps),
            (self._bearing, climate.wind_from_deg),
        ):
            wander.value += mean - wander.mean
            wander.mean = mean
