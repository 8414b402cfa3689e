"""The formula of a derived point: what is computed, and from which points of its enterprise."""

from collections.abc import Mapping
from dataclasses import dataclass

GATEWAY = "_derived"
"""The platform's own gateway in every enterprise, under which computed readings come. Nobody can
register it."""
MOST_INPUTS = 32
FEWEST_PERIODS, PERIODS, MOST_PERIODS = 1.0, 3.0, 1_000.0
"""How many of its own periods an input may be old; by default as many as it may be silent."""


@dataclass(frozen=True, slots=True)
class Formula:
    """`expression` in CEL over the names of `inputs` (name, tag), which belong to the enterprise of
    the derived point. `periods`: an input that is older than so many of its periods is too old."""

    expression: str
    inputs: tuple[tuple[str, str], ...]
    periods: float = PERIODS

    @property
    def tags(self) -> frozenset[str]:
        """The tags of its inputs."""
        return frozenset(tag for _, tag in self.inputs)


def is_reserved(gateway: str) -> bool:
    """Whether no gateway may be registered under this code, however it is written."""
    return gateway.casefold() == GATEWAY


def circle(tag: str, formula: Formula, others: Mapping[str, Formula]) -> list[str] | None:
    """The way on which a derived point would come back to itself, from `tag` to `tag`; None where
    it does not. `others` are the formulas of its enterprise by tag, the one it had among them."""
    known = {**others, tag: formula}
    came_from: dict[str, str] = {}
    waiting = [tag]
    while waiting:
        here = waiting.pop()
        for below in sorted(known[here].tags):
            if below == tag:
                return _way(tag, here, came_from)
            if below in known and below not in came_from:
                came_from[below] = here
                waiting.append(below)
    return None


def _way(tag: str, last: str, came_from: Mapping[str, str]) -> list[str]:
    way = [tag, last]
    while way[-1] != tag:
        way.append(came_from[way[-1]])
    return way[::-1]
