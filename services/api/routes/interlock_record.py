"""What the field told of interlocks over time: their states, their trips and what caused them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Response

from services.api.alarm_view import maybe_time_text, moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Acknowledger,
    Cursor,
    Here,
    Limit,
    Ms,
    OnceOnly,
    Reader,
    Registered,
    make_cursor,
    read_cursor,
)
from services.api.interlock_body import TripWordBody
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.routes.interlocks import EnterpriseCode, LoopTag, recorded_loop
from services.api.text import Moment
from services.api.window import Window
from services.domain.loop_course import states_of
from services.domain.trip import (
    AFTER_MS,
    BEFORE_MS,
    InputAlarm,
    Trip,
    TripKind,
    demands,
    first_out,
    trips,
    votes,
)
from services.domain.use_rate import Change
from services.runtime.clock import to_datetime, to_ms
from services.store import interlock
from services.store import interlock_record as store
from services.store.interlock import Interlock
from services.store.interlock_record import TooMuch, Word

router = LateRouter(prefix="/interlocks", tags=["interlocks"], dependencies=[Registered])
DAY_MS = 86_400_000
USUAL_DAYS = 30
DEADLINE_S = 10.0
Since = Annotated[Moment | None, Query(description="By default 30 days before `end`")]
Until = Annotated[Moment | None, Query(description="By default now")]


@dataclass(frozen=True, slots=True)
class FirstOutView:
    """The alarm of an input that came first (首出) of those that stood at the trip, by when it
    reached the level; else the one that was over last before it. Only one that says what the input
    votes by: no calibration that is due, no silence."""

    tag: str
    alarm: str
    condition: str
    raised_at: str


@dataclass(frozen=True, slots=True)
class TripView:
    """A trip; `reset_at` null: it stands. `kind`: demand, spurious or test, by what was said of it
    (`said_by`), else as its states tell. `cause`: what was said caused it; `first_out`: which input
    alarmed first, by our record (null: none of them did, or none is a point here)."""

    tripped_at: str
    reset_at: str | None
    kind: str
    cause: str | None
    said_by: str | None
    said_at: str | None
    first_out: FirstOutView | None


@dataclass(frozen=True, slots=True)
class TripPage:
    """A part of a loop's trips, newest first; `demands`: how many of all in the time were."""

    items: list[TripView]
    next: str | None
    total: int
    demands: int


@dataclass(frozen=True, slots=True)
class SpellView:
    """A time in one state (null: nobody knows), within the time that was asked for."""

    state: str | None
    since: str
    until: str


def span(here: Window, start: Moment | None, end: Moment | None) -> tuple[int, int]:
    """The time that is asked for, epoch ms; it ends now at the latest."""
    now = here.clock.now_ms()
    until = now if end is None else min(to_ms(end), now)
    since = until - USUAL_DAYS * DAY_MS if start is None else to_ms(start)
    if since >= until:
        raise Problem(Kind.INVALID, "start: it must lie before end, and before now.")
    return since, until


def too_much() -> Problem:
    """The refusal of a question that would read too much."""
    return Problem(Kind.INVALID, "start: too many changes lie in this time; ask for a shorter one.")


