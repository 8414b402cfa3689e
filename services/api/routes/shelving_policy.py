"""The shelving policy: what may be taken off the board by hand; set by the park, in versions."""

from typing import Annotated

import msgspec
from fastapi import Response

from services.api.answer import Page, answer
from services.api.asking import (
    Configurer,
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    make_cursor,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.register import refresh
from services.api.shelving_body import PolicyChange, PolicyView, laxer, policy_view, wanted
from services.domain.shelving_policy import ShelvingPolicy
from services.runtime.clock import to_datetime
from services.store import gateway_event
from services.store import register as book
from services.store import shelving as store
from services.store.gateway_event import EventKind
from services.store.hazard_source import NEWEST
from services.store.shelving import ShelvingVersion, body_of

router = LateRouter(prefix="/shelving-policy", tags=["alarms"], dependencies=[Registered])
VersionNumber = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]


@router.get("", response_model=PolicyView)
async def get_shelving_policy(here: Here, principal: Reader) -> Response:
    """How long alarms of each grade may be off the board, and from what length a second person has
    to approve it."""
    return answer(policy_view(here.register.shelving, principal.sees_reasons))


@router.put("", response_model=PolicyView)
async def set_shelving_policy(
    here: Here, principal: Configurer, change: PolicyChange, once: OnceOnly
) -> Response:
    """Another policy, in force within 2 s; the old ones are kept. What is off the board already
    stays as it was allowed. One that allows more than the standard's is an event of the park."""
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.newest(connection)
        policy = wanted(change, 1 if known is None else known.version + 1)
        made = ShelvingVersion(
            policy.version,
            body_of(policy),
            principal.username,
            to_datetime(here.clock.now_ms()),
            change.reason,
        )
        await store.insert(connection, made, number)
        kind = _event(policy, known)
        if kind is not None:
            detail = _detail(made, laxer(policy))
            await gateway_event.tell_park(connection, kind, detail, here.clock.now_ms())
        done = await once.keep(connection, answer(policy_view(made, principal.sees_reasons)))
    await refresh(here.follower)
    return done


@router.get("/versions", response_model=Page[PolicyView])
async def list_shelving_policies(
    here: Here, principal: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Every version of the policy that somebody set, newest first."""
    below = (read_cursor(cursor, tuple[VersionNumber]) or (NEWEST,))[0]
    async with here.database.transaction() as connection:
        found = await store.versions(connection, below, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].version]) if len(found) > limit else None
    views = [policy_view(each, principal.sees_reasons) for each in page]
    return answer(Page(views, following))


def _event(policy: ShelvingPolicy, known: ShelvingVersion | None) -> EventKind | None:
    """Told of each policy that is laxer than the standard's, and of the end of that."""
    if laxer(policy):
        return EventKind.SHELVING_LOOSENED
    was = ShelvingPolicy() if known is None else store.policy_of(known.version, known.policy)
    return EventKind.SHELVING_RESTORED if laxer(was) else None


def _detail(made: ShelvingVersion, where: list[str]) -> str:
    figures = ", ".join(f"{place} = {_at(made, place)}" for place in where)
    said = f"version {made.version} by {made.set_by}: {made.reason}"
    return f"{figures} ({said})" if figures else said


def _at(made: ShelvingVersion, place: str) -> int:
    how, grade, name = place.split(".")
    return made.policy[how][grade][name]
