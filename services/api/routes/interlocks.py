"""Interlocks (联锁): registered as loops, kept in versions, shown as they stand."""

from dataclasses import fields
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    Registrar,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.day import park_day
from services.api.interlock_body import LoopChange, LoopDescription, NewLoop
from services.api.interlock_live import LiveLoops
from services.api.interlock_view import (
    LoopVersionView,
    LoopView,
    bypass_view,
    loop_view,
    version_values,
)
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.text import Code, Reason, Tag
from services.api.window import Window
from services.domain.interlock import Taken, Unfit, check, less_seen, out_of_reach
from services.domain.point import PointKind
from services.runtime.clock import to_datetime
from services.store import bypass as bypasses
from services.store import interlock as store
from services.store import register as book
from services.store.interlock import NEWEST, Interlock
from services.store.register import Connection

router = LateRouter(prefix="/interlocks", tags=["interlocks"], dependencies=[Registered])
EnterpriseCode = Annotated[Code, Path()]
LoopTag = Annotated[Tag, Path()]
VersionNumber = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]
_DESCRIBED = frozenset(LoopDescription.model_fields) & {each.name for each in fields(Interlock)}


def seen_loop(here: Window, principal: Principal, enterprise: str, tag: str) -> Interlock:
    """The loop, if it exists for this person."""
    found = here.register.interlocks.loops.get((enterprise, tag))
    if found is None or not principal.sees(enterprise):
        raise not_found("interlock")
    return found


def live_loops(here: Window) -> LiveLoops:
    """What tells how loops stand."""
    return LiveLoops(here.register, here.replica, here.vitals, here.connectivity)


async def recorded_loop(
    connection: Connection, principal: Principal, enterprise: str, tag: str
) -> Interlock:
    """The newest version of a loop, whether it still is in the register or was taken out."""
    found = await store.newest(connection, enterprise, tag) if principal.sees(enterprise) else None
    if found is None:
        raise not_found("interlock")
    return found


def shown(here: Window, loop: Interlock) -> LoopView:
    """A loop as it stands now."""
    now, live = here.clock.now_ms(), live_loops(here)
    kept = here.register.interlocks.bypasses.get((loop.enterprise, loop.tag))
    bypass = None
    if kept is not None:
        bypass = bypass_view(kept.bypass, loop, now, live.bypassed(loop, kept.bypass))
    return loop_view(loop, live.now(loop, now), bypass, live.unregistered(loop))


