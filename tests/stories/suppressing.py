"""A plant with rules of suppression: a pump whose switch tells whether it runs, what it feeds, and
a compressor whose trip brings a train of alarms. Times in seconds."""

from collections.abc import Sequence
from dataclasses import replace

from services.alerts.engine import Engine, Outcome
from services.alerts.engine_suppression import Standing
from services.domain.alarm import Alarm
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange
from services.domain.point import STATES, Point, PointKind, Reporting
from services.domain.rule import Direction, LimitRule
from services.domain.suppression_hold import SuppressionState
from services.domain.suppression_rule import (
    ConditionKind,
    SuppressionCondition,
    SuppressionRule,
    Target,
)
from tests.stories.park import GAS, Park, Told, ms
from tests.stories.park import rule as limit

PUMP = Point(31, "acme", "XS-101", PointKind.SWITCH, "state", reporting=Reporting.ON_CHANGE)
SPEED = Point(32, "acme", "SI-101", PointKind.ANALOG, "rpm", 0.0, 3000.0, period_s=10)
FLOW = Point(33, "acme", "FT-101", PointKind.FLOW, "m3/h", 0.0, 100.0, hazard_source="unit-1")
PRESSURE = Point(34, "acme", "PT-101", PointKind.PRESSURE, "MPa", 0.0, 2.0, hazard_source="unit-1")
LEVEL = Point(35, "acme", "LT-101", PointKind.LEVEL, "%", 0.0, 100.0)
LEAK = replace(GAS, id=36, tag="GT-136", hazard_source="unit-1")
FOREIGN = replace(FLOW, id=37, tag="FT-101", enterprise="other")
POINTS = (PUMP, SPEED, FLOW, PRESSURE, LEVEL, LEAK, FOREIGN)

STOPPED = SuppressionCondition(ConditionKind.STATE, PUMP.id, states=(0,))
SLOW = SuppressionCondition(
    ConditionKind.LIMIT, SPEED.id, direction=Direction.LOW, limit=100.0, deadband=50.0
)
PARENT = SuppressionCondition(ConditionKind.ALARM, PRESSURE.id, alarm="low")
FLOW_LOW = Target(point_id=FLOW.id, alarm="low")


def suppression(
    condition: SuppressionCondition = STOPPED,
    *targets: Target,
    grade: int = 3,
    hold: float = 0.0,
    version: int = 1,
    name: str = "s-1",
) -> SuppressionRule:
    """A rule; `hold`: how long it is held after its condition."""
    return SuppressionRule(
        name,
        version,
        "acme",
        "P-101 stopped",
        condition,
        targets or (FLOW_LOW,),
        grade,
        round(hold * 1000),
        "no flow while the pump stands still",
    )


class Plant(Park):
    """A park with these rules in force; what it spools of them is kept."""

    def __init__(
        self,
        *rules: SuppressionRule,
        limits: Sequence[LimitRule] | None = None,
        detectors: Sequence[DetectorRule] = (),
        points: Sequence[Point] = POINTS,
    ) -> None:
        own = [
            limit("L", 10, 3, point=FLOW),
            limit("H", 90, 3, point=FLOW),
            limit("L", 0.5, 3, point=PRESSURE),
            limit("L", 10, 3, point=LEVEL),
            limit("HH", 50, 2, point=LEAK),
            limit("L", 10, 3, point=FOREIGN),
        ]
        super().__init__(*(own if limits is None else limits), points=points)
        for rule in rules:
            self.directory.put_suppression(rule)
        for detector in detectors:
            self.directory.put_detector(detector)
        self.engine = Engine(self.directory)
        self.spool: list[SuppressionState] = []

    def switch(self, state: str, at: float) -> Told:
        """The pump's switch says so."""
        return self.read(STATES[PUMP.kind].index(state), at, point=PUMP)

    def change(
        self,
        *rules: SuppressionRule,
        points: Sequence[Point] = (),
        gone: Sequence[Point] = (),
    ) -> Told:
        """The book brings other rules or points."""
        version = self.directory.version + 1
        change = BookChange(version, tuple(points), tuple(gone), suppressions=rules)
        return self.take(self.engine.apply_book(change, ms(self.now)))

    def kill(self, dump: bytes) -> None:
        """Killed: an older dump, and all that was spooled."""
        self.engine = Engine.load(dump, self.directory)
        for transition in self.said:
            self.engine.replay_record(transition)
        for states in self.states.values():
            for state in states.values():
                self.engine.replay_record(state)
        for record in self.spool:
            self.engine.replay_record(record)
        heard = self.stored.values()
        self.engine.remember([each for each in heard if each.point_id in self.engine.watched])

    def take(self, outcome: Outcome) -> Told:
        self.spool += outcome.suppressions
        return super().take(outcome)

    def of(self, point: Point) -> Alarm:
        """The only alarm of a point that is not closed."""
        (only,) = [each for each in self.open if each.point_id == point.id]
        return only

    def standing(self, name: str = "s-1") -> Standing:
        (only,) = self.engine.suppressions([("acme", name)])
        return only
