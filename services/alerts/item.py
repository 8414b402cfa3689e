"""An alarm as it goes over the bus: with what a console must know of its point."""

from services.alerts.engine_suppression import Standing
from services.alerts.ledger import Numbered
from services.domain.alarm import Alarm
from services.domain.directory import Directory
from services.domain.suppression import OffBoard
from services.wire.bus import AlarmEvent, AlarmItem, OffItem, SuppressionItem


def item_of(alarm: Alarm, directory: Directory, event_seq: int) -> AlarmItem:
    """The bus's form of an alarm; a point that is gone leaves kind and unit empty."""
    point = None if alarm.point_id is None else directory.by_id.get(alarm.point_id)
    return AlarmItem(
        id=alarm.id,
        enterprise=alarm.enterprise,
        point_id=alarm.point_id,
        tag=alarm.tag,
        direction=None if alarm.direction is None else alarm.direction.value,
        rule=alarm.rule,
        rule_version=alarm.rule_version,
        condition=alarm.condition,
        limit=alarm.limit,
        grade=alarm.grade,
        state=alarm.state.value,
        value=alarm.value,
        raised_at=alarm.raised_at,
        received_at=alarm.received_at,
        kind=point.kind.value if point else "",
        unit=point.unit if point else "",
        name=point.name if point else None,
        name_en=point.name_en if point else None,
        hazard_source=point.hazard_source if point else None,
        historical=alarm.historical,
        exercise=alarm.exercise,
        cleared_at=alarm.cleared_at,
        acknowledged_at=alarm.acknowledged_at,
        acknowledged_by=alarm.acknowledged_by,
        closed_as=alarm.closed_as.value if alarm.closed_as else None,
        superseded=alarm.superseded,
        event_seq=event_seq,
        subject_type=alarm.subject.type,
        subject_id=alarm.subject.id,
        facts=dict(alarm.facts),
        judged=alarm.judged,
        off=None if alarm.off is None else _off(alarm.off),
        latch=alarm.latch,
        first_out_rank=alarm.first_out_rank,
        in_minute=alarm.in_minute,
        group=alarm.group,
    )


def _off(off: OffBoard) -> OffItem:
    return OffItem(
        how=off.how.value,
        by=off.by,
        reason=off.reason,
        since=off.since,
        until=off.until,
        permit=off.permit,
        approved_by=off.approved_by,
        policy=off.policy,
        approval_note=off.approval_note,
        rule_version=off.rule_version,
        logic=dict(off.logic),
    )


def suppression_of(standing: Standing, directory: Directory) -> SuppressionItem:
    """The bus's form of where a rule of suppression stands."""
    rule, state = standing.rule, standing.state
    point = directory.by_id.get(rule.condition.point_id)
    return SuppressionItem(
        enterprise=rule.enterprise,
        rule=rule.id,
        version=rule.version,
        phase=standing.phase.value,
        why=None if standing.why is None else standing.why.value,
        since=state.since,
        value=state.value if point is None else point.present(state.value),
        alarm=state.alarm,
        ends_at=state.ends_at,
    )


def event_of(numbered: Numbered, directory: Directory) -> AlarmEvent:
    """The bus's form of a transition."""
    transition = numbered.transition
    return AlarmEvent(
        seq=numbered.seq,
        event=transition.event.value,
        alarm=item_of(transition.alarm, directory, numbered.seq),
        at=transition.at,
        noted_at=transition.noted_at,
        actor=transition.actor,
        note=transition.note,
    )
