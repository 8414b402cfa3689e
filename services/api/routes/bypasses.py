"""The register of bypasses: asked for, approved by two others, extended, restored, verified."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Approver,
    Cursor,
    Here,
    Limit,
    Ms,
    OnceOnly,
    Proposer,
    Reader,
    Registered,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.interlock_body import Application, BypassDecision, BypassExtension
from services.api.interlock_view import BypassView, bypass_view
from services.api.late_route import LateRouter
from services.api.once import Once
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.routes.interlocks import EnterpriseCode, LoopTag, live_loops, seen_loop
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain import bypass as life
from services.domain.bypass import HOUR_MS, LIMITS, Act, Bypass, Refused, Signature
from services.runtime.clock import to_datetime, to_ms
from services.store import bypass as store
from services.store import interlock
from services.store import register as book
from services.store.bypass import ActRow, Kept
from services.store.interlock import Interlock

router = LateRouter(tags=["interlocks"], dependencies=[Registered])
BypassId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$")]
Step = Callable[[Bypass, Signature], Bypass]


@dataclass(frozen=True, slots=True)
class ActView:
    """What somebody did to a bypass. `hours`: of the application or an extension."""

    act: str
    by: str
    at: str
    note: str | None
    hours: float | None


@router.post("/interlocks/{enterprise}/{tag}/bypass", status_code=201, response_model=BypassView)
async def apply_for_bypass(
    here: Here,
    principal: Proposer,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    asked: Application,
    once: OnceOnly,
) -> Response:
    """Ask for a bypass. Two others approve it; one of a voting group at a time."""
    seen_loop(here, principal, enterprise, tag)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        loop = await interlock.find(connection, enterprise, tag)
        if loop is None:
            raise not_found("interlock")
        made = _asked(here, principal, loop, asked)
        others = await store.of_loop(connection, enterprise, tag)
        seen = live_loops(here).bypassed_inputs(loop)
        _act(lambda: life.apply(made, [each.bypass for each in others], seen))
        now = to_datetime(made.applied.at)
        for each in others:  # what is left of them has lapsed
            await store.update(connection, each.bypass, now, number)
        await store.insert(connection, Kept(made, loop.loop.switches_of(made.cause)), number)
        row = ActRow("apply", principal.username, now, made.reason, made.length_ms / HOUR_MS)
        await store.note(connection, made, row)
        view = bypass_view(made, loop, made.applied.at, _seen(here, made))
        done = await once.keep(connection, answer(view, 201))
    await refresh(here.follower)
    return done


@router.get("/bypasses", response_model=Page[BypassView])
async def list_bypasses(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    loop: Annotated[Tag | None, Query()] = None,
    open_only: Annotated[bool, Query(alias="open", description="Only those not closed")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Bypasses, newest application first."""
    scope = narrowed(principal, enterprise)
    read: tuple[int, str] | None = read_cursor(cursor, tuple[Ms, Word])
    after = None if read is None else (to_datetime(read[0]), read[1])
    async with here.database.transaction() as connection:
        found = await store.page(
            connection,
            None if scope is None else sorted(scope),
            loop,
            open_only,
            after,
            limit + 1,
        )
    page, now = [each.bypass for each in found[:limit]], here.clock.now_ms()
    more = len(found) > limit
    following = make_cursor([page[-1].applied.at, page[-1].id]) if more else None
    return answer(Page([_view(here, each, now) for each in page], following))


@router.get("/bypasses/{bypass}", response_model=BypassView)
async def get_bypass(here: Here, principal: Reader, bypass: BypassId) -> Response:
    """One bypass as it stands."""
    async with here.database.transaction() as connection:
        kept = await _found(connection, principal, bypass)
    return answer(_view(here, kept.bypass, here.clock.now_ms()))


@router.get("/bypasses/{bypass}/history", response_model=Page[ActView])
async def list_acts(here: Here, principal: Reader, bypass: BypassId) -> Response:
    """Everything that was done to it, in order."""
    async with here.database.transaction() as connection:
        kept = await _found(connection, principal, bypass)
        acts = await store.acts(connection, kept.bypass)
    views = [ActView(e.act, e.by, moment_text(e.at), e.note, e.hours) for e in acts]
    return answer(Page(views, None))


@router.post("/bypasses/{bypass}/approve", response_model=BypassView)
async def approve_bypass(
    here: Here,
    principal: Approver,
    bypass: BypassId,
    once: OnceOnly,
    body: BypassDecision | None = None,
) -> Response:
    """One of the two approvals of a bypass, or of the extension that waits. Neither is the
    applicant's, and nobody gives both."""

    def step(its: Bypass, by: Signature) -> Bypass:
        return life.approve(its, by, live_loops(here).bypassed_inputs(_loop_of(here, its)))

    return await _done(here, principal, bypass, once, Act.APPROVE, step, _note(body))


