"""A tank farm behind one gateway: little physics, but coupled, and cheap enough for thousands.

The sun and the air warm a tank; its temperature makes its pressure; what flows in or out moves
its level. Nothing that it shows comes near a usual limit.
"""

import math
from random import Random

from device_sim.message import Value
from device_sim.physics.chance import stream

DAY_S = 86_400.0
WARM_S = 6 * 3_600.0
"""Within this time a tank follows the air by 1 - 1/e."""
SHARE_AN_HOUR = 0.4
"""% of a tank's level that 1 t/h moves in an hour: a tank of 250 t."""
LOW, HIGH = 30.0, 70.0
"""Between these levels (%) a tank is filled and emptied in turn."""


class _Tank:
    """Level %, temperature °C, pressure kPa gauge, flow t/h (in is positive)."""

    __slots__ = ("flow", "level", "rate", "temperature")

    def __init__(self, rng: Random, air_c: float) -> None:
        self.level = rng.uniform(LOW, HIGH)
        self.temperature = air_c + rng.uniform(-2.0, 4.0)
        self.rate = rng.uniform(5.0, 30.0)
        self.flow = self.rate if rng.random() < 0.5 else -self.rate

    def step(self, dt_s: float, air_c: float, follows: float) -> None:
        self.level += self.flow * SHARE_AN_HOUR * dt_s / 3_600
        if self.level >= HIGH:
            self.flow = -self.rate
        elif self.level <= LOW:
            self.flow = self.rate
        self.temperature += (air_c - self.temperature) * follows

    @property
    def pressure(self) -> float:
        """Saturated vapour, Clausius-Clapeyron about 200 kPa gauge at 20 °C with a latent heat over
        the gas constant of 2,400 K (of the order of propane's; CRC Handbook)."""
        kelvin = self.temperature + 273.15
        return 301.3 * math.exp(2_400.0 * (1 / 293.15 - 1 / kelvin)) - 101.3


class Farm:
    """``tags``: as ``Roll`` has them, an interlock and six instruments a tank."""

    def __init__(self, seed: int, enterprise: str, tags: tuple[str, ...], at_s: float) -> None:
        self._rng = stream(seed, f"country/{enterprise}")
        self._tags = tags
        self._mean_c = self._rng.uniform(8.0, 22.0)
        self._at_s = at_s
        air_c = self._air_c(at_s)
        self._tanks = [_Tank(self._rng, air_c) for _ in range(-(-(len(tags) - 1) // 6))]

    def values(self, at_s: float) -> dict[str, Value]:
        """Let time pass until ``at_s`` (s since midnight UTC of some day); what is shown then."""
        dt_s = max(0.0, at_s - self._at_s)
        self._at_s, air_c = at_s, self._air_c(at_s)
        follows = 1 - math.exp(-dt_s / WARM_S)
        chance, shown = self._rng.random, list[Value](["in_service"])
        for tank in self._tanks:
            tank.step(dt_s, air_c, follows)
            shown += (
                round(tank.level + 0.1 * chance(), 2),
                round(tank.temperature + 0.2 * chance(), 1),
                round(tank.pressure + 2.0 * chance(), 1),
                round(tank.flow + 0.4 * chance(), 2),
                round(1.5 * chance(), 1),
                round(0.4 * chance(), 2),
            )
        return dict(zip(self._tags, shown, strict=False))

    def _air_c(self, at_s: float) -> float:
        """The day's course, warmest at three in the afternoon of China Standard Time."""
        return self._mean_c - 6.0 * math.cos(2 * math.pi * ((at_s + 5 * 3_600) % DAY_S) / DAY_S)
