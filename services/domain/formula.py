"""The formula of a derived point: what is computed, and from which points of its enterprise."""

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
