"""What the engine answers: what happened, what must be remembered, what must be judged again."""

from dataclasses import dataclass, field
from typing import Literal

from services.alerts.engine_watch import WatchState
from services.domain.alarm import Transition
from services.domain.claim import Claim
from services.domain.judgement import PointState
from services.domain.subject import Subject
from services.domain.suppression_hold import SuppressionState


@dataclass(frozen=True, slots=True)
class DirtyRange:
    """Readings of a point between two judging times (epoch ms, inclusive) that must be judged
    again over the stored ones, once they are committed. `sounding`: what it finds goes out live.
    `stored`: they are committed already.
    """

    point_id: int
    start: int
    end: int
    sounding: bool
    stored: bool = False


@dataclass(slots=True)
class Outcome:
    """The consequences of one step of the engine; all of it is made durable before the ack.

    `states` are in order of time per point; the last one of a point is its state now.
    """

    transitions: list[Transition] = field(default_factory=list)
    states: list[PointState] = field(default_factory=list)
    dirty: list[DirtyRange] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    """Leased claims that are new or say something else than before."""
    watches: list[WatchState] = field(default_factory=list)
    """Where rules that are more than a limit stand, if that is another place than before."""
    suppressions: list[SuppressionState] = field(default_factory=list)
    """Where rules of suppression stand, if that is another place than before."""

    def __bool__(self) -> bool:
        kept = self.transitions or self.states or self.dirty or self.claims or self.watches
        return bool(kept or self.suppressions)

    def put_worst_first(self) -> None:
        """In a storm the graver alarms do not wait behind the others. What happened to one subject
        stays in its order."""
        if len(self.transitions) < 2:
            return
        worst: dict[tuple[str, Subject], int] = {}
        for each in self.transitions:
            subject = each.alarm.enterprise, each.alarm.subject
            worst[subject] = min(each.alarm.grade, worst.get(subject, each.alarm.grade))
        self.transitions.sort(key=lambda each: worst[each.alarm.enterprise, each.alarm.subject])

    def add(self, other: "Outcome") -> None:
        """Append what a later step brought."""
        self.transitions += other.transitions
        self.states += other.states
        self.dirty += other.dirty
        self.claims += other.claims
        self.watches += other.watches
        self.suppressions += other.suppressions


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an action was not carried out on an alarm; the codes are those of `services.wire.bus.Refusal`."""

    alarm_id: str
    code: Literal["not_found", "not_open", "not_acknowledgeable", "not_possible"]
    text: str


@dataclass(frozen=True, slots=True)
class ShownValue:
    """The newest value of a point as it is shown: judging time (epoch ms), value, quality.

    A bad reading is shown (value as sent, or None), though it is not judged.
    """

    point_id: int
    at: int
    value: float | None
    quality: int
