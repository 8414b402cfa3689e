"""A park with rules that are more than a limit: what is told of points under names, in seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.alerts.engine import Engine, Outcome
from services.alerts.engine_watch import WatchState
from services.domain.claim import Claim, Scalar
from services.domain.detector_rule import DetectorKind, DetectorRule
from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from services.domain.rule import LimitRule
from tests.stories.park import GAS, Park, Told, ms

TEMPERATURE = Point(11, "acme", "TT-1", PointKind.TEMPERATURE, "°C", 0.0, 400.0)
TWIN = replace(TEMPERATURE, id=12, tag="TT-2")
THIRD = replace(TEMPERATURE, id=13, tag="TT-3")
LEVEL = Point(14, "acme", "LT-1", PointKind.LEVEL, "%", 0.0, 100.0)
FLOW = Point(15, "acme", "FT-1", PointKind.FLOW, "m3/h", 0.0, 100.0)
VALVE = Point(16, "acme", "XV-1", PointKind.VALVE, "state")
INTERLOCK = Point(17, "acme", "ESD-1", PointKind.INTERLOCK, "state")
EAST, WEST = replace(GAS, id=18, tag="GT-E"), replace(GAS, id=19, tag="GT-W")

POINTS = (GAS, TEMPERATURE, TWIN, THIRD, LEVEL, FLOW, VALVE, INTERLOCK, EAST, WEST)


def detector(
    kind: str,
    *points: Point,
    grade: int = 3,
    on: float = 0.0,
    off: float = 0.0,
    version: int = 1,
    latch: bool = False,
    realarm: float | None = None,
    valid_until: float | None = None,
    names: Sequence[str] = ("main", "other", "third"),
    name: str | None = None,
    **parameters: Scalar,
) -> DetectorRule:
    """A rule named after its kind; delays in seconds."""
    return DetectorRule(
        id=name or f"r-{kind}",
        version=version,
        enterprise="acme",
        kind=DetectorKind(kind),
        points=dict(zip(names, [point.id for point in points], strict=False)),
        parameters=parameters,
        grade=grade,
        on_delay_ms=round(on * 1000),
        off_delay_ms=round(off * 1000),
        latch=latch,
        realarm_ms=None if realarm is None else round(realarm * 1000),
        valid_until=None if valid_until is None else ms(valid_until),
    )


class Ruled(Park):
    """A park with these rules in force; what it spools of them is kept."""

    def __init__(self, *rules: DetectorRule, limits: Sequence[LimitRule] = ()) -> None:
        super().__init__(*limits, points=POINTS)
        for rule in rules:
            self.directory.put_detector(rule)
        self.engine = Engine(self.directory)
        self.spool: list[Claim | WatchState] = []

    def change(self, *rules: DetectorRule, points: Sequence[Point] = ()) -> Told:
        """The book brings other rules or points."""
        version = self.directory.version + 1
        change = BookChange(version, tuple(points), detectors=rules)
        return self.take(self.engine.apply_book(change, ms(self.now)))

    def end(self, rule: DetectorRule) -> Told:
        """A rule is removed."""
        return self.change(replace(rule, valid_to=ms(self.now)))

    def feed(self, values: Mapping[float, float | None], point: Point) -> Told:
        """Readings of a point by their second; what was said of all of them."""
        told: Told = []
        for at, value in values.items():
            told += self.read(value, at, point=point)
        return told

    def kill(self, dump: bytes, since: int = 0) -> None:
        """Killed: an older dump, all that was spooled since and heard since second `since`."""
        self.engine = Engine.load(dump, self.directory)
        for transition in self.said:
            self.engine.replay_record(transition)
        for record in self.spool:
            self.engine.replay_record(record)
        heard = [one for one in self.stored.values() if one.received_at >= ms(since)]
        self.engine.remember([one for one in heard if one.point_id in self.engine.watched])

    def take(self, outcome: Outcome) -> Told:
        self.spool += [*outcome.claims, *outcome.watches]
        return super().take(outcome)


def ramp(start: float, per_s: float, begin: int, end: int, step: int = 10) -> dict[float, float]:
    """A straight line of values by second."""
    return {float(s): start + per_s * (s - begin) for s in range(begin, end + 1, step)}
