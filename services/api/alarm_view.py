"""An alarm as outsiders see it, in REST and on the live push."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from services.api.wording import Language, code, params, sentence
from services.api.wording_suppression import logic_text
from services.domain.alarm_performance import CHATTER_COUNT, is_fleeting
from services.runtime.clock import to_datetime
from services.wire.bus import AlarmItem, OffItem


@dataclass(frozen=True, slots=True)
class Subject:
    """What the alarm is about."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Message:
    """What it says."""

    code: str
    params: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class OffView:
    """Why it is off the board: `how` (shelved, suppressed, out_of_service), who took it off (for a
    suppression: the alarm that inhibits, or the rule, then with `rule_version`, its `logic` and that
    in words), until when, the permit's number, who approved and their note; `policy`: the version
    of the shelving policy by which it was allowed."""

    how: str
    by: str
    reason: str
    since: str
    until: str | None
    permit: str | None
    approved_by: str | None
    policy: int | None
    approval_note: str | None
    rule_version: int | None
    logic: dict[str, Any]
    logic_text: str | None


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An alarm item of the contract; times RFC 3339. `enterprise`: its code, or `*`: the alarm is
    the park's own (short room in the database or in the broker's store), and no enterprise sees it.
    """

    id: str
    enterprise: str
    tag: str | None
    subject: Subject
    rule: str
    rule_version: int
    grade: int
    state: str
    closed_as: str | None
    historical: bool
    exercise: bool
    condition: str
    direction: str | None
    limit: float | None
    value: float | None
    unit: str
    message: Message
    raised_at: str
    received_at: str
    cleared_at: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    superseded: int
    recorded: bool
    point_id: int | None
    kind: str
    name: str | None
    name_en: str | None
    hazard_source: str | None
    judged: bool
    """False while nobody judges it, because the judge that claimed it has fallen silent."""
    off_board: OffView | None
    """Null while it is on the board."""
    latch: bool
    """Once it is over it stays until it is acknowledged then."""
    first_out: bool
    """Whether it was the first of its group's alarms (where it has none: of its hazard source's)
    that followed each other."""
    first_out_rank: int | None
    """Which of them it was, from 1; null for later ones, and where there is neither."""
    chattering: bool
    """It rose three times or more in the minute up to its start."""
    fleeting: bool
    """It was over in less than ten seconds."""
    group: str | None
    """Code of the group of detectors that its point was in when it rose."""


def view(alarm: AlarmItem, recorded: bool, language: Language) -> AlarmView:
    """How this alarm is shown to somebody who reads this language."""
    return AlarmView(
        id=alarm.id,
        enterprise=alarm.enterprise,
        tag=alarm.tag,
        subject=Subject(alarm.subject_type, alarm.subject_id or alarm.tag or ""),
        rule=alarm.rule,
        rule_version=alarm.rule_version,
        grade=alarm.grade,
        state=alarm.state,
        closed_as=alarm.closed_as,
        historical=alarm.historical,
        exercise=alarm.exercise,
        condition=alarm.condition,
        direction=alarm.direction,
        limit=alarm.limit,
        value=alarm.value,
        unit=alarm.unit,
        message=Message(code(alarm), params(alarm), sentence(alarm, language)),
        raised_at=time_text(alarm.raised_at),
        received_at=time_text(alarm.received_at),
        cleared_at=maybe_time_text(alarm.cleared_at),
        acknowledged_at=maybe_time_text(alarm.acknowledged_at),
        acknowledged_by=alarm.acknowledged_by,
        superseded=alarm.superseded,
        recorded=recorded,
        point_id=alarm.point_id,
        kind=alarm.kind,
        name=alarm.name,
        name_en=alarm.name_en,
        hazard_source=alarm.hazard_source,
        judged=alarm.judged,
        off_board=None if alarm.off is None else _off(alarm.off, language),
        latch=alarm.latch,
        first_out=alarm.first_out_rank == 1,
        first_out_rank=alarm.first_out_rank,
        chattering=alarm.in_minute >= CHATTER_COUNT,
        fleeting=is_fleeting(alarm.raised_at, alarm.cleared_at),
        group=alarm.group,
    )


def _off(off: OffItem, language: Language) -> OffView:
    return OffView(
        off.how,
        off.by,
        off.reason,
        time_text(off.since),
        maybe_time_text(off.until),
        off.permit,
        off.approved_by,
        off.policy,
        off.approval_note,
        off.rule_version,
        off.logic,
        logic_text(off.logic, language),
    )


def time_text(epoch_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    second, rest = divmod(epoch_ms, 1000)
    return f"{_second_text(second)}.{rest:03}Z"


@lru_cache(4096)
def _second_text(second: int) -> str:
    """Without the fraction: the newest values of thousands of points share a few seconds."""
    return to_datetime(second * 1000).isoformat(timespec="seconds")[:19]


def maybe_time_text(epoch_ms: int | None) -> str | None:
    return None if epoch_ms is None else time_text(epoch_ms)


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # A chart says two thousand of them: this takes a third of what isoformat does.
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (  # noqa: UP031
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1000
    )  # fmt: skip
