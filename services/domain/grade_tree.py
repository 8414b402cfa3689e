"""Grades up the tree: point, equipment, hazard source or key place, enterprise, park, by the
worst alarm.

Active is what stands, and what latched and waits for its reset. An alarm of the past or of a test
counts in no grade; one off the board counts in none either, but apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.alarm import AlarmState

_ABNORMAL = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED})
_OFF = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})


class Bearing(StrEnum):
    """What an alarm is to a grade."""

    ACTIVE = "active"
    OFF_BOARD = "off_board"
    NONE = "none"


def bearing(state: str, *, latch: bool, historical: bool, exercise: bool) -> Bearing:
    """What an alarm that is not closed is to the grades above it."""
    if historical or exercise:
        return Bearing.NONE
    if state in _OFF:
        return Bearing.OFF_BOARD
    latched = latch and state == AlarmState.RETURNED_UNACKNOWLEDGED
    return Bearing.ACTIVE if state in _ABNORMAL or latched else Bearing.NONE


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm where it stands in the tree; None: it is of nothing on that floor. One about a
    gateway is of every hazard source whose points hang on it."""

    id: str
    enterprise: str
    grade: int
    raised_at: int
    bearing: Bearing
    tag: str | None = None
    hazard_sources: tuple[str, ...] = ()
    equipment: str | None = None
    places: tuple[str, ...] = ()
    """The key places that it is of, beside the hazard sources."""

    @property
    def weight(self) -> tuple[int, int, str]:
        """Least for the worst: the highest grade, of those the one that stands longest."""
        return self.grade, self.raised_at, self.id


@dataclass(slots=True)
class Mark:
    """What a node bears: its worst active alarm, how many are active and how many off the board."""

    worst: Standing | None = None
    active: int = 0
    off_board: int = 0

    @property
    def grade(self) -> int | None:
        """1 is highest; None: nothing active."""
        return None if self.worst is None else self.worst.grade

    def take(self, alarm: Standing) -> None:
        """Put an alarm to it."""
        if alarm.bearing is Bearing.OFF_BOARD:
            self.off_board += 1
        elif alarm.bearing is Bearing.ACTIVE:
            self.active += 1
            if self.worst is None or alarm.weight < self.worst.weight:
                self.worst = alarm

    def join(self, other: "Mark") -> None:
        """Put to it what another node bears; no alarm may be of both."""
        self.active += other.active
        self.off_board += other.off_board
        if other.worst is not None and (
            self.worst is None or other.worst.weight < self.worst.weight
        ):
            self.worst = other.worst


def _marks() -> defaultdict[tuple[str, ...], Mark]:
    return defaultdict(Mark)


@dataclass(slots=True)
class GradeTree:
    """Marks by node: (enterprise,), (enterprise, source), (enterprise, place), (enterprise, source
    or "", equipment), (enterprise, tag). A node without an alarm has an empty mark."""

    park: Mark = field(default_factory=Mark)
    enterprises: defaultdict[tuple[str, ...], Mark] = field(default_factory=_marks)
    sources: defaultdict[tuple[str, ...], Mark] = field(default_factory=_marks)
    places: defaultdict[tuple[str, ...], Mark] = field(default_factory=_marks)
    equipment: defaultdict[tuple[str, ...], Mark] = field(default_factory=_marks)
    points: defaultdict[tuple[str, ...], Mark] = field(default_factory=_marks)


def grade_tree(alarms: Iterable[Standing]) -> GradeTree:
    """The grades that these alarms give, floor by floor."""
    tree = GradeTree()
    for alarm in alarms:
        enterprise = alarm.enterprise
        tree.park.take(alarm)
        tree.enterprises[enterprise,].take(alarm)
        for source in alarm.hazard_sources:
            tree.sources[enterprise, source].take(alarm)
        for place in alarm.places:
            tree.places[enterprise, place].take(alarm)
        if alarm.equipment is not None:
            source = next(iter(alarm.hazard_sources), "")
            tree.equipment[enterprise, source, alarm.equipment].take(alarm)
        if alarm.tag is not None:
            tree.points[enterprise, alarm.tag].take(alarm)
    return tree
