"""Alarms and transitions for the stories here."""

from dataclasses import replace

from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind, Transition
from services.domain.rule import Direction

NOON = 1_767_225_600_000


def alarm(number: int = 1, enterprise: str = "acme", **changes: object) -> Alarm:
    made = Alarm(
        id=f"alarm-{number}",
        enterprise=enterprise,
        point_id=number,
        tag=f"GT-{number}",
        direction=Direction.HIGH,
        rule=f"GT-{number}-H",
        rule_version=1,
        condition="H",
        limit=25.0,
        grade=2,
        state=AlarmState.UNACKNOWLEDGED,
        value=30.5,
        raised_at=NOON,
        received_at=NOON + 5,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def raised(number: int = 1, enterprise: str = "acme") -> Transition:
    return Transition(EventKind.RAISED, alarm(number, enterprise), NOON, NOON + 10)


def acknowledged(number: int = 1) -> Transition:
    seen = alarm(
        number, state=AlarmState.ACKNOWLEDGED, acknowledged_at=NOON + 20, acknowledged_by="li.wei"
    )
    return Transition(EventKind.ACKNOWLEDGED, seen, NOON + 20, NOON + 20, "li.wei", "见到了")


def cleared(number: int = 1) -> Transition:
    over = alarm(number, state=AlarmState.NORMAL, cleared_at=NOON + 30, closed_as=ClosedAs.CLEARED)
    return Transition(EventKind.CLEARED, over, NOON + 30, NOON + 31)
