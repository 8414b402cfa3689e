"""Groups of detectors: who is whose neighbour, and over whom a rule votes or compares."""

from dataclasses import replace
from typing import Annotated

from fastapi import Path, Query, Response

from services.api.answer import Page, answer
from services.api.asking import (
    Configurer,
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.change_list import ChangeView, changes
from services.api.group_body import GroupChange, GroupView, NewGroup, check_group, group_view
from services.api.late_route import LateRouter
from services.api.once import Once
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain.detector_group import MOST_GROUPS, GroupKind
from services.runtime.clock import to_datetime
from services.store import detector_group as store
from services.store import register as book
from services.store.detector_group import Connection, RegisteredGroup
from services.store.register_history import HistorySubject

router = LateRouter(prefix="/groups", tags=["groups"], dependencies=[Registered])
EnterpriseCode = Annotated[Code, Path()]
GroupCode = Annotated[Code, Path()]


@router.get("", response_model=Page[GroupView])
async def list_groups(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    kind: GroupKind | None = None,
    tag: Annotated[Tag | None, Query(description="The groups that this point is in")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Groups in the order of enterprise and code."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    known = here.register.groups.by_key

    def fits(group: RegisteredGroup) -> bool:
        return (
            (scope is None or group.enterprise in scope)
            and (kind is None or group.kind == kind)
            and (tag is None or tag in group.members)
        )

    keys = sorted(key for key, group in known.items() if key > after and fits(group))
    page = keys[:limit]
    following = make_cursor(page[-1]) if len(keys) > limit else None
    return answer(Page([group_view(known[key]) for key in page], following))


@router.post("", status_code=201, response_model=GroupView)
async def create_group(
    here: Here, principal: Configurer, new: NewGroup, once: OnceOnly
) -> Response:
    """Register a group; the engine goes by it within 2 s."""
    if new.enterprise not in here.register.enterprises or not principal.sees(new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        if await store.find(connection, new.enterprise, new.code) is not None:
            raise Problem(
                Kind.CONFLICT, f"code: {new.code} is registered already; change it with PATCH."
            )
        if await store.count(connection, new.enterprise) >= MOST_GROUPS:
            raise Problem(
                Kind.CONFLICT,
                f"enterprise: {new.enterprise} has {MOST_GROUPS:,} groups, which is the most; "
                "remove some first.",
            )
        now = to_datetime(here.clock.now_ms())
        group = RegisteredGroup(
            **new.model_dump(exclude={"kind"}),
            kind=new.kind.value,
            changed_by=principal.username,
            changed_at=now,
        )
        done = await _put(here, connection, group, None, number, once, 201)
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}", response_model=GroupView)
async def get_group(
    here: Here, principal: Reader, enterprise: EnterpriseCode, code: GroupCode
) -> Response:
    """One group."""
    return answer(group_view(_seen(here, principal, enterprise, code)))


@router.patch("/{enterprise}/{code}", response_model=GroupView)
async def change_group(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    code: GroupCode,
    change: GroupChange,
    once: OnceOnly,
) -> Response:
    """Change what is named. Rules over the group judge whoever is in it, within 2 s; one that can
    not judge any more says so and ends nothing."""
    _seen(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.find(connection, enterprise, code)
        if known is None:
            raise not_found("group")
        now = to_datetime(here.clock.now_ms())
        group = replace(
            known,
            **change.model_dump(mode="json", exclude_unset=True),
            changed_by=principal.username,
            changed_at=now,
        )
        done = await _put(here, connection, group, known, number, once, 200)
    await refresh(here.follower)
    return done


@router.delete("/{enterprise}/{code}", status_code=204)
async def remove_group(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    code: GroupCode,
    once: OnceOnly,
) -> Response:
    """Take a group out of the register; refused while a rule in force is over it."""
    _seen(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        rules = await store.rules_over(connection, enterprise, code)
        if rules:
            raise Problem(
                Kind.CONFLICT,
                f"code: rules are over this group ({', '.join(rules[:10])}); change or remove "
                "them first.",
            )
        now = to_datetime(here.clock.now_ms())
        if not await store.remove(connection, enterprise, code, principal.username, now, number):
            raise not_found("group")
        done = await once.keep(connection, Response(status_code=204))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}/history", response_model=Page[ChangeView])
async def list_group_changes(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    code: GroupCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every change of a group, newest first: who, when, and who was in it before and after; also of
    one that was removed."""
    if not principal.sees(enterprise):
        raise not_found("group")
    page = await changes(here, HistorySubject.GROUP, enterprise, code, limit, cursor)
    if not page.items and cursor is None:
        raise not_found("group")
    return answer(page)


async def _put(
    here: Window,
    connection: Connection,
    group: RegisteredGroup,
    before: RegisteredGroup | None,
    number: int,
    once: Once,
    status: int,
) -> Response:
    """Check and write it, in the caller's transaction."""
    await check_group(here, connection, group)
    group = replace(group, members=sorted(group.members))
    await store.put(connection, group, before, number)
    return await once.keep(connection, answer(group_view(group), status))


def _seen(here: Window, principal: Principal, enterprise: str, code: str) -> RegisteredGroup:
    """The group, if it exists for this person."""
    found = here.register.groups.by_key.get((enterprise, code))
    if found is None or not principal.sees(enterprise):
        raise not_found("group")
    return found
