"""A country's register, and what its gateways say: made in memory, the same at each run."""

from collections.abc import Iterator

from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, LimitRule

ENTERPRISES = 7_000
POINTS = 440_000
PERIOD_S = 47.5
"""A gateway speaks once in it, of all its points."""
START_MS = 1_767_225_600_000
LIMITS = ((Condition.HH, 90.0, 1), (Condition.H, 80.0, 2), (Condition.L, 20.0, 3),
          (Condition.LL, 10.0, 4))  # fmt: skip
FEWEST = 2
"""Limits of a point: two, three or four in turn."""


def name_of(number: int, enterprises: int = ENTERPRISES) -> tuple[str, str]:
    """Enterprise and tag of a point by its number."""
    return f"N{number % enterprises + 1}", f"GT-{number}"


def book(points: int = POINTS, enterprises: int = ENTERPRISES) -> BookChange:
    """The whole register: about 63 points an enterprise, on one gateway each."""
    made, rules = list[Point](), list[LimitRule]()
    for number in range(1, points + 1):
        enterprise, tag = name_of(number, enterprises)
        made.append(Point(
            number, enterprise, tag, PointKind.TEMPERATURE, "Cel", 0.0, 100.0,
            gateway="gw1", period_s=PERIOD_S,
        ))  # fmt: skip
        for condition, limit, grade in LIMITS[: FEWEST + number % 3]:
            rules.append(LimitRule(
                f"{tag}-{condition}", 1, enterprise, number, condition, limit, grade,
                2.0, 3_000, 3_000, START_MS,
            ))  # fmt: skip
    return BookChange(1, tuple(made), (), tuple(rules))


def gateways(points: int = POINTS, enterprises: int = ENTERPRISES) -> list[list[int]]:
    """The numbers of the points of each gateway."""
    found: list[list[int]] = [[] for _ in range(enterprises)]
    for number in range(1, points + 1):
        found[number % enterprises].append(number)
    return found


def value_of(number: int, at: int) -> float:
    """A normal value: it moves, and crosses no limit."""
    return 40.0 + (number * 7 + at // 1_000) % 200 / 10


class Field:
    """The messages of the country in the order of their time."""

    def __init__(self, points: int = POINTS, enterprises: int = ENTERPRISES) -> None:
        self._enterprises = enterprises
        self._of = gateways(points, enterprises)
        self._seq = 0

    @property
    def every_ms(self) -> float:
        """Between two messages of the country."""
        return PERIOD_S * 1000 / self._enterprises

    def messages(self, start_ms: int, seconds: float) -> Iterator[tuple[int, str, bytes]]:
        """Time of receipt (epoch ms), topic and payload of each."""
        for number in range(round(seconds * 1000 / self.every_ms)):
            at = start_ms + round(number * self.every_ms)
            place = self._seq % self._enterprises
            self._seq += 1
            yield at + 20, f"pw/v1/N{place + 1}/gw1/telemetry", self._payload(place, at)

    def _payload(self, place: int, at: int) -> bytes:
        values = ",".join(f'"GT-{n}":{value_of(n, at)}' for n in self._of[place])
        boot = f'"boot":"b{place}","seq":{self._seq}'
        return f'{{"ts":{at},{boot},"values":{{{values}}}}}'.encode()
