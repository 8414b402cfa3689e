"""The alarms of one point: what stands, what waits for an acknowledgement, what just ended.

The judge says what the readings amount to; the board makes it true of the alarms, one event at a
time. What has sounded is never unsaid: an occurrence that later readings do not bear out closes
as withdrawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.alerts.engine_match import NEAR_MS, WINDOW, Known, match
from services.domain import event
from services.domain.alarm import Alarm, ClosedAs, EventKind, Transition, next_id
from services.domain.judgement import Standing, Step
from services.domain.occurrence import Occurrence
from services.domain.point import Point
from services.domain.rule import Condition, Direction
from services.domain.suppression import Off, OffBoard
from services.domain.verdict import Verdict

WORSE = "It became worse than what was shelved."
TOO_GRAVE = "It became graver than what may be suppressed."
ONE_DECIDED = "It became graver than what one person took out of service."
_UNCOVERED = {
    Off.SHELVED: (EventKind.UNSHELVED, WORSE),
    Off.SUPPRESSED: (EventKind.RELEASED, TOO_GRAVE),
    Off.OUT_OF_SERVICE: (EventKind.RETURNED_TO_SERVICE, ONE_DECIDED),
}
"""What is said of a level that is worse than what it is off the board for."""
HANDED_ON = "The occurrence that was off the board was superseded by this one."

Inhibited = Callable[[Point, int, Direction], OffBoard | None]
"""What suppresses a point by design, for a grade and a direction."""


class Board:
    """All alarms of a point that are not closed, and those that ended within its window."""

    __slots__ = ("inhibited", "known", "point")

    def __init__(self, point: Point, inhibited: Inhibited | None = None) -> None:
        self.point = point
        self.known: list[Known] = []
        self.inhibited = inhibited

    def apply(
        self, verdict: Verdict, now: int, out: list[Transition], given_again: bool = False
    ) -> None:
        """Make one live verdict true. `given_again`: it is of a reading without an identity that
        the broker gave a second time, so the alarm may be one that it raised before."""
        standing = verdict.standing
        current = self.standing(standing.direction)
        if verdict.event is EventKind.RAISED or (
            current is None and verdict.event is EventKind.ESCALATED
        ):
            found = Occurrence.standing(standing)
            before = self._raised_before(found) if given_again and current is None else None
            if before is None:
                self.raise_(found, now, out)
            else:
                self.correct(before, event.asked_again(before.alarm), found.raised_at, now, out)
        elif current is not None:
            self._follow(current, verdict.event, verdict.at, standing, now, out)

    def standing(self, direction: Direction) -> Known | None:
        """The alarm whose condition is there now."""
        here = [
            known
            for known in self.known
            if known.alarm.direction is direction
            and event.is_open(known.alarm)
            and not event.is_over(known.alarm)
        ]
        return max(here, key=lambda k: (not k.alarm.historical, k.alarm.raised_at), default=None)

    def _raised_before(self, found: Occurrence) -> Known | None:
        """The alarm of the same value that ended within 10 s before, if there is one."""
        near = [
            known
            for known in self.known
            if not known.alarm.historical
            and known.alarm.closed_as in (None, ClosedAs.CLEARED)
            and known.alarm.value == found.steps[0].value
            and known.overlaps(found, NEAR_MS)
        ]
        return max(near, key=lambda known: known.alarm.raised_at, default=None)

    def raise_(
        self, found: Occurrence, now: int, out: list[Transition], historical: bool = False
    ) -> None:
        """A new alarm, with all it went through. A live one supersedes what waits before it."""
        off = None if historical else self._inherit(found, now, out)
        count = 0 if historical else self._supersede(found, now, out)
        taken = {known.alarm.id for known in self.known}
        identity = found.id
        while identity in taken:
            identity = next_id(identity, found.raised_at)
        alarm = event.raised(
            self.point,
            identity,
            found.raised_at,
            found.received_at,
            found.steps[0],
            count,
            historical,
        )
        if off is None and self.inhibited is not None and not historical:
            off = self.inhibited(self.point, alarm.grade, found.direction)
        if off is not None:
            alarm = event.inherited(alarm, off)
        known = Known(alarm, [found.steps[0]])
        self.known.append(known)
        self._say(known, EventKind.RAISED, alarm, found.raised_at, now, out)
        for step in found.steps[1:]:
            self._shift(known, step, now, out)
        if found.ended_at is not None:
            self.end(known, found.ended_at, now, out)

    def end(self, known: Known, at: int, now: int, out: list[Transition]) -> None:
        """Its condition is gone."""
        kind, alarm = event.returned(known.alarm, at)
        self._say(known, kind, alarm, at, now, out)

    def close(self, known: Known, how: ClosedAs, at: int, now: int, out: list[Transition]) -> None:
        """Take it off the board as superseded or withdrawn."""
        alarm = event.closed(known.alarm, how, at)
        self._say(known, EventKind(how.value), alarm, at, now, out)
        if how is ClosedAs.WITHDRAWN:
            self.known.remove(known)

    def correct(self, known: Known, alarm: Alarm, at: int, now: int, out: list[Transition]) -> None:
        """What was said of it was not quite so."""
        self._say(known, EventKind.CORRECTED, alarm, at, now, out)

    def reconcile(
        self,
        found: Sequence[Occurrence],
        since: int,
        at: int,
        now: int,
        out: list[Transition],
    ) -> None:
        """Bring live alarms in line with what the window holds after a late reading.

        `found` is what stood at the judging time `since` or came after it.
        """
        scope = [
            known
            for known in self.known
            if not known.alarm.historical and (known.ended_at is None or known.ended_at > since)
        ]
        pairs = match(scope, found, WINDOW)
        kept = {known.alarm.id for known in pairs.values()}
        for known in scope:
            if known.alarm.id not in kept:
                self._withdraw_unborne(known, at, now, out)
        for place in sorted(pairs):
            self._update(pairs[place], found[place], now, out)
        for place, occurrence in enumerate(found):
            if place not in pairs:
                self.raise_(occurrence, now, out)
        self.settle(now, out)

    def settle(self, now: int, out: list[Transition]) -> None:
        """One live alarm a direction stays on the board, the last one."""
        for direction in Direction:
            self._one_open(direction, now, out)

    def sound_worst(self, known: Known, found: Occurrence, now: int, out: list[Transition]) -> None:
        """A worse level than any known of it was found in its past: it is sounded, then over."""
        worst = max(found.steps, key=lambda step: step.severity)
        if worst.severity <= max(step.severity for step in known.steps):
            return
        present, ended_at = known.steps[-1], known.ended_at
        self._shift(known, worst, now, out)
        self._shift(known, replace(present, at=worst.at), now, out)
        if ended_at is not None:
            self.end(known, ended_at, now, out)

    def replay(self, record: Transition) -> None:
        """Recovery: an alarm as a spooled transition left it."""
        alarm = record.alarm
        known = next((k for k in self.known if k.alarm.id == alarm.id), None)
        if known is None:
            known = Known(alarm)
            self.known.append(known)
        known.alarm = alarm
        step = step_of(alarm, record.at)
        if not known.steps or known.steps[-1].severity != step.severity:
            known.walk([step])
        if known.is_withdrawn:
            self.known.remove(known)

    def forget(self, before: int | None) -> None:
        """Let closed alarms go that ended before the window (None: there is none)."""
        if self.known:
            self.known = [
                known
                for known in self.known
                if event.is_open(known.alarm)
                or (before is not None and (known.alarm.cleared_at or 0) >= before)
            ]

    def strays(self, standing: tuple[Standing | None, ...]) -> list[Known]:
        """Alarms whose condition is said to be there, though the live judge sees none."""
        seen = {s.direction for s in standing if s is not None}
        return [
            known
            for known in self.known
            if event.is_open(known.alarm)
            and not event.is_over(known.alarm)
            and known.alarm.direction not in seen
        ]

    def _follow(
        self,
        known: Known,
        kind: EventKind,
        at: int,
        standing: Standing,
        now: int,
        out: list[Transition],
    ) -> None:
        if kind is EventKind.RETURNED:
            self.end(known, at, now, out)
        elif kind is EventKind.WITHDRAWN:
            self.close(known, ClosedAs.WITHDRAWN, at, now, out)
        else:
            self._shift(known, standing.step, now, out, kind)

    def _shift(
        self,
        known: Known,
        step: Step,
        now: int,
        out: list[Transition],
        kind: EventKind | None = None,
    ) -> None:
        was = known.steps[-1]
        if kind is None:
            worse = step.severity > was.severity
            kind = EventKind.ESCALATED if worse else EventKind.DEESCALATED
        known.walk([step])
        up = kind is EventKind.ESCALATED
        if up:
            self._uncover(known, step, now, out)
        alarm = known.alarm
        after = event.escalated(alarm, step) if up else event.levelled(alarm, step)
        self._say(known, kind, after, step.at, now, out)

    def _update(self, known: Known, found: Occurrence, now: int, out: list[Transition]) -> None:
        """The same occurrence, perhaps with another start, end, or levels on its way."""
        before = alarm = known.alarm
        if alarm.raised_at != found.raised_at:
            alarm = replace(alarm, raised_at=found.raised_at, received_at=found.received_at)
        if found.ended_at is not None and event.is_over(alarm):
            alarm = replace(alarm, cleared_at=found.ended_at)
        reached = self._new_levels(known, found)
        if not reached and found.steps[-1] != known.steps[-1]:
            alarm = event.levelled(alarm, found.steps[-1])
        if found.ended_at is None and event.is_over(alarm):
            alarm = event.asked_again(alarm)
        if alarm != before:
            self.correct(known, alarm, found.raised_at, now, out)
        self._retrace(known, found)
        for kind, step in reached:
            up = kind is EventKind.ESCALATED
            if up:
                self._uncover(known, step, now, out)
            alarm = event.escalated(known.alarm, step) if up else event.levelled(known.alarm, step)
            self._say(known, kind, alarm, step.at, now, out)
        if found.ended_at is not None and not event.is_over(known.alarm):
            self.end(known, found.ended_at, now, out)

    def _new_levels(self, known: Known, found: Occurrence) -> list[tuple[EventKind, Step]]:
        """What must still be said of its levels: a worse one than known, or another one now."""
        was, worst, last = known.steps[-1], found.steps[0], found.steps[-1]
        for step in found.steps:
            worst = step if step.severity > worst.severity else worst
        if worst.severity > max(step.severity for step in known.steps):
            fallen = [(EventKind.DEESCALATED, last)] if last.severity < worst.severity else []
            return [(EventKind.ESCALATED, worst), *fallen]
        if last.severity == was.severity:
            return []
        up = last.severity > was.severity
        return [(EventKind.ESCALATED if up else EventKind.DEESCALATED, last)]

    def _retrace(self, known: Known, found: Occurrence) -> None:
        first = found.steps[0]
        cut = known.steps.index(first) if first in known.steps else 0
        known.steps[cut:] = []
        known.walk(found.steps)

    def _inherit(self, found: Occurrence, now: int, out: list[Transition]) -> OffBoard | None:
        """Why a new occurrence is off the board: because the one before it is, unless this one
        is worse than what was shelved."""
        for known in self.known:
            alarm = known.alarm
            if alarm.off is None or alarm.direction is not found.direction:
                continue
            self._uncover(known, found.steps[0], now, out)
            return known.alarm.off
        return None

    def _uncover(self, known: Known, step: Step, now: int, out: list[Transition]) -> None:
        """A level worse than what it is off the board for ends that."""
        alarm = known.alarm
        high = step.condition.direction is Direction.HIGH
        if alarm.off is None or alarm.off.covers(step.grade, step.limit, high):
            return
        kind, why = _UNCOVERED[alarm.off.how]
        self._say(known, kind, event.put_back(alarm, now), now, now, out, why)

    def _supersede(self, found: Occurrence, now: int, out: list[Transition]) -> int:
        """Close what is still on the board before a new one; how many wait, and are counted."""
        count = 0
        for known in [k for k in self.known if event.is_open(k.alarm)]:
            alarm = known.alarm
            if alarm.direction is found.direction and alarm.raised_at <= found.raised_at:
                waiting = alarm.superseded + (1 if event.awaits(alarm) else 0)
                count = max(count, waiting)
                self.close(known, ClosedAs.SUPERSEDED, found.raised_at, now, out)
        return count

    def _withdraw_unborne(self, known: Known, at: int, now: int, out: list[Transition]) -> None:
        counted = (
            known.alarm.closed_as is ClosedAs.SUPERSEDED and known.alarm.acknowledged_at is None
        )
        self.close(known, ClosedAs.WITHDRAWN, at, now, out)
        heir = next((k for k in self.known if self._is_heir(k, known)), None)
        if counted and heir is not None and heir.alarm.superseded:
            fewer = replace(heir.alarm, superseded=heir.alarm.superseded - 1)
            self.correct(heir, fewer, at, now, out)

    def _is_heir(self, one: Known, of: Known) -> bool:
        return event.is_open(one.alarm) and one.alarm.direction is of.alarm.direction

    def _one_open(self, direction: Direction, now: int, out: list[Transition]) -> None:
        """Of several that wait (an older one was found late), only the last stays on the board."""
        waiting = [
            known
            for known in self.known
            if known.alarm.direction is direction
            and event.is_open(known.alarm)
            and not known.alarm.historical
        ]
        waiting.sort(key=lambda known: known.alarm.raised_at)
        for known in waiting[:-1]:
            last = waiting[-1]
            at = last.alarm.raised_at
            counted = 1 if event.awaits(known.alarm) else 0
            off = known.alarm.off
            self.close(known, ClosedAs.SUPERSEDED, at, now, out)
            if off is not None and last.alarm.off is None and event.is_covered(last.alarm, off):
                moved = event.inherited(last.alarm, off)
                self._say(last, EventKind(off.how.value), moved, now, now, out, HANDED_ON)
            more = last.alarm.superseded + known.alarm.superseded + counted
            if more != last.alarm.superseded:
                self.correct(last, replace(last.alarm, superseded=more), at, now, out)

    def _say(
        self,
        known: Known,
        kind: EventKind,
        alarm: Alarm,
        at: int,
        now: int,
        out: list[Transition],
        note: str | None = None,
    ) -> None:
        known.alarm = alarm
        out.append(Transition(kind, alarm, at, now, note=note))


def step_of(alarm: Alarm, at: int) -> Step:
    """The level an alarm is at, as far as the alarm tells. Only what limits judge has levels."""
    assert alarm.limit is not None
    assert alarm.value is not None
    return Step(
        at,
        alarm.rule,
        alarm.rule_version,
        Condition(alarm.condition),
        alarm.limit,
        alarm.grade,
        alarm.value,
        alarm.latch,
        alarm.realarm_ms,
    )
