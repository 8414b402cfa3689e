"""A unit that just runs: its points stray a little about what their cards say is usual.

There is no physics behind it. It costs a random number a point and period, and nothing that it
shows comes near a limit.
"""

import math
from collections.abc import Mapping
from random import Random

from device_sim.park.description import PointCard, Station, Usual
from device_sim.physics.chance import stream

Held = Mapping[tuple[str, str], tuple[str, int]]
"""Enterprise and tag → a state that somebody set in the field, and until when (epoch ms)."""

FARTHEST_SD = 3.0
_MEMORY_S = {
    "level": 3_600.0,
    "temperature": 1_800.0,
    "humidity": 1_800.0,
    "pressure": 300.0,
    "flow": 120.0,
    "wind_speed": 60.0,
    "wind_direction": 120.0,
}
"""Seconds in which a deviation fades to 1/e, by what is measured."""
ELSE_S = 600.0


class Routine:
    """The truth behind a station without a plant. Each quantity is an Ornstein-Uhlenbeck process
    kept within three standard deviations, with a stream of its own."""

    def __init__(self, enterprise: str, station: Station, seed: int) -> None:
        self._enterprise, self._period_s = enterprise, float(station.period_s)
        self._held: Held = {}
        self._states: dict[str, str] = {}
        self._walks: dict[str, _Walk] = {}
        self._twins: dict[str, str] = {}
        for card in station.points:
            self._take(card, stream(seed, f"{enterprise}/{card.tag}/truth"))

    def _take(self, card: PointCard, rng: Random) -> None:
        usual = card.usual
        if usual is None or card.substance is not None:
            return  # A gas detector shows what is in the air.
        if isinstance(usual.normal, str):
            self._states[card.tag] = usual.normal
        elif usual.like is not None:
            self._twins[card.tag] = usual.like
        else:
            memory_s = _MEMORY_S.get(card.kind, ELSE_S)
            self._walks[card.tag] = _Walk(usual, math.exp(-self._period_s / memory_s), rng)

    def hold(self, held: Held) -> None:
        """Which points show a state that somebody set, from now on."""
        self._held = held

    def is_due(self, elapsed_s: float) -> bool:
        """Whether its instruments are read now: at its gateway's period."""
        return round(elapsed_s) % round(self._period_s) == 0

    def step(self) -> None:
        """Let one period pass."""
        for walk in self._walks.values():
            walk.step()

    def truth(self, ts_ms: int) -> Mapping[str, float | str]:
        """What is the case at ``ts_ms``, by tag; gas detectors are not in it."""
        known: dict[str, float | str] = {tag: walk.value for tag, walk in self._walks.items()}
        known |= {tag: known[like] for tag, like in self._twins.items()}
        known |= {tag: self._state(tag, usual, ts_ms) for tag, usual in self._states.items()}
        return known

    def _state(self, tag: str, usual: str, ts_ms: int) -> str:
        state, until_ms = self._held.get((self._enterprise, tag), (usual, 0))
        return state if ts_ms < until_ms else usual


class _Walk:
    """One quantity; it begins anywhere within two standard deviations."""

    def __init__(self, usual: Usual, kept: float, rng: Random) -> None:
        assert isinstance(usual.normal, float)
        self._normal, self._kept, self._rng = usual.normal, kept, rng
        self._far = FARTHEST_SD * usual.swing
        self._shock = usual.swing * math.sqrt(1 - kept * kept)
        self.value = self._normal + usual.swing * rng.uniform(-2.0, 2.0)

    def step(self) -> None:
        away = (self.value - self._normal) * self._kept + self._shock * self._rng.gauss(0.0, 1.0)
        self.value = self._normal + min(max(away, -self._far), self._far)