@router.get("", response_model=Page[LoopView])
async def list_loops(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    hazard_source: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Loops by enterprise and tag, each as it stands now."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    known = here.register.interlocks.loops
    keys = sorted(
        key
        for key, loop in known.items()
        if key > after
        and (scope is None or key[0] in scope)
        and (hazard_source is None or loop.hazard_source == hazard_source)
    )
    page = keys[:limit]
    following = make_cursor(page[-1]) if len(keys) > limit else None
    return answer(Page([shown(here, known[key]) for key in page], following))


@router.post("", status_code=201, response_model=LoopView)
async def create_loop(here: Here, principal: Registrar, new: NewLoop, once: OnceOnly) -> Response:
    """Register a loop; what it does must not lead back to what it watches."""
    if new.enterprise not in here.register.enterprises or not principal.sees(new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        if await store.find(connection, new.enterprise, new.tag) is not None:
            raise Problem(
                Kind.CONFLICT, f"tag: {new.tag} is registered already; change it with PATCH."
            )
        version = await store.newest_version(connection, new.enterprise, new.tag) + 1
        made = _made(here, principal, new.enterprise, new.tag, new, version)
        done = await _put(here, connection, made, number, once, 201)
    await refresh(here.follower)
    return done


@router.get("/removed", response_model=Page[LoopVersionView])
async def list_removed(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Loops that were taken out of the register, by enterprise and tag: who did it, when and why.
    Their versions, states, trips and use are served as those of the others."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        limits = None if scope is None else sorted(scope)
        found = await store.removed(connection, limits, after, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].enterprise, page[-1].tag]) if len(found) > limit else None
    return answer(Page([LoopVersionView(**version_values(each)) for each in page], following))


@router.get("/{enterprise}/{tag}", response_model=LoopView)
async def get_loop(
    here: Here, principal: Reader, enterprise: EnterpriseCode, tag: LoopTag
) -> Response:
    """One loop as it stands now."""
    return answer(shown(here, seen_loop(here, principal, enterprise, tag)))


@router.patch("/{enterprise}/{tag}", response_model=LoopView)
async def change_loop(
    here: Here,
    principal: Registrar,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    change: LoopChange,
    once: OnceOnly,
) -> Response:
    """Change what is named, null empties; a new version, and the old one is kept: time is counted
    by the version of its time. Not while a bypass of it is open, which was approved for the loop
    as it was. What is counted of a loop, and by which points, its enterprise alone does not cut."""
    seen_loop(here, principal, enterprise, tag)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.find(connection, enterprise, tag)
        if known is None:
            raise not_found("interlock")
        described = _changed(known, change)
        made = _made(here, principal, enterprise, tag, described, known.version + 1, known)
        _check_hand(principal, less_seen(known.loop, made.loop))
        if known.hazard_source is not None and made.hazard_source != known.hazard_source:
            # Out of service it weighs in the risk of its source, and its alarm is one of that.
            _check_hand(principal, "hazard_source")
        if _acts_otherwise(known, made):
            await _check_closed(here, connection, enterprise, tag)
        done = await _put(here, connection, made, number, once, 200)
    await refresh(here.follower)
    return done


@router.delete("/{enterprise}/{tag}", status_code=204)
async def remove_loop(
    here: Here,
    principal: Registrar,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    once: OnceOnly,
    reason: Annotated[Reason | None, Query(description="Why; it is kept with your name")] = None,
) -> Response:
    """Take a loop out of the register, and say in `reason` why. Its versions, bypasses, states,
    trips and the time that it counted are kept and served. An enterprise alone does not do it."""
    seen_loop(here, principal, enterprise, tag)
    _check_hand(principal, "tag")
    if reason is None:
        raise Problem(Kind.INVALID, "reason: say why this loop is taken out of the register.")
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.find(connection, enterprise, tag)
        if known is None:
            raise not_found("interlock")
        await _check_closed(here, connection, enterprise, tag)
        now = to_datetime(here.clock.now_ms())
        await store.remove(connection, known, principal.username, now, reason, number)
        done = await once.keep(connection, Response(status_code=204))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{tag}/versions", response_model=Page[LoopVersionView])
async def list_versions(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every version of a loop, newest first; of one that was taken out, too."""
    below = (read_cursor(cursor, tuple[VersionNumber]) or (NEWEST,))[0]
    async with here.database.transaction() as connection:
        await recorded_loop(connection, principal, enterprise, tag)
        found = await store.versions(connection, enterprise, tag, below, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].version]) if len(found) > limit else None
    return answer(Page([LoopVersionView(**version_values(each)) for each in page], following))


def _made(
    here: Window,
    principal: Principal,
    enterprise: str,
    tag: str,
    described: LoopDescription,
    version: int,
    before: Interlock | None = None,
) -> Interlock:
    """A version; refuses what names things that are not there."""
    now = to_datetime(here.clock.now_ms())
    values = described.plain()
    if values["state_tag"] is None and described.fitted:
        own = here.register.place(enterprise, tag)
        if own is not None and own.point.kind is PointKind.INTERLOCK:
            values["state_tag"] = tag
    made = Interlock(
        enterprise=enterprise,
        tag=tag,
        version=version,
        **values,
        created_at=now if before is None else before.created_at,
        valid_from=now,
        valid_to=None,
        changed_by=principal.username,
    )
    _check_names(here, made)
    if before is None or made.causes != before.causes:
        _check_limits(here, made)
    if before is None or made.proof_tested_on != before.proof_tested_on:
        _check_proof(here, made.proof_tested_on)
    return made


def _check_hand(principal: Principal, field: str | None) -> None:
    """Whoever is measured by a loop does not decide alone what of it is counted."""
    if field is not None and principal.enterprise is not None:
        raise Problem(
            Kind.FORBIDDEN,
            f"{field}: you are measured by this, in your use and equipment rates or in the risk of a "
            "hazard source; ask a supervisor of the park to change it.",
        )


def _check_proof(here: Window, tested: date | None) -> None:
    today = park_day(here.clock.now_ms())
    if tested is not None and tested > today:
        raise invalid_fields(
            {
                "proof_tested_on": f"{tested} lies ahead: it is the day of the test, and today is {today}"
            }
        )


def _check_names(here: Window, made: Interlock) -> None:
    source = made.hazard_source
    if source is not None and (made.enterprise, source) not in here.register.hazard_sources:
        raise Problem(Kind.INVALID, f"hazard_source: {source} is not registered; do that first.")
    shows = [("state_tag", made.state_tag)]
    shows += [(f"causes.{n}.state_tag", e.get("state_tag")) for n, e in enumerate(made.causes)]
    for field, tag in shows:
        place = None if tag is None else here.register.place(made.enterprise, tag)
        if tag is not None and place is None:
            raise Problem(Kind.INVALID, f"{field}: {tag} is no registered point; do that first.")
        if place is not None and place.point.kind is not PointKind.INTERLOCK:
            raise Problem(
                Kind.INVALID, f"{field}: {tag} is of kind {place.point.kind}, not interlock."
            )


def _check_limits(here: Window, made: Interlock) -> None:
    for number, cause in enumerate(made.loop.causes):
        place = here.register.place(made.enterprise, cause.tag)
        if place is None:
            continue
        point = place.point
        if out_of_reach(cause.limit, point.range_low, point.range_high):
            told = (
                f"{cause.limit:g} {point.unit} lies outside of the range of {cause.tag}: it would "
                "never vote"
            )
            raise invalid_fields({f"causes.{number}.limit": told})


async def _put(
    here: Window,
    connection: Connection,
    made: Interlock,
    number: int,
    once: OnceOnly,
    status: int,
) -> Response:
    others = await store.of_enterprise(connection, made.enterprise)
    try:
        check(made.loop, [each.loop for each in others])
    except Unfit as unfit:
        kind = Kind.CONFLICT if isinstance(unfit, Taken) else Kind.INVALID
        raise Problem(kind, f"{unfit.field}: {unfit.reason}.") from None
    await store.put(connection, made, number)
    return await once.keep(connection, answer(shown(here, made), status))


async def _check_closed(here: Window, connection: Connection, enterprise: str, tag: str) -> None:
    now = here.clock.now_ms()
    for kept in await bypasses.of_loop(connection, enterprise, tag):
        if not kept.bypass.is_over(now):
            raise Problem(
                Kind.CONFLICT,
                f"Its bypass {kept.bypass.id} is open: have it restored and verified, or refused, "
                "first.",
            )


def _acts_otherwise(known: Interlock, made: Interlock) -> bool:
    """Whether it would be another loop than the one that a bypass was approved of."""
    names = ("voting", "causes", "effects", "state_tag", "fitted")
    return any(getattr(known, name) != getattr(made, name) for name in names)


def _changed(known: Interlock, change: LoopChange) -> LoopDescription:
    """As it is described after the change; refuses what does not fit together then."""
    values: dict[str, Any] = {name: getattr(known, name) for name in _DESCRIBED}
    day = known.proof_tested_on
    values |= {"proof_tested_on": None if day is None else str(day), "reason": None}
    values |= change.model_dump(mode="json", exclude_unset=True)
    try:
        return LoopDescription.model_validate(values)
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(wrong) from None
