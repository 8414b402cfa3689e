"""Taking alarms off the board and putting them back: commands to the engine, which judges them."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import AlarmView, view
from services.api.answer import answer
from services.api.approval_view import NeedsApproval, approval_view
from services.api.asking import ByTheEngine, Here, OnceOnly, Proposer, Reader, Shelver, Spoken
from services.api.late_route import LateRouter
from services.api.once import Once
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.routes.alarms import AlarmPath
from services.api.text import Note, Number, Reason
from services.api.waiting_room import check_waiting
from services.api.window import Window
from services.api.wording import Language
from services.domain.suppression import MINUTE_MS, Off
from services.runtime.clock import to_datetime
from services.store import approval as store
from services.store.approval import Approval
from services.wire.bus import AlarmItem, Reply

EXPIRES = timedelta(minutes=30)
"""How long somebody may take to approve."""

router = LateRouter(prefix="/alarms", tags=["alarms"])
Minutes = Annotated[Number, Field(gt=0, le=129_600, description="How long")]


class Shelving(BaseModel):
    """Why and for how long an alarm of this subject and direction is shelved."""

    model_config = ConfigDict(extra="forbid")
    minutes: Minutes
    reason: Reason


class OutOfService(Shelving):
    """Under which permit, why and for how long it is out of service."""

    permit: Annotated[Reason, Field(max_length=100, description="Number of the work permit")]


class PuttingBack(BaseModel):
    """What there is to say about it."""

    model_config = ConfigDict(extra="forbid")
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class OffBoardCount:
    """How many alarms are off the board: how, and how many of each grade (1 to 4)."""

    how: str
    count: int
    by_grade: dict[str, int]


@dataclass(frozen=True, slots=True)
class OffBoardCounts:
    """One for each way off the board."""

    items: list[OffBoardCount]


_SECONDED: dict[int | str, dict[str, Any]] = {
    202: {"model": NeedsApproval, "description": "A second person has to approve it"}
}


@router.get("/off-board", response_model=OffBoardCounts)
async def count_off_board(here: Here, principal: Reader) -> Response:
    """How many alarms are shelved, suppressed and out of service now; the grades' counts leave
    them out. They are listed by `GET /alarms?state=shelved`, `suppressed`, `out_of_service`."""
    seen = (each for each in here.replica.open.values() if principal.sees(each.enterprise))
    return answer(OffBoardCounts(off_board_counts(seen)))


def off_board_counts(alarms: Iterable[AlarmItem]) -> list[OffBoardCount]:
    """How many of these are off the board, one count for each way."""
    counts = {how: Counter[int]() for how in Off}
    for alarm in alarms:
        if alarm.off is not None:
            counts[Off(alarm.off.how)][alarm.grade] += 1
    return [
        OffBoardCount(how, each.total(), {str(grade): each[grade] for grade in (1, 2, 3, 4)})
        for how, each in counts.items()
    ]


@router.post(
    "/{alarm}/shelve", dependencies=[ByTheEngine], response_model=AlarmView, responses=_SECONDED
)
async def shelve(
    here: Here,
    principal: Proposer,
    alarm: AlarmPath,
    body: Shelving,
    language: Spoken,
    once: OnceOnly,
) -> Response:
    """Shelve an alarm, and what follows it of the same subject and direction until the end, for as
    long as the park's policy allows for its grade (`GET /shelving-policy`; by default 1 never, 2 at
    most 30 min and with a second person, 3 at most 4 h, 4 at most 12 h). An enterprise proposes. A
    neighbour that rises, or a worse level, ends it at once."""
    known = _live(here, principal, alarm)
    if _needs_second(here, principal, known, Off.SHELVED, body.minutes):
        return await _apply(here, principal, known, "shelve", body, None, once)
    reply = await here.link.act(
        "shelve",
        alarm,
        principal.username,
        principal.scope,
        note=body.reason,
        minutes=body.minutes,
    )
    return done(here, reply, language)


@router.post(
    "/{alarm}/out-of-service",
    dependencies=[ByTheEngine],
    response_model=AlarmView,
    responses=_SECONDED,
)
async def out_of_service(
    here: Here,
    principal: Proposer,
    alarm: AlarmPath,
    body: OutOfService,
    language: Spoken,
    once: OnceOnly,
) -> Response:
    """Take the subject and direction of an alarm out of service under a permit, for as long as the
    park's policy allows for its grade (`GET /shelving-policy`; by default at most 30 days, and with
    a second person in grades 1 and 2 and beyond 12 h). An enterprise proposes."""
    known = _live(here, principal, alarm)
    if _needs_second(here, principal, known, Off.OUT_OF_SERVICE, body.minutes):
        return await _apply(here, principal, known, "out_of_service", body, body.permit, once)
    reply = await here.link.act(
        "out_of_service",
        alarm,
        principal.username,
        principal.scope,
        note=body.reason,
        minutes=body.minutes,
        permit=body.permit,
    )
    return done(here, reply, language)


@router.post("/{alarm}/unshelve", dependencies=[ByTheEngine], response_model=AlarmView)
async def unshelve(
    here: Here,
    principal: Shelver,
    alarm: AlarmPath,
    language: Spoken,
    body: PuttingBack | None = None,
) -> Response:
    """Put a shelved alarm back: what stands is unacknowledged, what is over is closed."""
    return await _put_back(here, principal, "unshelve", alarm, body, language)


@router.post("/{alarm}/return-to-service", dependencies=[ByTheEngine], response_model=AlarmView)
async def return_to_service(
    here: Here,
    principal: Shelver,
    alarm: AlarmPath,
    language: Spoken,
    body: PuttingBack | None = None,
) -> Response:
    """In service again: what stands is unacknowledged, what is over is closed."""
    return await _put_back(here, principal, "return_to_service", alarm, body, language)


SOMEBODY = "\x00"
"""Nobody's name: stands for the second person while one is still looked for."""


