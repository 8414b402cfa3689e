"""What an event makes of an alarm: the life of an occurrence as ISA-18.2 has it.

Each function takes an alarm and gives the alarm after the event; none looks at a clock.
"""

from dataclasses import replace

from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind
from services.domain.claim import Claim
from services.domain.judgement import Step
from services.domain.point import Point
from services.domain.subject import SubjectType

OVER = (AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.NORMAL)


def is_open(alarm: Alarm) -> bool:
    """Still listed: not closed."""
    return alarm.closed_as is None


def is_over(alarm: Alarm) -> bool:
    """Its condition is no longer there, whether or not anyone has acknowledged it."""
    return alarm.state in OVER


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
        exercise=not historical and point.in_exercise(raised_at),
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
    )


def escalated(alarm: Alarm, step: Step) -> Alarm:
    """At a worse level: it asks again for an acknowledgement, unless it is historical."""
    return levelled(alarm if alarm.historical else asked_again(alarm), step)


def asked_again(alarm: Alarm) -> Alarm:
    """Unacknowledged again (and standing)."""
    return replace(
        alarm,
        state=AlarmState.UNACKNOWLEDGED,
        acknowledged_at=None,
        acknowledged_by=None,
        cleared_at=None,
        closed_as=None,
    )


def in_earnest(alarm: Alarm) -> Alarm:
    """No exercise any more, though it was raised as one: it asks again for an acknowledgement."""
    return replace(asked_again(alarm), exercise=False)


def returned(alarm: Alarm, at: int) -> tuple[EventKind, Alarm]:
    """Back to normal: cleared if it was acknowledged, else waiting for that."""
    if alarm.state is AlarmState.UNACKNOWLEDGED:
        state = AlarmState.RETURNED_UNACKNOWLEDGED
        return EventKind.RETURNED, replace(alarm, state=state, cleared_at=at)
    return EventKind.CLEARED, closed(alarm, ClosedAs.CLEARED, at)


def acknowledged(alarm: Alarm, by: str, at: int) -> Alarm:
    """Acknowledged; one that was over already is closed by it."""
    after = replace(alarm, acknowledged_at=at, acknowledged_by=by)
    if alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED:
        return closed(after, ClosedAs.CLEARED, at)
    return replace(after, state=AlarmState.ACKNOWLEDGED)


def closed(alarm: Alarm, how: ClosedAs, at: int) -> Alarm:
    """Off the board. `at` is its end unless it was over already, or raised later than that."""
    cleared_at = max(at, alarm.raised_at) if alarm.cleared_at is None else alarm.cleared_at
    return replace(alarm, state=AlarmState.NORMAL, closed_as=how, cleared_at=cleared_at)
