"""What a scenario can do to the equipment of a plant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Lever:
    """``normal``, and the ends ``low`` and ``high`` it can be moved to, in ``unit``.

    ``meaning``: what it does, for people. ``electric``: without power it stands at ``low``.
    """

    normal: float
    low: float
    high: float
    unit: str
    meaning: str
    electric: bool = False


@runtime_checkable
class Levered(Protocol):
    """A plant with equipment that may fail."""

    @property
    def levers(self) -> Mapping[str, Lever]:
        """By a name that no other plant of the park uses."""
        ...