def done(here: Window, reply: Reply, language: Language) -> Response:
    """The alarm after it. Raises Problem for what the engine refused."""
    for refusal in reply.refused:
        if refusal.code == "not_found":
            raise not_found("alarm")
        raise Problem(Kind.NOT_POSSIBLE, refusal.text)
    (alarm,) = reply.alarms
    return answer(view(alarm, here.replica.is_recorded(alarm), language))


async def _put_back(
    here: Window,
    principal: Principal,
    kind: Literal["unshelve", "return_to_service"],
    alarm: str,
    body: PuttingBack | None,
    language: Language,
) -> Response:
    note = body.note if body else None
    reply = await here.link.act(kind, alarm, principal.username, principal.scope, note=note)
    return done(here, reply, language)


async def _apply(
    here: Window,
    principal: Principal,
    alarm: AlarmItem,
    action: str,
    body: Shelving,
    permit: str | None,
    once: Once,
) -> Response:
    now = to_datetime(here.clock.now_ms())
    asked = Approval(
        alarm.enterprise,
        secrets.token_hex(12),
        action,
        alarm.id,
        body.reason,
        body.minutes,
        permit,
        principal.username,
        now,
        now + EXPIRES,
        subject_type=alarm.subject_type,
        subject_id=alarm.subject_id or alarm.tag,
        direction=alarm.direction,
        rule=alarm.rule,
        grade=alarm.grade,
        limit=alarm.limit,
    )
    async with here.database.transaction() as connection:
        await check_waiting(connection, alarm.enterprise, now)
        await store.insert(connection, asked)
        told = answer(NeedsApproval(approval_view(asked, now)), 202)
        return await once.keep(connection, told)


def _live(here: Window, principal: Principal, alarm_id: str) -> AlarmItem:
    """The alarm, which must be open: what is closed is on no board."""
    found = here.replica.find(alarm_id)
    if found is None or not principal.sees(found.enterprise):
        raise not_found("open alarm")
    if found.closed_as is not None:
        raise Problem(Kind.NOT_POSSIBLE, "This alarm is closed already.")
    return found


def _needs_second(
    here: Window, principal: Principal, alarm: AlarmItem, how: Off, minutes: float
) -> bool:
    """Whether somebody has to approve it. Raises Problem for what nobody may approve."""
    policy, length = here.register.shelving_policy, round(minutes * MINUTE_MS)
    why = policy.refusal(how, alarm.grade, length, principal.username, SOMEBODY)
    if why is not None:
        raise Problem(Kind.NOT_POSSIBLE, why)
    return principal.enterprise is not None or policy.needs_second(how, alarm.grade, length)
