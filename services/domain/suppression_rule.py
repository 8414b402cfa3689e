"""Suppression by design: when a unit is stopped, or a parent alarms, what follows from it is off
the board.

A rule says when (its condition), what (its targets), up to which grade, and for how long after the
condition is over: so that a start-up is no flood. Gas, oxygen, fire and smoke and grade 1 are never
suppressed, whatever a rule says (`services.domain.suppression`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.domain.detector_kind import DetectorKind
from services.domain.point import STATES, Point
from services.domain.rule import Direction
from services.domain.suppression import MINUTE_MS, NEVER_SUPPRESSED, WORST_SUPPRESSED

MOST_TARGETS = 50
MOST_OFF_DELAY_MS = 30 * MINUTE_MS
"""How long at most it is held after its condition is over."""
MILDEST_GRADE = 4
FAULT = "fault"
"""The state of a point that tells nothing of the plant."""

ALARMS = frozenset({*(each.value for each in Direction), *(each.value for each in DetectorKind)})
"""What an alarm of a point can be called here: the direction of its limits, or its rule's kind."""

Find = Callable[[int], Point | None]
"""A registered point by its number."""


class BadSuppression(ValueError):
    """What a rule may not say; `path` is the field of it."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(text)
        self.path, self.text = path, text


class ConditionKind(StrEnum):
    """What a suppression waits for."""

    STATE = "state"
    """A point is in one of these states."""
    LIMIT = "limit"
    """A quantity is at or beyond a value."""
    ALARM = "alarm"
    """A parent point alarms."""


@dataclass(frozen=True, slots=True)
class SuppressionCondition:
    """When it holds. `states`: their codes; `limit` and `deadband` in the point's unit, reached at
    `limit` and left beyond the deadband; `alarm`: one of `ALARMS` (None: any alarm of the point)."""

    kind: ConditionKind
    point_id: int
    states: tuple[int, ...] = ()
    direction: Direction | None = None
    limit: float | None = None
    deadband: float = 0.0
    alarm: str | None = None

    def is_met(self, value: float, was_met: bool) -> bool:
        """Whether a value of its point meets it; `was_met` keeps it within the deadband."""
        if self.kind is ConditionKind.STATE:
            return int(value) in self.states
        assert self.limit is not None
        back = self.deadband if was_met else 0.0
        if self.direction is Direction.LOW:
            return value <= self.limit + back
        return value >= self.limit - back


@dataclass(frozen=True, slots=True)
class Target:
    """What is suppressed: alarms of one point, or of all points of a hazard source. `alarm`: only
    those called so (None: all that limits and rules raise)."""

    point_id: int | None = None
    hazard_source: str | None = None
    alarm: str | None = None

    def is_aimed(self, point: Point) -> bool:
        """Whether it means this point."""
        if self.point_id is not None:
            return self.point_id == point.id
        return self.hazard_source is not None and self.hazard_source == point.hazard_source


@dataclass(frozen=True, slots=True)
class SuppressionRule:
    """One version of a rule. `grade`: the gravest that it covers; `off_delay_ms`: how long it is
    held after its condition is over; `valid_from`, `valid_to` in epoch ms (None: in force)."""

    id: str
    version: int
    enterprise: str
    name: str
    condition: SuppressionCondition
    targets: tuple[Target, ...]
    grade: int
    off_delay_ms: int
    reason: str
    valid_from: int = 0
    valid_to: int | None = None

    def aims_at(self, point: Point) -> bool:
        """Whether alarms of this point are among its targets: never those of its own condition."""
        if point.enterprise != self.enterprise or point.id == self.condition.point_id:
            return False
        return any(target.is_aimed(point) for target in self.targets)

    def may_quieten(self, point: Point, alarm: str | None) -> bool:
        """Whether it could take any alarm of this point (called so) off the board."""
        if point.kind in NEVER_SUPPRESSED or not self.aims_at(point):
            return False
        mine = (each for each in self.targets if each.is_aimed(point))
        return any(None in (each.alarm, alarm) or each.alarm == alarm for each in mine)

    def covers(self, point: Point, grade: int, alarm: str) -> bool:
        """Whether it takes an alarm of this grade and name off the board while it holds."""
        if grade < self.grade or not self.aims_at(point):
            return False
        mine = (each for each in self.targets if each.is_aimed(point))
        return any(each.alarm in (None, alarm) for each in mine)


def check(rule: SuppressionRule, find: Find) -> None:
    """Raises BadSuppression for what a rule may not say, with the path of the field."""
    if not WORST_SUPPRESSED <= rule.grade <= MILDEST_GRADE:
        raise BadSuppression("grade", "Grade 1 is never suppressed: give the gravest one, 2 to 4.")
    if not 0 <= rule.off_delay_ms <= MOST_OFF_DELAY_MS:
        most = MOST_OFF_DELAY_MS // 1000
        raise BadSuppression("off_delay_s", f"It is held for 0 to {most} s after its condition.")
    if not rule.reason.strip():
        raise BadSuppression("reason", "Say why these alarms may be suppressed.")
    _check_condition(rule, find)
    if not 1 <= len(rule.targets) <= MOST_TARGETS:
        raise BadSuppression("targets", f"A suppression has 1 to {MOST_TARGETS} targets.")
    for place, target in enumerate(rule.targets):
        if target in rule.targets[:place]:
            raise BadSuppression(f"targets.{place}", "It is named twice: name each one once.")
        _check_target(rule, f"targets.{place}", target, find)


def looped(rules: Iterable[SuppressionRule], find: Find) -> list[tuple[str, ...]]:
    """Rules that suppress what they wait for, perhaps by way of others: each as the ids of those
    that make the loop, beginning with itself. In a loop everybody could keep everybody quiet.

    Only alarms can be kept quiet: what a state or a value says is heard in any case.
    """
    chained = [rule for rule in rules if rule.condition.kind is ConditionKind.ALARM]
    by_key = {(rule.enterprise, rule.id): rule for rule in chained}
    after: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, rule in by_key.items():
        after[key] = [
            other
            for other, theirs in by_key.items()
            if (point := find(theirs.condition.point_id)) is not None
            and rule.may_quieten(point, theirs.condition.alarm)
        ]
    return [loop for key in by_key if (loop := _way_back(key, after))]


def _way_back(
    start: tuple[str, str], after: dict[tuple[str, str], list[tuple[str, str]]]
) -> tuple[str, ...]:
    """The shortest way from a rule back to itself; empty where there is none."""
    ways: list[tuple[tuple[str, str], ...]] = [(start,)]
    seen: set[tuple[str, str]] = set()
    while ways:
        longer: list[tuple[tuple[str, str], ...]] = []
        for way in ways:
            for following in after[way[-1]]:
                if following == start:
                    return tuple(rule_id for _, rule_id in way)
                if following not in seen:
                    seen.add(following)
                    longer.append((*way, following))
        ways = longer
    return ()


def _check_condition(rule: SuppressionRule, find: Find) -> None:
    condition = rule.condition
    point = find(condition.point_id)
    if point is None or point.enterprise != rule.enterprise:
        raise BadSuppression("condition.tag", "This point is not registered.")
    match condition.kind:
        case ConditionKind.STATE:
            _check_states(condition, point)
        case ConditionKind.LIMIT:
            _check_limit(condition, point)
        case ConditionKind.ALARM:
            _check_name("condition.alarm", condition.alarm)


def _check_states(condition: SuppressionCondition, point: Point) -> None:
    names = STATES.get(point.kind)
    if names is None:
        raise BadSuppression("condition.tag", f"{point.tag} is a quantity: it has no states.")
    told = [each for each in names if each != FAULT]
    if any(not 0 <= code < len(names) or names[code] == FAULT for code in condition.states):
        known = ", ".join(told)
        raise BadSuppression(
            "condition.states",
            f"Of {point.tag} it can wait for: {known}. A fault tells nothing of the plant.",
        )
    if not condition.states or len(set(condition.states)) >= len(told):
        raise BadSuppression(
            "condition.states", "Name some of its states, not all: it must be able to end."
        )


def _check_limit(condition: SuppressionCondition, point: Point) -> None:
    if point.has_states:
        raise BadSuppression("condition.tag", f"{point.tag} has states: wait for one of them.")
    if condition.limit is None or condition.direction is None:
        raise BadSuppression("condition.limit", "Give the value and the direction, low or high.")
    if condition.deadband < 0:
        raise BadSuppression("condition.deadband", "A deadband is not negative.")


def _check_target(rule: SuppressionRule, path: str, target: Target, find: Find) -> None:
    _check_name(f"{path}.alarm", target.alarm)
    if (target.point_id is None) == (target.hazard_source is None):
        raise BadSuppression(path, "Name a tag or a hazard source, one of them.")
    if target.point_id is None:
        return
    point = find(target.point_id)
    if point is None or point.enterprise != rule.enterprise:
        raise BadSuppression(f"{path}.tag", "This point is not registered.")
    if point.id == rule.condition.point_id:
        raise BadSuppression(
            f"{path}.tag", f"{point.tag} is what it waits for: nothing suppresses itself."
        )
    if point.kind in NEVER_SUPPRESSED:
        raise BadSuppression(
            f"{path}.tag",
            f"{point.tag} is of kind {point.kind}: gas, oxygen, fire and smoke are never "
            "suppressed.",
        )


def _check_name(path: str, alarm: str | None) -> None:
    if alarm is not None and alarm not in ALARMS:
        raise BadSuppression(path, f"It must be one of {', '.join(sorted(ALARMS))}.")
