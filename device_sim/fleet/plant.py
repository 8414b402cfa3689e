"""What every plant of a park can do, whatever it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from device_sim.fleet.air import LeakPoint
from device_sim.message import Value
from device_sim.physics.stack import Discharge, Mouth
from device_sim.physics.voting import Channel
from device_sim.physics.weather import Weather


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a plant during a step.

    ``shown``: its instruments' readings a step ago, by tag, and which of them are ``faulty``;
    ``leaving``: kg/s that its leak points lose now; ``levers``: where equipment stands that a
    cause has moved; ``orders``: states that interlocks are put into, by tag.
    """

    weather: Weather
    shown: Mapping[str, Value]
    leaving: Mapping[str, float]
    levers: Mapping[str, float] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    faulty: frozenset[str] = frozenset()

    def at_least(self, tag: str, limit: float) -> bool:
        """Whether the instrument shows a number of ``limit`` or more."""
        value = self.shown.get(tag)
        return isinstance(value, float) and value >= limit

    def channel(self, tag: str, limit: float) -> Channel:
        """The instrument as an input of a safety function that trips at ``limit`` or more."""
        return Channel(self.at_least(tag, limit), faulty=tag in self.faulty)

    def lever(self, name: str, normal: float) -> float:
        """Where a lever stands; ``normal`` unless a cause has moved it."""
        return self.levers.get(name, normal)


class Plant(Protocol):
    """A part of a park with a state of its own."""

    @property
    def leak_points(self) -> Mapping[str, LeakPoint]:
        """Where it can let go."""
        ...

    @property
    def mouths(self) -> Mapping[str, Mouth]:
        """Where its reliefs let out, by a name that is no leak point's."""
        ...

    def supply(self) -> Mapping[str, float]:
        """For each leak point how far what feeds it is open, 0 to 1."""
        ...

    def held(self) -> Mapping[str, float]:
        """kg that can still leave each leak point; one that is not named does not run dry."""
        ...

    def relieving(self) -> Mapping[str, Discharge]:
        """What its reliefs let out now."""
        ...

    def step(self, dt_s: float, setting: Setting) -> None:
        """Let ``dt_s`` seconds pass."""
        ...

    def truth(self) -> Mapping[str, float | str]:
        """What is the case, by tag, in the tags' units; gas detectors are not in it."""
        ...
