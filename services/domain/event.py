"""What an event makes of an alarm: the life of an occurrence as ISA-18.2 has it.

Each function takes an alarm and gives the alarm after the event; none looks at a clock.
"""

from dataclasses import replace

from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind
from services.domain.alarm_life import Case, Impossible, LifeEvent, after
from services.domain.claim import Claim
from services.domain.drill import is_twin
from services.domain.judgement import Step
from services.domain.point import Point
from services.domain.rule import Direction
from services.domain.subject import SubjectType
from services.domain.suppression import Off, OffBoard

SET_BACK_MS = 120_000
"""A clock that is put right by less than this changes nothing."""

OVER = (AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.NORMAL)


def is_open(alarm: Alarm) -> bool:
    """Still listed: not closed."""
    return alarm.closed_as is None


def is_over(alarm: Alarm) -> bool:
    """Its condition is no longer there, whether or not anyone has acknowledged it."""
    return alarm.state in OVER or (alarm.off is not None and alarm.cleared_at is not None)


def awaits(alarm: Alarm) -> bool:
    """Whether it waits for an acknowledgement."""
    waiting = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
    return alarm.closed_as is None and alarm.state in waiting


def raised(
    point: Point,
    identity: str,
    raised_at: int,
    received_at: int,
    step: Step,
    superseded: int = 0,
    historical: bool = False,
) -> Alarm:
    """A new occurrence. A historical one needs no acknowledgement and is silent."""
    return Alarm(
        id=identity,
        enterprise=point.enterprise,
        point_id=point.id,
        tag=point.tag,
        direction=step.condition.direction,
        rule=step.rule,
        rule_version=step.version,
        condition=step.condition,
        limit=step.limit,
        grade=step.grade,
        state=AlarmState.ACKNOWLEDGED if historical else AlarmState.UNACKNOWLEDGED,
        value=step.value,
        raised_at=raised_at,
        received_at=received_at,
        historical=historical,
        superseded=superseded,
        latch=step.latch,
        realarm_ms=step.realarm_ms,
        exercise=is_twin(point.enterprise) or (not historical and point.in_exercise(raised_at)),
    )


def claimed(claim: Claim, identity: str, received_at: int, superseded: int) -> Alarm:
    """A new occurrence of what another judge claims."""
    of_point = claim.subject.type == SubjectType.POINT
    return Alarm(
        id=identity,
        enterprise=claim.enterprise,
        point_id=claim.point_id,
        tag=claim.subject.id if of_point else None,
        direction=None,
        rule=claim.key,
        rule_version=claim.version,
        condition=claim.condition,
        limit=None,
        grade=claim.grade,
        state=AlarmState.UNACKNOWLEDGED,
        value=None,
        raised_at=claim.at,
        received_at=received_at,
        superseded=superseded,
        subject=claim.subject,
        facts=dict(claim.facts),
        latch=claim.latch,
        realarm_ms=claim.realarm_ms,
        exercise=claim.exercise or is_twin(claim.enterprise),
    )


def reclaimed(alarm: Alarm, claim: Claim) -> Alarm:
    """The same occurrence as its judge sees it now."""
    return replace(
        alarm,
        rule_version=claim.version,
        condition=claim.condition,
        grade=claim.grade,
        facts=dict(claim.facts),
        judged=True,
        latch=claim.latch,
        realarm_ms=claim.realarm_ms,
    )


def levelled(alarm: Alarm, step: Step) -> Alarm:
    """At another level, its acknowledgement kept (deescalated, or the level's rule corrected)."""
    return replace(
        alarm,
        rule=step.rule,
        rule_version=step.version,
        condition=step.condition,
        limit=step.limit,
        grade=step.grade,
        value=step.value,
        latch=step.latch,
        realarm_ms=step.realarm_ms,
    )


def escalated(alarm: Alarm, step: Step) -> Alarm:
    """At a worse level: it asks again for an acknowledgement, unless it is historical. Off the
    board it stays there (a shelf that does not cover it has ended before)."""
    return levelled(alarm if alarm.historical else asked_again(alarm), step)


def asked_again(alarm: Alarm) -> Alarm:
    """Unacknowledged again (and standing); off the board it only stands again."""
    return replace(
        alarm,
        state=AlarmState.UNACKNOWLEDGED if alarm.off is None else AlarmState(alarm.off.how),
        acknowledged_at=None,
        acknowledged_by=None,
        cleared_at=None,
        closed_as=None,
    )


def in_earnest(alarm: Alarm) -> Alarm:
    """No exercise any more, though it was raised as one: it asks again for an acknowledgement."""
    return replace(asked_again(alarm), exercise=False)


