"""Hand-overs of shifts that are kept (交接班记录): made and signed by who hands over (交班人), signed by
who takes over (接班人), and never changed after."""

import hashlib
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    HandingOver,
    Here,
    Limit,
    Ms,
    OnceOnly,
    Reader,
    Registered,
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.countersign import Signer, proved
from services.api.database import DatabaseAway
from services.api.handover_sheet import Handover, sheet
from services.api.handover_view import (
    THE_PARK,
    HandoverView,
    WholeHandover,
    handover_view,
    record_of,
    whole_view,
)
from services.api.late_route import LateRouter
from services.api.permission import Permission
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.routes.handover import span_of
from services.api.text import Code, Moment, Note
from services.domain.handover import untakable
from services.runtime.clock import to_datetime, to_ms
from services.store import handover as store
from services.store.handover import KeptHandover

router = LateRouter(prefix="/handovers", tags=["handovers"], dependencies=[Registered])
HandoverId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$")]


class NewHandover(BaseModel):
    """A shift that ends. `enterprise`: hand over its alarms alone (unset: the park's, or of somebody of
    an enterprise its own); `since`: when the shift began (unset: 12 hours ago)."""

    model_config = ConfigDict(extra="forbid")
    enterprise: Code | None = None
    since: Moment | None = None
    note: Note | None = None


class Taking(BaseModel):
    """The signature of who takes over: who is signed in, or `signer`, who stands beside them."""

    model_config = ConfigDict(extra="forbid")
    signer: Signer | None = None
    note: Note | None = None


@router.get("", response_model=Page[HandoverView])
async def list_handovers(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Hand-overs that are kept, newest first."""
    scope = narrowed(principal, enterprise)
    read: tuple[int, str] | None = read_cursor(cursor, tuple[Ms, Word])
    before = None if read is None else (to_datetime(read[0]), read[1])
    async with here.database.transaction() as connection:
        found = await store.page(
            connection, None if scope is None else sorted(scope), before, limit + 1
        )
    page = found[:limit]
    more = len(found) > limit
    following = make_cursor([to_ms(page[-1].at), page[-1].id]) if more else None
    return answer(Page([handover_view(each) for each in page], following))


@router.post("", status_code=201, response_model=WholeHandover)
async def make_handover(
    here: Here, principal: HandingOver, language: Spoken, new: NewHandover, once: OnceOnly
) -> Response:
    """End a shift: what stands now is kept with who hands over, as they sign by making it. It waits
    for who takes over; a newer one of the same desk takes its place."""
    span = span_of(new.since, here.clock.now_ms())
    desk = principal.enterprise or new.enterprise
    if new.enterprise is not None and not _is_known(here, principal, new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    told = await sheet(here, principal, desk, narrowed(principal, desk), span, language)
    if told.record is None:
        raise DatabaseAway
    made = _made(principal, desk, new.note, span, told)
    record = record_of(made, told)
    kept = replace(made, sha256=hashlib.sha256(record.encode()).hexdigest())
    async with here.database.transaction() as connection:
        await store.insert(connection, kept, record)
        return await once.keep(connection, answer(whole_view(kept, record), 201))


@router.get("/{handover}", response_model=WholeHandover)
async def get_handover(here: Here, principal: Reader, handover: HandoverId) -> Response:
    """One hand-over with its sheet, as it was made."""
    scope = None if principal.scope is None else sorted(principal.scope)
    async with here.database.transaction() as connection:
        kept = await store.find(connection, handover, scope)
        if kept is None:
            raise not_found("hand-over")
        record = await store.record(connection, kept)
    return answer(whole_view(kept, record))


@router.post("/{handover}/sign", response_model=WholeHandover)
async def sign_handover(
    request: Request,
    here: Here,
    principal: HandingOver,
    handover: HandoverId,
    once: OnceOnly,
    body: Taking | None = None,
) -> Response:
    """Take a shift over: by one's own session, or by `signer` at the console of who hands over. Not by
    who hands over; after it nothing of the record is changed any more."""
    given = body or Taking()
    by = principal if given.signer is None else await proved(request, here, given.signer)
    scope = None if principal.scope is None else sorted(principal.scope)
    now = to_datetime(here.clock.now_ms())
    how = "session" if given.signer is None else "password"
    async with here.database.transaction() as connection:
        kept = await store.held(connection, handover, scope)
        if kept is None:
            raise not_found("hand-over")
        _check(kept, by)
        await store.take(connection, kept, by.username, now, how, given.note)
        record = await store.record(connection, kept)
        taken = replace(
            kept, taken_by=by.username, taken_at=now, taken_how=how, taken_note=given.note
        )
        return await once.keep(connection, answer(whole_view(taken, record)))


def _is_known(here: Here, principal: Principal, enterprise: str) -> bool:
    return enterprise in here.register.enterprises and principal.sees(enterprise)


def _made(
    principal: Principal, desk: str | None, note: str | None, span: tuple[int, int], told: Handover
) -> KeptHandover:
    """Without its hash, which is of what it says."""
    start, now = span
    return KeptHandover(
        enterprise=THE_PARK if desk is None else desk,
        id=secrets.token_hex(16),
        since=to_datetime(start),
        at=to_datetime(now),
        given_by=principal.username,
        note=note,
        standing=sum(each.standing for each in told.counts),
        unacknowledged=sum(each.unacknowledged for each in told.counts),
        off_board=sum(each.count for each in told.off_board),
        loops_out=told.loops_out_count,
        sha256="",
    )


def _check(kept: KeptHandover, by: Principal) -> None:
    """Refuses whoever may not take this one over."""
    park = kept.enterprise == THE_PARK
    if not by.may(Permission.HAND_OVER) or (
        by.scope is not None if park else not by.sees(kept.enterprise)
    ):
        raise Problem(Kind.FORBIDDEN, f"{by.username} has no part in this shift.")
    why = untakable(kept.given_by, kept.taken_by, by.username, replaced=kept.replaced)
    if why is not None:
        raise Problem(Kind.FORBIDDEN if why.personal else Kind.CONFLICT, why.reason)
