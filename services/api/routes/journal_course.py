"""The journal of a stretch of time: what was true then, and what the consoles were told."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import Query, Response

from services.api.alarm_view import AlarmView, moment_text, view
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Ms,
    Reader,
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.text import Code, Moment
from services.api.wording import Language
from services.runtime.clock import to_datetime, to_ms
from services.store import journal_course as store
from services.store.journal_course import CourseRow, Stretch
from services.wire.bus import AlarmItem

router = LateRouter(prefix="/journal", tags=["alarms"])

LONGEST = timedelta(hours=24)
DEADLINE_S = 10.0
"""Standing alarms are looked for among all that ever rose before the end."""

_Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to an alarm: `at` by the judging time, `noted_at` when the engine noted it and
    told the consoles. `actor` null: the engine. `alarm` is the alarm after it."""

    enterprise: str
    seq: int
    alarm_id: str
    at: str
    noted_at: str
    event: str
    actor: str | None
    note: str | None
    alarm: AlarmView


@router.get("", response_model=Page[Happening])
async def list_happenings(
    here: Here,
    principal: Reader,
    language: Spoken,
    since: Annotated[Moment, Query(description="The beginning")],
    until: Annotated[Moment, Query(description="Not included; at most 24 h later")],
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    """What happened until `until` to every alarm that stood after `since`, by the judging time or
    on the consoles: from its beginning, in the order in which it was noted.

    Folded by `noted_at` it is what the consoles showed at a moment, by `at` what was true then, as
    far as is known now: what came late is in it, too."""
    stretch = _stretch(narrowed(principal, enterprise), since, until)
    place = read_cursor(cursor, tuple[Ms, Word, _Seq])
    after = None if place is None else (to_datetime(place[0]), place[1], place[2])
    async with here.database.transaction(DEADLINE_S) as connection:
        found = await store.course(connection, stretch, after, limit + 1)
    page = found[:limit]
    following = _place(page[-1]) if len(found) > limit else None
    return answer(Page([_happening(each, language) for each in page], following))


def _stretch(scope: frozenset[str] | None, since: datetime, until: datetime) -> Stretch:
    if since >= until:
        raise Problem(Kind.INVALID, "since: it must lie before until.")
    if until - since > LONGEST:
        raise Problem(Kind.INVALID, "until: it may lie at most 24 h after since.")
    return Stretch(scope, since, until)


def _place(row: CourseRow) -> str:
    return make_cursor([to_ms(row.noted_at), row.enterprise, row.seq])


def _happening(row: CourseRow, language: Language) -> Happening:
    body: dict[str, Any] = json.loads(row.body)
    return Happening(
        row.enterprise,
        row.seq,
        row.alarm_id,
        moment_text(row.at),
        moment_text(row.noted_at),
        row.event,
        body["actor"],
        body["note"],
        view(_item(row, body["alarm"]), True, language),
    )


def _item(row: CourseRow, alarm: dict[str, Any]) -> AlarmItem:
    """The alarm as the bus has it; what older links do not tell is as it was then by default."""
    subject = alarm.get("subject") or {}
    point = {
        "kind": row.kind,
        "unit": row.unit,
        "name": row.name,
        "name_en": row.name_en,
        "hazard_source": row.hazard_source,
        "subject_type": subject.get("type", "point"),
        "subject_id": subject.get("id", ""),
    }
    return msgspec.convert(alarm | point, AlarmItem)
