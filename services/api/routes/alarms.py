"""Alarms: those that are not closed from the live replica, all of them from the record too."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, Path, Query, Response
from pydantic import Field

from services.api.alarm_page import Place, after_place, merged, order
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
from services.api.principal import Principal
from services.api.problem import not_found
from services.api.replica import Source
from services.api.text import AlarmId, Code, Moment, Tag
from services.api.window import Window
from services.domain.alarm import AlarmState
from services.runtime.clock import to_ms
from services.store import alarm_list as store
from services.store.alarm_list import AlarmFilter, JournalEntry
from services.wire.bus import AlarmItem

router = LateRouter(prefix="/alarms", tags=["alarms"])
AlarmPath = Annotated[AlarmId, Path()]
State = Literal["all", "open"] | AlarmState
Grade = Annotated[int, Field(ge=1, le=4)]


@dataclass(frozen=True, slots=True)
class JournalView:
    """A link of an enterprise's journal: what happened, and the text that its hash covers."""

    seq: int
    at: str
    noted_at: str
    event: str
    body: Any
    text: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the filter, and whether closed alarms are wanted too."""

    filter: AlarmFilter
    closed_too: bool


def _wanted(
    here: Here,
    principal: Reader,
    state: Annotated[
        State, Query(description="`all` with closed ones, or one state; default: not closed")
    ] = "open",
    grade: Annotated[list[Grade] | None, Query(description="1 to 4; may be repeated")] = None,
    enterprise: Annotated[Code | None, Query()] = None,
    tag: Annotated[Tag | None, Query()] = None,
    subject: Annotated[
        Code | None, Query(description="The type of the subject: point, gateway, enterprise, …")
    ] = None,
    hazard_source: Annotated[Code | None, Query()] = None,
    historical: Annotated[bool | None, Query(description="Unset: both")] = None,
    since: Annotated[Moment | None, Query(description="Raised then or later")] = None,
    until: Annotated[Moment | None, Query(description="Raised before")] = None,
) -> Wanted:
    return Wanted(
        AlarmFilter(
            scope=narrowed(principal, enterprise),
            grades=frozenset(grade) if grade else None,
            tag=tag,
            subject_type=subject,
            hazard_source=hazard_source,
            shown_of_source=(
                frozenset()
                if hazard_source is None
                else here.register.interlocks.shown_of(hazard_source)
            ),
            historical=historical,
            state=state.value if isinstance(state, AlarmState) else None,
            since=None if since is None else to_ms(since),
            until=None if until is None else to_ms(until),
        ),
        closed_too=state == "all" or state is AlarmState.NORMAL,
    )


@router.get("", response_model=Page[AlarmView])
async def list_alarms(
    here: Here,
    wanted: Annotated[Wanted, Depends(_wanted)],
    language: Spoken,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Alarms, newest first: those not closed, served also while the database is away; or all."""
    place: Place | None = read_cursor(cursor, tuple[Ms, Word])
    if wanted.closed_too or here.replica.source is Source.NONE:
        found, more = await _from_both(here, wanted, place, limit)
    else:
        live = [a for a in here.replica.open.values() if wanted.filter.fits(a)]
        ordered = sorted((a for a in live if after_place(a, place)), key=order)
        found, more = ordered[:limit], len(ordered) > limit
    following = make_cursor([found[-1].raised_at, found[-1].id]) if more and found else None
    views = [view(a, here.replica.is_recorded(a), language) for a in found]
    return answer(Page(views, following))


async def _from_both(
    here: Window, wanted: Wanted, place: Place | None, limit: int
) -> tuple[list[AlarmItem], bool]:
    async with here.database.transaction() as connection:
        recorded = await store.alarms_page(connection, wanted.filter, place, limit)
    replica = here.replica
    live = [*replica.open.values(), *replica.closed.values()]
    known = frozenset(replica.open) | frozenset(replica.closed)
    return merged(live, known, recorded, wanted.filter, place, limit)


@router.get("/{alarm}", response_model=AlarmView)
async def get_alarm(here: Here, principal: Reader, alarm: AlarmPath, language: Spoken) -> Response:
    """One alarm."""
    found = await find(here, principal, alarm)
    return answer(view(found, here.replica.is_recorded(found), language))


@router.get("/{alarm}/journal", response_model=Page[JournalView])
async def list_journal(
    here: Here, principal: Reader, alarm: AlarmPath, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """What happened to one alarm, as it is on record."""
    after = read_cursor(cursor, tuple[Seq])
    known = await find(here, principal, alarm)
    async with here.database.transaction() as connection:
        found = await store.journal_page(
            connection, known.enterprise, alarm, after[0] if after else -1, limit + 1
        )
    views = [_journal(entry) for entry in found[:limit]]
    following = make_cursor([views[-1].seq]) if len(found) > limit else None
    return answer(Page(views, following))


Seq = Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)]


async def find(here: Window, principal: Principal, alarm_id: str) -> AlarmItem:
    """The alarm, live or on record, if it exists for this person. Raises DatabaseAway."""
    live = here.replica.find(alarm_id)
    if live is not None and principal.sees(live.enterprise):
        return live
    scope = None if principal.scope is None else list(principal.scope)
    async with here.database.transaction() as connection:
        found = await store.find_alarm(connection, alarm_id, scope)
    if found is None:
        raise not_found("alarm")
    return found


def _journal(entry: JournalEntry) -> JournalView:
    try:
        body: Any = msgspec.json.decode(entry.body)
    except msgspec.DecodeError:
        body = None
    return JournalView(
        entry.seq,
        moment_text(entry.at),
        moment_text(entry.noted_at),
        entry.event,
        body,
        entry.body,
        bytes(entry.previous).hex(),
        bytes(entry.hash).hex(),
    )
