"""Who is whose neighbour, and among whom an alarm is first: registered groups, else hazard sources.

Neighbours follow the register as it is now. The group that an alarm is ranked in is the one in
which it rose: who came first does not change with the register.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.directory import Directory
from services.domain.first_out import Group
from services.domain.point import Point
from services.domain.suppression import Off

GROUP = "group"
"""Tells the key of a registered group from that of a hazard source of the same code."""
HAZARD_SOURCE = "hazard_source"

Kinship = tuple[str, ...]
"""What neighbours have in common."""


class Groups:
    """Looks at the groups of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def is_ruled(self, alarm: Alarm) -> bool:
        """Whether a rule of ours stands behind a claim."""
        return (alarm.enterprise, alarm.rule) in self._directory.detectors

    def mark(self, transitions: list[Transition]) -> list[Alarm]:
        """Name the group of what rose in all that is said of it; the alarms that have one."""
        if not self._directory.groups.by_key:
            return []
        codes: dict[str, str] = {}
        for each in transitions:
            group = self._directory.groups.first_out_of(each.alarm.point_id)
            if each.event is EventKind.RAISED and group is not None:
                codes[each.alarm.id] = group.code
        found: dict[str, Alarm] = {}
        for place, each in enumerate(transitions if codes else ()):
            code = codes.get(each.alarm.id)
            if code is not None:
                alarm = found[each.alarm.id] = replace(each.alarm, group=code)
                transitions[place] = replace(each, alarm=alarm)
        return list(found.values())

    def of_first_out(self, alarm: Alarm) -> Group | None:
        """Among whose alarms it may be the first: its group's, else its hazard source's."""
        if alarm.group is not None:
            return alarm.enterprise, GROUP, alarm.group
        if alarm.subject.type == HAZARD_SOURCE:
            return alarm.enterprise, alarm.subject.id
        point = self._point(alarm)
        if point is None or point.hazard_source is None:
            return None
        return alarm.enterprise, point.hazard_source

    def rise_of(self, alarm: Alarm) -> tuple[str, Iterable[Kinship]]:
        """Who rose (a point, or a whole group by its rule), and to whom that tells something."""
        rule = self._directory.detectors.get((alarm.enterprise, alarm.rule))
        point = self._point(alarm)
        if point is None or (alarm.direction is None and rule is None):
            return "", ()
        if rule is not None and rule.group is not None:
            return rule.id, [(alarm.enterprise, GROUP, rule.group), *self._source(alarm, point)]
        return point.tag, [*self._registered(point), *self._source(alarm, point)]

    def listening(self, alarm: Alarm) -> tuple[str, Iterable[Kinship]]:
        """Whose rise a shelved alarm does not heed (its own), and among whom one ends its shelf."""
        rule = self._directory.detectors.get((alarm.enterprise, alarm.rule))
        point = self._point(alarm)
        if point is None:
            return "", ()
        own = point.tag if rule is None or rule.group is None else rule.id
        kin = [*self._registered(point)]
        if self._directory.groups.first_out_of(point.id) is None:
            kin += self._source(alarm, point)
        return own, kin

    def _registered(self, point: Point) -> Iterable[Kinship]:
        for each in self._directory.groups.of(point.id):
            yield point.enterprise, GROUP, each.code

    def _source(self, alarm: Alarm, point: Point) -> Iterable[Kinship]:
        """Without a group: detectors of one kind at one hazard source, beyond a limit the same
        way, or of which rules find the same."""
        if point.hazard_source is None:
            return
        if alarm.direction is None and not self.is_ruled(alarm):
            return
        what = alarm.condition if alarm.direction is None else alarm.direction
        yield point.enterprise, HAZARD_SOURCE, point.hazard_source, point.kind, what

    def _point(self, alarm: Alarm) -> Point | None:
        if alarm.point_id is None:
            return None
        return self._directory.by_id.get(alarm.point_id)


def tells(alarm: Alarm) -> bool:
    """Whether its rise tells anything of the neighbourhood: not in the past, not under test, and
    not where somebody works on the detector."""
    out = alarm.off is not None and alarm.off.how is not Off.SHELVED
    return not (alarm.historical or alarm.exercise or out)
