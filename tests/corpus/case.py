"""One case of the bad-input corpus: what is sent, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, ReadingFlag

GAS, LOCK, LOOP, WARMTH = "GT-101", "ESD-301", "AI-27", "温度-1"
RECEIVED_AFTER_MS = 50
"""A case is received this long after the time `at` that its payload names."""

POINTS = (
    Point(1, "acme", GAS, PointKind.COMBUSTIBLE_GAS, "%LEL", 0.0, 100.0),
    Point(2, "acme", LOCK, PointKind.INTERLOCK, "1"),
    Point(3, "acme", LOOP, PointKind.ANALOG, "mA", 3.6, 21.0),
    Point(4, "acme", WARMTH, PointKind.TEMPERATURE, "Cel", -40.0, 200.0),
)
NUMBERS = {point.tag: point.id for point in POINTS}

Payload = Callable[[int], bytes]
"""The payload of a case whose time is `at` (epoch ms)."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A reading that a case must leave; `shift` in ms from its `at`, None: the time of receipt."""

    tag: str
    value: float | None
    quality: Quality = Quality.GOOD
    flags: ReadingFlag = ReadingFlag.NONE
    shift: int | None = 0


@dataclass(frozen=True, slots=True)
class Case:
    """`refused`: words of the sentence that its dead letter carries; None: there is none."""

    number: int
    what: str
    leaf: str
    payload: Payload = field(repr=False)
    stored: tuple[Stored, ...] = ()
    unregistered: tuple[str, ...] = ()
    refused: str | None = None
    carried: bool = True
    """Whether the broker carries it; what is over 1 MiB it does not."""

    @property
    def name(self) -> str:
        """As pytest shows it."""
        return f"{self.number}-{self.leaf}-{self.what.replace(' ', '_')}"


NEIGHBOUR = Stored(LOCK, 1.0)
"""The good value that goes in the same message as a bad one."""


def directory() -> Directory:
    """The register that the corpus is sent to."""
    book = Directory()
    for point in POINTS:
        book.put(point)
    return book
