"""Suppression by design: what the plant's own logic takes off the board, and by which claim.

A claim with the key `inhibit` about a point or a hazard source (a unit is stopped, its parent is
shut off) suppresses the alarms of its points as long as it stands and is judged. It is an alarm
of its own, so the logic is on the screen. A claim whose judge has fallen silent suppresses
nothing.
"""

from collections.abc import Iterable

from services.domain.alarm import Alarm
from services.domain.point import Point
from services.domain.subject import SubjectType
from services.domain.suppression import INHIBIT, NEVER_SUPPRESSED, Off, OffBoard

HAZARD_SOURCE = "hazard_source"
LOGIC = "logic"
"""The fact of a claim that says in words why its points are inhibited."""

_Target = tuple[str, str, str]


class Inhibitions:
    """What inhibits, by enterprise, type and id of its subject."""

    def __init__(self) -> None:
        self._by_target: dict[_Target, Alarm] = {}

    def set(self, standing: Iterable[Alarm]) -> bool:
        """The claimed alarms that stand now; whether that is another set than before."""
        found = {
            (alarm.enterprise, alarm.subject.type, alarm.subject.id): alarm
            for alarm in standing
            if alarm.rule == INHIBIT and alarm.judged
        }
        changed = found.keys() != self._by_target.keys()
        self._by_target = found
        return changed

    def of(self, point: Point, grade: int) -> OffBoard | None:
        """Why the alarms of a point are suppressed (None: they are not)."""
        if not self._by_target or point.kind in NEVER_SUPPRESSED:
            return None
        cause = self._by_target.get((point.enterprise, SubjectType.POINT, point.tag))
        if cause is None and point.hazard_source is not None:
            target = (point.enterprise, HAZARD_SOURCE, point.hazard_source)
            cause = self._by_target.get(target)
        if cause is None:
            return None
        reason = str(cause.facts.get(LOGIC) or cause.condition)
        return OffBoard(Off.SUPPRESSED, cause.id, reason, cause.raised_at, None, grade)