@router.get("/{enterprise}/{tag}/trips", response_model=TripPage)
async def list_trips(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    start: Since = None,
    end: Until = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The trips of a loop that began in a time, newest first, each with its first-out."""
    since, until = span(here, start, end)
    before = (read_cursor(cursor, tuple[Ms]) or (until,))[0]
    async with here.database.transaction(DEADLINE_S) as connection:
        loop = await recorded_loop(connection, principal, enterprise, tag)
        changes = await _changes(connection, loop, since, until)
        said = await store.words(connection, enterprise, tag, since, until)
        found = [each for each in trips(changes) if each.at >= since]
        shown = [each for each in reversed(found) if each.at < before]
        alarms = await _alarms(connection, loop, shown[:limit])
    page = shown[:limit]
    more = len(shown) > limit
    kinds = [said[e.at].trip_kind if e.at in said else e.kind for e in found]
    views = [_view(each, said.get(each.at), first_out(each, alarms)) for each in page]
    following = make_cursor([page[-1].at]) if more else None
    return answer(TripPage(views, following, len(found), demands(kinds)))


@router.post("/{enterprise}/{tag}/trips/{tripped_at}", response_model=TripView)
async def say_of_trip(
    here: Here,
    principal: Acknowledger,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    tripped_at: Annotated[Moment, Path()],
    body: TripWordBody,
    once: OnceOnly,
) -> Response:
    """Say what a trip was and what caused it; the newest word counts, and all are kept. That a
    demand was none its enterprise alone does not say."""
    at, now = to_ms(tripped_at), here.clock.now_ms()
    async with here.database.transaction(DEADLINE_S) as connection:
        loop = await recorded_loop(connection, principal, enterprise, tag)
        changes = await _changes(connection, loop, at - 1, max(at + 1, now))
        trip = next((each for each in trips(changes) if each.at == at), None)
        if trip is None:
            raise not_found("trip")
        _check_hand(principal, trip, body.kind)
        word = Word(
            to_datetime(at), body.kind.value, body.cause, principal.username, to_datetime(now)
        )
        await store.say(connection, enterprise, tag, word)
        alarms = await _alarms(connection, loop, [trip])
        view = _view(trip, word, first_out(trip, alarms))
        return await once.keep(connection, answer(view))


@router.get("/{enterprise}/{tag}/states", response_model=Page[SpellView])
async def list_states(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    start: Since = None,
    end: Until = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """How a loop stood over a time, oldest first."""
    since, until = span(here, start, end)
    after = (read_cursor(cursor, tuple[Ms]) or (since,))[0]
    async with here.database.transaction(DEADLINE_S) as connection:
        loop = await recorded_loop(connection, principal, enterprise, tag)
        changes = await _changes(connection, loop, after, until)
    pasts = [*(each.at for each in changes[1:]), until]
    spells = [
        (each.state, max(each.at, after), past)
        for each, past in zip(changes, pasts, strict=False)
        if past > after
    ]
    views = [
        SpellView(state, maybe_time_text(begun) or "", maybe_time_text(past) or "")
        for state, begun, past in spells[:limit]
    ]
    following = make_cursor([spells[limit][1]]) if len(spells) > limit else None
    return answer(Page(views, following))


async def _changes(
    connection: store.Connection, loop: Interlock, since: int, until: int
) -> list[Change]:
    """What it showed itself, on the point of each time; the first may lie before `since`."""
    scope = [loop.enterprise]
    try:
        found = await interlock.in_time(connection, scope, loop.tag, since, until)
        stretches = found.get((loop.enterprise, loop.tag), [])
        record = await store.record(connection, [e.loop for e in stretches], since, until)
    except TooMuch:
        raise too_much() from None
    states = states_of(stretches, record.get(loop.enterprise, {}))
    return [each for each in states if each.at < until]


async def _alarms(
    connection: store.Connection, loop: Interlock, those: list[Trip]
) -> list[InputAlarm]:
    """The alarms of its inputs around some trips that mean what the inputs vote by."""
    if not those:
        return []
    moments = [each.at for each in those]
    tags = [each.tag for each in loop.loop.causes]
    found = await store.input_alarms(
        connection, loop.enterprise, tags, min(moments) - BEFORE_MS, max(moments) + AFTER_MS + 1
    )
    return [each for each in found if any(votes(cause, each) for cause in loop.loop.causes)]


def _check_hand(principal: Principal, trip: Trip, kind: TripKind) -> None:
    """Whoever is measured by its demands does not decide alone which were none."""
    measured = principal.enterprise is not None and trip.kind is TripKind.DEMAND
    if measured and kind is not TripKind.DEMAND:
        raise Problem(
            Kind.FORBIDDEN,
            "kind: your demands are counted by this; ask a supervisor of the park to say that this "
            "one was none.",
        )


def _view(trip: Trip, word: Word | None, first: InputAlarm | None) -> TripView:
    return TripView(
        tripped_at=maybe_time_text(trip.at) or "",
        reset_at=maybe_time_text(trip.ended_at),
        kind=trip.kind if word is None else word.kind,
        cause=None if word is None else word.cause,
        said_by=None if word is None else word.by,
        said_at=None if word is None else moment_text(word.said_at),
        first_out=None
        if first is None
        else FirstOutView(
            first.tag, first.alarm, first.condition, maybe_time_text(first.raised_at) or ""
        ),
    )
