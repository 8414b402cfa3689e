"""Dead letters by the day, and reading them again after what was wrong is put right."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    Reprocessor,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem, not_found
from services.api.text import Code, Moment
from services.store import letter_request as store
from services.store.letter_request import LetterDayRow, LetterFilter, LetterRequest

router = LateRouter(prefix="/dead-letters", tags=["refused"], dependencies=[Registered])
EnterpriseQuery = Annotated[Code | None, Query()]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

OPEN_MOST = 20
"""Wishes of an enterprise that wait at a time: each is worked off before the next."""


@dataclass(frozen=True, slots=True)
class LetterDayView:
    """Dead letters of a gateway and UTC day of receipt: `letters` were kept (`bytes` of payload),
    `dropped` were only counted, for the day's cap was reached; `removed` of those kept are gone by
    now, for their time was over."""

    enterprise: str
    gateway: str
    day: date
    letters: int
    bytes: int
    dropped: int
    dropped_bytes: int
    removed: int


class LetterWish(BaseModel):
    """Which dead letters to read again: all that fit everything that is named. `reason`: a part of
    the reason; `since` and `until`: of their receipt."""

    model_config = ConfigDict(extra="forbid")
    enterprise: Code
    ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None = Field(
        default=None, min_length=1, max_length=1000
    )
    gateway: Code | None = None
    topic: str | None = Field(default=None, min_length=1, max_length=512)
    reason: str | None = Field(default=None, min_length=1, max_length=200)
    since: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class LetterRequestView:
    """Dead letters that are read again: so far `examined`, of them `used` wholly; `stored`
    readings were new. `finished_at` null: it goes on."""

    id: int
    enterprise: str
    asked_by: str
    asked_at: str
    ids: list[int] | None
    gateway: str | None
    topic: str | None
    reason: str | None
    since: str | None
    until: str | None
    examined: int
    used: int
    stored: int
    finished_at: str | None


@router.get("/summary", response_model=Page[LetterDayView])
async def summarise_dead_letters(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseQuery = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Dead letters per gateway and UTC day, newest day first, with what the cap dropped."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[date, Word, Word])
    async with here.database.transaction() as connection:
        found = await store.days(connection, scope, after, limit + 1)
    views = [_day(row) for row in found[:limit]]
    last = views[-1] if len(found) > limit else None
    following = None if last is None else make_cursor([last.day, last.enterprise, last.gateway])
    return answer(Page(views, following))


@router.get("/reprocess", response_model=Page[LetterRequestView])
async def list_reprocessing(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseQuery = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What was asked to be read again, newest first, and how far it is."""
    scope = narrowed(principal, enterprise)
    before = read_cursor(cursor, tuple[_Number])
    async with here.database.transaction() as connection:
        found = await store.requests(connection, scope, before[0] if before else None, limit + 1)
    views = [_request(each) for each in found[:limit]]
    following = make_cursor([views[-1].id]) if len(found) > limit else None
    return answer(Page(views, following))


@router.post("/reprocess", status_code=202, response_model=LetterRequestView)
async def reprocess_dead_letters(
    here: Here, principal: Reprocessor, wish: LetterWish, once: OnceOnly
) -> Response:
    """Read dead letters again, with today's register and code. What can be stored now is stored
    with its own time of receipt, and judged as the past is; what still cannot be used stays,
    with the reason of today. Nothing is stored twice."""
    if not principal.sees(wish.enterprise) or wish.enterprise not in here.register.enterprises:
        raise not_found("enterprise")
    wanted = LetterFilter(
        wish.enterprise,
        None if wish.ids is None else tuple(wish.ids),
        wish.gateway,
        wish.topic,
        wish.reason,
        wish.since,
        wish.until,
    )
    async with here.database.transaction() as connection:
        if await store.waiting(connection, wish.enterprise) >= OPEN_MOST:
            raise Problem(
                Kind.CONFLICT,
                f"enterprise: {OPEN_MOST} such requests wait already; ask again when some are done.",
            )
        made = await store.ask(connection, wanted, principal.username)
        return await once.keep(connection, answer(_request(made), 202))


def _day(row: LetterDayRow) -> LetterDayView:
    return LetterDayView(
        row.enterprise,
        row.gateway,
        row.day,
        row.letters,
        row.bytes,
        row.dropped,
        row.dropped_bytes,
        row.removed,
    )


def _request(found: LetterRequest) -> LetterRequestView:
    return LetterRequestView(
        found.id,
        found.enterprise,
        found.asked_by,
        moment_text(found.asked_at),
        found.ids,
        found.gateway,
        found.topic,
        found.reason,
        None if found.since is None else moment_text(found.since),
        None if found.until is None else moment_text(found.until),
        found.examined,
        found.used,
        found.stored,
        None if found.finished_at is None else moment_text(found.finished_at),
    )