def returned(alarm: Alarm, at: int) -> tuple[EventKind, Alarm]:
    """Back to normal: cleared if it was acknowledged and does not latch, else waiting for that.
    Off the board it stays there."""
    latched = alarm.latch and not alarm.historical
    state = _next(alarm, LifeEvent.RETURNS, latched=latched)
    if state is AlarmState.NORMAL:
        return EventKind.CLEARED, closed(alarm, ClosedAs.CLEARED, at)
    over = replace(alarm, state=state, cleared_at=at, acknowledged_at=None, acknowledged_by=None)
    return EventKind.RETURNED, over


def acknowledged(alarm: Alarm, by: str, at: int) -> Alarm:
    """Acknowledged; one that was over already is closed by it."""
    state = _next(alarm, LifeEvent.ACKNOWLEDGE)
    after_it = replace(alarm, acknowledged_at=at, acknowledged_by=by)
    if state is AlarmState.NORMAL:
        return closed(after_it, ClosedAs.CLEARED, at)
    return replace(after_it, state=state)


def forgotten(alarm: Alarm) -> Alarm:
    """Acknowledged too long ago, and still there: it asks again."""
    return replace(
        alarm,
        state=_next(alarm, LifeEvent.REALARM),
        acknowledged_at=None,
        acknowledged_by=None,
    )


def taken_off(alarm: Alarm, off: OffBoard) -> Alarm:
    """Off the board."""
    return replace(
        alarm,
        state=_next(alarm, _TAKES_OFF[off.how]),
        off=off,
        acknowledged_at=None,
        acknowledged_by=None,
    )


def inherited(alarm: Alarm, off: OffBoard) -> Alarm:
    """A new occurrence of what is off the board: it is born there."""
    return replace(alarm, state=AlarmState(off.how), off=off)


def put_back(alarm: Alarm, at: int) -> Alarm:
    """On the board again, looked at anew: what stands is unacknowledged, what is over is closed
    (where it latches: waits for its reset)."""
    assert alarm.off is not None
    state = _next(alarm, _PUTS_BACK[alarm.off.how], latched=alarm.latch)
    if state is AlarmState.NORMAL:
        return closed(alarm, ClosedAs.CLEARED, at)
    return replace(alarm, state=state, off=None)


def refusal(alarm: Alarm, how: LifeEvent) -> str | None:
    """Why an operator cannot do this to an alarm (None: it can be done)."""
    found = after(alarm.state, how, Case(stands=not is_over(alarm)))
    return found.why if isinstance(found, Impossible) else None


def is_covered(alarm: Alarm, off: OffBoard) -> bool:
    """Whether an alarm's level is no worse than what was taken off the board."""
    return off.covers(alarm.grade, alarm.limit, alarm.direction is not Direction.LOW)


def due(alarm: Alarm) -> int | None:
    """When something happens to it by itself (epoch ms): the end of a shelf or of its time out of
    service, or the re-alarm of one that was acknowledged."""
    if alarm.off is not None:
        return alarm.off.until
    if alarm.state is AlarmState.ACKNOWLEDGED and alarm.acknowledged_at is not None:
        return None if alarm.realarm_ms is None else alarm.acknowledged_at + alarm.realarm_ms
    return None


def began_ahead(alarm: Alarm, now: int) -> bool:
    """Whether what ends by itself began in our future: our own clock was set back, and its end
    is no longer where it was meant to be."""
    if due(alarm) is None:
        return False
    began = alarm.acknowledged_at if alarm.off is None else alarm.off.since
    return began is not None and began - now > SET_BACK_MS


def closed(alarm: Alarm, how: ClosedAs, at: int) -> Alarm:
    """Off the list. `at` is its end unless it was over already, or raised later than that."""
    cleared_at = max(at, alarm.raised_at) if alarm.cleared_at is None else alarm.cleared_at
    return replace(alarm, state=AlarmState.NORMAL, closed_as=how, cleared_at=cleared_at, off=None)


_TAKES_OFF = {
    Off.SHELVED: LifeEvent.SHELVE,
    Off.SUPPRESSED: LifeEvent.SUPPRESS,
    Off.OUT_OF_SERVICE: LifeEvent.TAKE_OUT,
}
_PUTS_BACK = {
    Off.SHELVED: LifeEvent.UNSHELVE,
    Off.SUPPRESSED: LifeEvent.RELEASE,
    Off.OUT_OF_SERVICE: LifeEvent.RETURN_TO_SERVICE,
}


def _next(alarm: Alarm, how: LifeEvent, latched: bool = False) -> AlarmState:
    """Where the machine leads. Raises ValueError for what cannot happen (a fault of ours)."""
    found = after(alarm.state, how, Case(stands=not is_over(alarm), latched=latched))
    if isinstance(found, Impossible):
        raise ValueError(f"{how} of alarm {alarm.id} ({alarm.state}): {found.why}")
    return found