@router.post("/bypasses/{bypass}/refuse", response_model=BypassView)
async def refuse_bypass(
    here: Here,
    principal: Approver,
    bypass: BypassId,
    once: OnceOnly,
    body: BypassDecision | None = None,
) -> Response:
    """Refuse a bypass that has not begun, or the extension that waits."""
    return await _done(here, principal, bypass, once, Act.REFUSE, life.refuse, _note(body))


@router.post("/bypasses/{bypass}/extend", response_model=BypassView)
async def extend_bypass(
    here: Here, principal: Proposer, bypass: BypassId, once: OnceOnly, body: BypassExtension
) -> Response:
    """Ask for more time while it is in force; two others approve it before its end."""
    length = round(body.hours * HOUR_MS)

    def step(its: Bypass, by: Signature) -> Bypass:
        return life.extend(its, by, length)

    return await _done(
        here, principal, bypass, once, Act.EXTEND, step, body.reason, length / HOUR_MS
    )


@router.post("/bypasses/{bypass}/restore", response_model=BypassView)
async def restore_bypass(
    here: Here,
    principal: Proposer,
    bypass: BypassId,
    once: OnceOnly,
    body: BypassDecision | None = None,
) -> Response:
    """The loop is back in service: the approval ends, and another person verifies it."""

    def step(its: Bypass, by: Signature) -> Bypass:
        return life.restore(its, by, _seen(here, its))

    return await _done(here, principal, bypass, once, Act.RESTORE, step, _note(body))


@router.post("/bypasses/{bypass}/verify", response_model=BypassView)
async def verify_bypass(
    here: Here,
    principal: Approver,
    bypass: BypassId,
    once: OnceOnly,
    body: BypassDecision | None = None,
) -> Response:
    """Another person has seen the loop in service. Not while the field says that it is not; where
    nobody knows what the field shows (`field_state` is `unknown`), `note` has to say how it was seen."""

    def step(its: Bypass, by: Signature) -> Bypass:
        return life.verify(its, by, _seen(here, its))

    return await _done(here, principal, bypass, once, Act.VERIFY, step, _note(body))


def _asked(here: Window, principal: Principal, loop: Interlock, asked: Application) -> Bypass:
    if not loop.fitted:
        raise Problem(Kind.INVALID, "tag: this loop is not fitted; there is nothing to bypass.")
    if asked.cause is not None and asked.cause not in {each.tag for each in loop.loop.causes}:
        raise Problem(Kind.INVALID, f"cause: {asked.cause} is no input of this loop.")
    limit = LIMITS[asked.kind]
    length = limit.usual_ms if asked.hours is None else round(asked.hours * HOUR_MS)
    return Bypass(
        enterprise=loop.enterprise,
        id=secrets.token_hex(16),
        loop=loop.tag,
        cause=asked.cause,
        kind=asked.kind,
        reason=asked.reason,
        risk=asked.risk_assessment,
        measures=tuple(asked.measures),
        length_ms=length,
        applied=Signature(principal.username, here.clock.now_ms(), asked.reason),
        starts_at=None if asked.starts_at is None else to_ms(asked.starts_at),
    )


async def _done(
    here: Window,
    principal: Principal,
    identity: str,
    once: Once,
    act: Act,
    step: Step,
    note: str | None,
    hours: float | None = None,
) -> Response:
    """Do it, put it on record, and answer with the bypass after it."""
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        kept = await _found(connection, principal, identity)
        by = Signature(principal.username, here.clock.now_ms(), note)
        after = _act(lambda: step(kept.bypass, by))
        moment = to_datetime(by.at)
        closed: datetime | None = moment if after.is_over(by.at) else None
        await store.update(connection, after, closed, number)
        await store.note(connection, after, ActRow(act, by.by, moment, note, hours))
        done = await once.keep(connection, answer(_view(here, after, by.at)))
    await refresh(here.follower)
    return done


async def _found(connection: store.Connection, principal: Principal, identity: str) -> Kept:
    scope = None if principal.scope is None else sorted(principal.scope)
    found = await store.find(connection, identity, scope)
    if found is None:
        raise not_found("bypass")
    return found


def _act(step: Callable[[], Bypass]) -> Bypass:
    try:
        return step()
    except Refused as refused:
        if refused.field is not None:
            raise Problem(Kind.INVALID, f"{refused.field}: {refused.reason}.") from None
        kind = Kind.FORBIDDEN if refused.personal else Kind.CONFLICT
        raise Problem(kind, refused.reason) from None


def _view(here: Window, bypass: Bypass, now: int) -> BypassView:
    return bypass_view(bypass, _loop_of(here, bypass), now, _seen(here, bypass))


def _seen(here: Window, bypass: Bypass) -> str | None:
    return live_loops(here).bypassed(_loop_of(here, bypass), bypass)


def _loop_of(here: Window, bypass: Bypass) -> Interlock | None:
    return here.register.interlocks.loops.get((bypass.enterprise, bypass.loop))


def _note(body: BypassDecision | None) -> str | None:
    return None if body is None else body.note
