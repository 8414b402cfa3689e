"""What is missing, and what became of every reading: the loss ledger."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Registered,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.problem import not_found
from services.api.routes.enterprises import EnterpriseCode, seen
from services.api.routes.gateways import GatewayCode
from services.api.text import Code
from services.api.window import Window
from services.domain.reading_count import ReadingCount
from services.store import ledger_list as store
from services.store.ledger_list import Boot, Gap

router = LateRouter(tags=["ledger"], dependencies=[Registered])
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class GapState(StrEnum):
    """Whether something is still missing."""

    OPEN = "open"
    CLOSED = "closed"


class Shown(StrEnum):
    """Which gaps to list."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class GapView:
    """Messages from `from_seq` to `to_seq` of one `boot` that did not arrive.

    `filled` of the gap came late; a gap that was filled in its middle is two. A closed one shows
    what was filled last.
    """

    enterprise: str
    id: int
    gateway: str
    boot: str
    from_seq: int
    to_seq: int
    filled: int
    state: GapState
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class DayView:
    """Readings received on a UTC day = `stored` + `duplicates` + `dead_letters` + `waiting` +
    `apart` + `not_kept` + `in_flight`, at any moment.

    A reading is one value of one tag; a payload that nobody can read counts 1. `dead_letters` were
    refused, `waiting` are of tags that nobody has registered, `apart` of a gateway over its rate,
    `not_kept` of unregistered tags beyond what is kept of them, `in_flight` not committed yet.
    """

    day: date
    messages: int
    received: int
    stored: int
    duplicates: int
    dead_letters: int
    waiting: int
    apart: int
    not_kept: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class BootView:
    """One start of the gateway: `missing` messages, in so many `holes`, of those between the first
    and the highest that arrived. `repeats` arrived again."""

    boot: str
    first_seq: int
    highest_seq: int
    holes: int
    missing: int
    repeats: int
    heard_at: str


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What became of a gateway's readings by day, newest first, and of its messages by boot."""

    enterprise: str
    gateway: str
    days: list[DayView]
    boots: list[BootView]


@router.get("/gaps", response_model=Page[GapView])
async def list_gaps(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    gateway: Annotated[Code | None, Query()] = None,
    state: Shown = Shown.OPEN,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What is missing of the messages that gateways number (`boot`, `seq`), newest first; found
    within 15 s. With `state=all` also what came late and closed a gap."""
    scope = narrowed(principal, enterprise)
    before = read_cursor(cursor, tuple[_Number])
    async with here.database.transaction() as connection:
        found = await store.gaps(
            connection,
            scope,
            gateway,
            state is Shown.ALL,
            before[0] if before else None,
            limit + 1,
        )
    views = [_gap(each) for each in found[:limit]]
    following = make_cursor([views[-1].id]) if len(found) > limit else None
    return answer(Page(views, following))


@router.get("/enterprises/{code}/gateways/{gateway}/ledger", response_model=LedgerView)
async def gateway_ledger(
    here: Here,
    principal: Reader,
    code: EnterpriseCode,
    gateway: GatewayCode,
    days: Annotated[int, Query(ge=1, le=400, description="Days at most")] = 31,
) -> Response:
    """What became of every reading of a gateway, removed gateways included."""
    seen(here, principal, code)
    async with here.database.transaction() as connection:
        counts = await store.days(connection, code, gateway, days)
        boots = await store.boots(connection, code, gateway)
    in_flight = _in_flight(here, code, gateway)
    if not counts and not in_flight and (code, gateway) not in here.register.gateways:
        raise not_found("gateway")
    listed = sorted(counts.keys() | in_flight.keys(), reverse=True)[:days]
    views = [_day(day, counts.get(day, ReadingCount()), in_flight.get(day, 0)) for day in listed]
    return answer(LedgerView(code, gateway, views, [_boot(each) for each in boots]))


def _in_flight(here: Window, enterprise: str, gateway: str) -> dict[date, int]:
    found: dict[date, int] = {}
    for status in here.vitals.ingest_workers:
        for cell, number in status.in_flight.items():
            owner, _, day = cell.rpartition("/")
            if owner == f"{enterprise}/{gateway}":
                at = date.fromisoformat(day)
                found[at] = found.get(at, 0) + number
    return found


def _gap(gap: Gap) -> GapView:
    return GapView(
        gap.enterprise,
        gap.id,
        gap.gateway,
        gap.boot,
        gap.from_seq,
        gap.to_seq,
        gap.filled,
        GapState.OPEN if gap.closed_at is None else GapState.CLOSED,
        moment_text(gap.opened_at),
        None if gap.closed_at is None else moment_text(gap.closed_at),
    )


def _day(day: date, count: ReadingCount, in_flight: int) -> DayView:
    return DayView(
        day,
        count.messages,
        count.received + in_flight,
        count.stored,
        count.duplicates,
        count.dead_letters,
        count.waiting,
        count.apart,
        count.not_kept,
        in_flight,
    )


def _boot(boot: Boot) -> BootView:
    return BootView(
        boot.boot,
        boot.first_seq,
        boot.highest_seq,
        boot.holes,
        int(boot.missing),
        boot.repeats,
        moment_text(boot.heard_at),
    )
