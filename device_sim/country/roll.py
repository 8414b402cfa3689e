"""Who is in the country: enterprises with one gateway each, and what each gateway measures."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

GATEWAY = "G01"
INTERLOCK = "ESD-001"
MOST_GATEWAYS, MOST_A_GATEWAY = 99_999, 2_000


@dataclass(frozen=True, slots=True)
class Role:
    """One of the instruments at a tank; kind, unit and range as a register wants them."""

    prefix: str
    kind: str
    unit: str
    low: float
    high: float


ROLES = (
    Role("LI", "level", "%", 0.0, 100.0),
    Role("TI", "temperature", "Cel", -40.0, 100.0),
    Role("PI", "pressure", "kPa(g)", 0.0, 600.0),
    Role("FI", "flow", "t/h", -100.0, 100.0),
    Role("GT", "combustible_gas", "%LEL", 0.0, 100.0),
    Role("AT", "toxic_gas", "ppm", 0.0, 20.0),
)
"""What is measured at each tank, in this order; the last tank of a gateway may have fewer."""


class BadRoll(Exception):
    """There is no such country; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Roll:
    """``points`` over ``gateways``, as evenly as they go; all of it is told once in ``period_s``.

    Raises ``BadRoll``.
    """

    gateways: int = 7_000
    points: int = 440_000
    rate: float = 10_000.0

    def __post_init__(self) -> None:
        if not 1 <= self.gateways <= MOST_GATEWAYS:
            raise BadRoll(f"There may be 1 to {MOST_GATEWAYS} gateways.")
        if not self.gateways <= self.points <= self.gateways * MOST_A_GATEWAY:
            raise BadRoll(f"A gateway has 1 to {MOST_A_GATEWAY} points.")
        if not 0 < self.rate <= 1e7:
            raise BadRoll("The readings a second must be above 0 and no more than ten million.")

    @property
    def period_s(self) -> float:
        """Seconds between two messages of one gateway."""
        return self.points / self.rate

    @property
    def every_s(self) -> float:
        """Seconds between two messages of the country."""
        return self.period_s / self.gateways

    def key(self, place: int) -> tuple[str, str]:
        """Enterprise and gateway by number, from 0."""
        return f"C{place + 1:05}", GATEWAY

    def size(self, place: int) -> int:
        """How many points this gateway has."""
        return self.points // self.gateways + (place < self.points % self.gateways)

    def tags(self, place: int) -> tuple[str, ...]:
        """What it measures, in the order in which it tells it."""
        return _tags(self.size(place))

    def places(self) -> Iterator[tuple[str, str]]:
        """All of them."""
        return (self.key(place) for place in range(self.gateways))


@cache
def _tags(size: int) -> tuple[str, ...]:
    """The interlock, then tank by tank."""
    tanks = (
        f"{ROLES[place % len(ROLES)].prefix}-{place // len(ROLES) + 1:03}"
        for place in range(size - 1)
    )
    return (INTERLOCK, *tanks)
