"""Chance that can be repeated: one stream of random numbers per device."""

import hashlib
import math
from dataclasses import dataclass, field
from random import Random


def stream(seed: int, device: str) -> Random:
    """The device's own generator, the same on every machine for the same seed and id.

    A device that comes or goes changes nobody else's numbers.
    """
    digest = hashlib.sha256(f"{seed}:{device}".encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))


@dataclass
class Wander:
    """A quantity that strays and returns (Ornstein-Uhlenbeck), stepped exactly.

    Long-run mean ``mean`` and standard deviation ``sd`` in the quantity's unit;
    ``memory_s``: seconds in which a deviation fades to 1/e.
    """

    mean: float
    sd: float
    memory_s: float
    rng: Random
    value: float = field(init=False)

    def __post_init__(self) -> None:
        self.value = self.mean

    def step(self, dt_s: float) -> float:
        """Let ``dt_s`` seconds pass; the new value."""
        kept = math.exp(-dt_s / self.memory_s)
        shock = self.sd * math.sqrt(max(0.0, 1 - kept * kept)) * self.rng.gauss(0.0, 1.0)
        self.value = self.mean + (self.value - self.mean) * kept + shock
        return self.value
