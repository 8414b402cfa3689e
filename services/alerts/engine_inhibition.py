"""Suppression by design: what the plant's own logic takes off the board, and by which logic.

A claim with the key `inhibit` about a point or a hazard source (a unit is stopped, its parent is
shut off) suppresses the alarms of its points as long as it stands and is judged. It is an alarm
of its own, so the logic is on the screen. A claim whose judge has fallen silent suppresses
nothing. A rule of the register suppresses while its condition holds (`engine_suppression`).

A detector in calibration or bump test keeps its own alarms quiet, of gas and fire, too, up to the
grade that was decided on; people decide that, with an end (`engine_maintenance`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.domain.alarm import Alarm
from services.domain.claim import Claim
from services.domain.directory import Directory
from services.domain.maintenance import COVERS, GRADE, MAINTENANCE
from services.domain.point import Point, PointKind
from services.domain.rule import Direction
from services.domain.subject import SubjectType
from services.domain.suppression import (
    INHIBIT,
    INHIBITING,
    NEVER_SUPPRESSED,
    WORST_SUPPRESSED,
    Off,
    OffBoard,
)
from services.domain.suppression_rule import SuppressionRule

HAZARD_SOURCE = "hazard_source"
LOGIC = "logic"
"""The fact of a claim that says in words why its points are inhibited."""

_Target = tuple[str, str, str]
Key = tuple[str, str]
"""Enterprise and id of a rule."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An alarm that might be suppressed. `alarm`: its direction, or the kind of its rule; `kinds`:
    of all points that the rule watches; `is_alone`: it watches no other point."""

    point: Point
    grade: int
    alarm: str
    kinds: frozenset[PointKind] = frozenset()
    is_alone: bool = True

    @property
    def is_sacred(self) -> bool:
        """It protects people, whether or not the unit runs."""
        kinds = self.kinds | {self.point.kind}
        return self.grade < WORST_SUPPRESSED or not kinds.isdisjoint(NEVER_SUPPRESSED)


def candidate(directory: Directory, point: Point, alarm: Alarm | Claim) -> Candidate:
    """An alarm, or what is to become one. Of a rule that is more than a limit the kinds of all the
    points that it watches count, those of its group as well."""
    if isinstance(alarm, Alarm) and alarm.direction is not None:
        return Candidate(point, alarm.grade, alarm.direction.value)
    key = alarm.rule if isinstance(alarm, Alarm) else alarm.key
    rule = directory.detectors.get((point.enterprise, key))
    numbers = [] if rule is None else list(rule.points.values())
    if rule is not None and rule.group is not None:
        group = directory.groups.find(rule.enterprise, rule.group)
        numbers += () if group is None else group.members
    known = (directory.by_id.get(each) for each in numbers)
    kinds = frozenset(each.kind for each in known if each is not None)
    return Candidate(point, alarm.grade, alarm.condition, kinds, not {*numbers} - {point.id})


class Inhibitions:
    """What inhibits: claims by enterprise, type and id of their subject; rules that hold."""

    def __init__(self) -> None:
        self._by_target: dict[_Target, Alarm] = {}
        self._tended: dict[Key, Alarm] = {}
        self._holding: dict[Key, tuple[SuppressionRule, OffBoard]] = {}
        self._of_point: dict[int, set[Key]] = {}
        self._of_source: dict[Key, set[Key]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_target or self._holding or self._tended)

    def set(self, standing: Iterable[Alarm]) -> bool:
        """The claimed alarms that stand now; whether that is another set than before."""
        those = [alarm for alarm in standing if alarm.rule in INHIBITING and alarm.judged]
        found = {
            (alarm.enterprise, alarm.subject.type, alarm.subject.id): alarm
            for alarm in those
            if alarm.rule == INHIBIT
        }
        tended = {(a.enterprise, a.subject.id): a for a in those if a.rule == MAINTENANCE}
        before = self._by_target.keys(), self._tended.keys()
        self._by_target, self._tended = found, tended
        return before != (found.keys(), tended.keys())

    def hold(self, rule: SuppressionRule, why: OffBoard) -> None:
        """A rule suppresses from now on; `why` is what its alarms bear."""
        key = rule.enterprise, rule.id
        self.release(key)
        self._holding[key] = rule, why
        for target in rule.targets:
            if target.point_id is not None:
                self._of_point.setdefault(target.point_id, set()).add(key)
            elif target.hazard_source is not None:
                source = rule.enterprise, target.hazard_source
                self._of_source.setdefault(source, set()).add(key)

    def release(self, key: Key) -> None:
        """A rule suppresses no more."""
        rule, _ = self._holding.pop(key, (None, None))
        for target in () if rule is None else rule.targets:
            if target.point_id is not None:
                self._of_point.get(target.point_id, set()).discard(key)
            elif target.hazard_source is not None:
                self._of_source.get((key[0], target.hazard_source), set()).discard(key)

    def of_limit(self, point: Point, grade: int, direction: Direction) -> OffBoard | None:
        """The same for what limits of a point raise."""
        return self.of(Candidate(point, grade, direction.value)) if self else None

    def of(self, asked: Candidate, rather: str | None = None) -> OffBoard | None:
        """Why an alarm is suppressed (None: it is not). `rather`: the id of the rule that did so
        far, which goes on where it can."""
        if not self:
            return None
        tended = self._by_maintenance(asked)
        if tended is not None or asked.is_sacred:
            return tended
        return self._by_claim(asked.point) or self._by_rule(asked, rather)

    def _by_maintenance(self, asked: Candidate) -> OffBoard | None:
        """Its own alarms only: what a rule finds over several points is not about this one."""
        cause = self._tended.get((asked.point.enterprise, asked.point.tag))
        if cause is None or not asked.is_alone:
            return None
        covers = cause.facts.get(COVERS)
        worst = max(covers if isinstance(covers, int) else GRADE, WORST_SUPPRESSED)
        if asked.grade < worst:
            return None
        reason = str(cause.facts.get("reason") or cause.condition)
        return OffBoard(Off.SUPPRESSED, cause.id, reason, cause.raised_at, None, worst)

    def _by_claim(self, point: Point) -> OffBoard | None:
        cause = self._by_target.get((point.enterprise, SubjectType.POINT, point.tag))
        if cause is None and point.hazard_source is not None:
            target = (point.enterprise, HAZARD_SOURCE, point.hazard_source)
            cause = self._by_target.get(target)
        if cause is None:
            return None
        reason = str(cause.facts.get(LOGIC) or cause.condition)
        since = cause.raised_at
        return OffBoard(Off.SUPPRESSED, cause.id, reason, since, None, WORST_SUPPRESSED)

    def _by_rule(self, asked: Candidate, rather: str | None) -> OffBoard | None:
        point = asked.point
        keys = set(self._of_point.get(point.id, ()))
        if point.hazard_source is not None:
            keys |= self._of_source.get((point.enterprise, point.hazard_source), set())
        for key in sorted(keys, key=lambda each: (each[1] != rather, each)):
            rule, why = self._holding[key]
            if rule.covers(point, asked.grade, asked.alarm):
                return why
        return None
