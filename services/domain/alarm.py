"""An alarm occurrence: from the moment a limit is crossed until it is over and acknowledged."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.claim import Scalar
from services.domain.rule import Direction
from services.domain.subject import Subject, SubjectType
from services.domain.suppression import OffBoard

_POINT = Subject(SubjectType.POINT, "")
"""Stands for the alarm's point, by its tag."""


class AlarmState(StrEnum):
    """The states of ISA-18.2 that an occurrence can be in."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class ClosedAs(StrEnum):
    """How an occurrence ended."""

    CLEARED = "cleared"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class EventKind(StrEnum):
    """What can happen to an occurrence; each is journaled and pushed."""

    RAISED = "raised"
    ESCALATED = "escalated"
    DEESCALATED = "deescalated"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    CLEARED = "cleared"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    LAPSED = "lapsed"
    """Nobody judges it any more: the judge that claimed it has fallen silent."""
    RESUMED = "resumed"
    """It is judged again."""
    REALARMED = "realarmed"
    """It was acknowledged and then forgotten: it asks again."""
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SUPPRESSED = "suppressed"
    """By design: a condition of the plant inhibits it."""
    RELEASED = "released"
    """The condition that inhibited it is gone."""
    TAKEN_OUT = "out_of_service"
    RETURNED_TO_SERVICE = "returned_to_service"
    EXERCISE_ENDED = "exercise_ended"
    """The test of its point is over and it still stands: from now on it is in earnest."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One occurrence: of one point and direction, or of what a claim says of a subject.

    Times are epoch milliseconds UTC. `point_id` and `tag` are None where the subject is not a
    point. A claimed one has no `direction`, no `limit` and no `value`, but `facts`; its `rule` is
    the claim's key.

    `rule`, `rule_version`, `condition`, `limit` and `grade` name the level now (after the end:
    the last one); `value` is the value that brought it there. `raised_at` is the judging time
    at which it became an alarm (after its on-delay), `received_at` the arrival of the reading
    that raised it. An alarm is closed when `closed_as` is set.
    """

    id: str
    enterprise: str
    point_id: int | None
    tag: str | None
    direction: Direction | None
    rule: str
    rule_version: int
    condition: str
    limit: float | None
    grade: int
    state: AlarmState
    value: float | None
    raised_at: int
    received_at: int
    historical: bool = False
    cleared_at: int | None = None
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    closed_as: ClosedAs | None = None
    superseded: int = 0
    """Occurrences of this point and direction before it that still wait for an acknowledgement."""
    subject: Subject = _POINT
    """Without one: the point with its tag."""
    facts: Mapping[str, Scalar] = field(default_factory=dict, hash=False)
    judged: bool = True
    """False while the judge that claimed it is silent: not judged, which is not clear."""
    off: OffBoard | None = None
    """Why it is off the board (shelved, suppressed, out of service), while it is."""
    latch: bool = False
    """Once it is over it stays until it is reset: acknowledged after its return."""
    realarm_ms: int | None = None
    """How long after its acknowledgement it asks again, if it still stands."""
    exercise: bool = False
    """Raised while its point was under test: it counts in no grade."""
    first_out_rank: int | None = None
    """Which of its group's alarms it was, from 1 (`services.domain.first_out`); None: it has no
    group, or came later than those that are ranked."""
    in_minute: int = 1
    """How many times its subject and direction rose in the minute up to its start, this one
    included; with three it chatters."""
    group: str | None = None
    """The group of detectors that its point was in when it rose, and that its rank is of; None:
    it was in none, and ranks at its hazard source."""

    def __post_init__(self) -> None:
        if not self.subject.id and self.tag is not None:
            object.__setattr__(self, "subject", Subject.point(self.tag))

    @property
    def is_claimed(self) -> bool:
        """Whether another judge decided on it, instead of the limits of a point."""
        return self.direction is None


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that happened to an alarm: what is spooled, pushed and journaled.

    `at` is when it happened in judging time (for operator actions: our clock), `noted_at` when
    we noted it. `alarm` is the alarm after it.
    """

    event: EventKind
    alarm: Alarm
    at: int
    noted_at: int
    actor: str | None = None
    note: str | None = None


def alarm_id(
    enterprise: str,
    tag: str,
    direction: Direction,
    rule: str,
    measured_at: int | None,
    value: float,
    message: tuple[str, str, int] | None = None,
) -> str:
    """The identity of an occurrence: whoever judges the same readings makes the same id.

    `measured_at` (epoch ms as sent) and `value` are the raising reading's; for a reading sent
    without a time, `message` = (gateway, boot, seq) takes their place where it is given.
    """
    raising = message if measured_at is None and message else (measured_at, repr(float(value)))
    text = "\x1f".join(map(str, (enterprise, "point", tag, direction, rule, *raising)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def next_id(identity: str, raised_at: int) -> str:
    """The identity of an occurrence whose own went to another one already.

    An alarm whose start is corrected keeps its identity, though its first reading is another
    then; should the old first reading come to raise an occurrence of its own, it takes this one.
    So does one that a reading raises a second time, because its rule was changed.
    """
    return hashlib.sha256(f"{identity}\x1f{raised_at}".encode()).hexdigest()[:32]
