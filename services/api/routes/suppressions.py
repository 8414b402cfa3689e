"""Suppression by design: rules that say what a stopped unit or a parent's alarm takes off the board.

Each change is a new version, in force within 2 s; none is ever lost. The engine is asked where they
stand.
"""

from collections.abc import Iterable
from contextlib import suppress
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
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.engine_link import EngineAway
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import not_found
from services.api.suppression_body import (
    SuppressionBody,
    SuppressionChange,
    SuppressionHistory,
    SuppressionPage,
    SuppressionView,
)
from services.api.suppression_desk import change_suppression, create_suppression
from services.api.suppression_view import Key, rule_view, version_view
from services.api.text import Code, Reason, Tag
from services.api.window import Window
from services.runtime.clock import to_datetime
from services.store import rule_list
from services.store import suppression_list as store
from services.store.suppression_list import Connection, SuppressionVersion
from services.wire.bus import SuppressionItem

router = LateRouter(prefix="/suppressions", tags=["rules"])
RuleId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")]


@router.get("", response_model=SuppressionPage)
async def list_suppressions(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    tag: Annotated[
        Tag | None, Query(description="The rules that wait for this point, or name it as a target")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The rules in force, each with its logic and where it stands now."""
    scope = narrowed(principal, enterprise)
    wanted = None if scope is None else list(scope)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        found = await store.suppressions_page(connection, wanted, tag, after, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].enterprise, page[-1].id]) if len(found) > limit else None
    standing = await _standing(here, page)
    return answer(Page([rule_view(here, each, standing, language) for each in page], following))


@router.post("", status_code=201, response_model=SuppressionView)
async def create_rule(
    here: Here, principal: Configurer, new: SuppressionBody, language: Spoken, once: OnceOnly
) -> Response:
    """Put a rule in force. It never covers gas, oxygen, fire and smoke, nor grade 1, nor what it
    waits for itself; what nobody knows for certain suppresses nothing."""
    async with here.database.transaction() as connection:
        await rule_list.lock_book(connection)
        made = await create_suppression(here, principal, connection, new)
        return await once.keep(connection, answer(rule_view(here, made, {}, language), 201))


@router.get("/{suppression}", response_model=SuppressionHistory)
async def get_suppression(
    here: Here, principal: Reader, suppression: RuleId, language: Spoken
) -> Response:
    """A rule, where it stands, and its versions."""
    async with here.database.transaction() as connection:
        found = await store.suppression_versions(connection, suppression, _scope(principal))
    if not found:
        raise not_found("suppression")
    standing = await _standing(here, found[:1] if found[0].valid_to is None else [])
    versions = [version_view(here, each, language) for each in found]
    return answer(rule_view(here, found[0], standing, language) | {"versions": versions})


@router.put("/{suppression}", response_model=SuppressionView)
async def change_rule(
    here: Here,
    principal: Configurer,
    suppression: RuleId,
    change: SuppressionChange,
    language: Spoken,
    once: OnceOnly,
) -> Response:
    """Another version of a rule; the old one ends as it begins. What it suppressed comes back unless
    the new one suppresses it, too."""
    async with here.database.transaction() as connection:
        await rule_list.lock_book(connection)
        known = await _in_force(connection, suppression, principal)
        made = await change_suppression(here, principal, connection, known, change)
        return await once.keep(connection, answer(rule_view(here, made, {}, language)))


@router.delete("/{suppression}", status_code=204)
async def remove_suppression(
    here: Here,
    principal: Configurer,
    suppression: RuleId,
    once: OnceOnly,
    reason: Annotated[Reason | None, Query(description="Why; regulators see it")] = None,
) -> Response:
    """End a rule; what it suppressed is on the board again within 2 s. Who ended it, and why, is in
    its versions."""
    async with here.database.transaction() as connection:
        await rule_list.lock_book(connection)
        known = await _in_force(connection, suppression, principal)
        at = to_datetime(here.clock.now_ms())
        by = principal.username
        if not await store.end_suppression(
            connection, known.enterprise, suppression, at, by, reason
        ):
            raise not_found("suppression")
        return await once.keep(connection, Response(status_code=204))


async def _standing(
    here: Window, rules: Iterable[SuppressionVersion]
) -> dict[Key, SuppressionItem]:
    """Where they stand; empty while no engine answers."""
    keys = [(each.enterprise, each.id) for each in rules]
    with suppress(EngineAway):
        return {(i.enterprise, i.rule): i for i in await here.link.suppressions(keys)}
    return {}


async def _in_force(
    connection: Connection, suppression: str, principal: Principal
) -> SuppressionVersion:
    found = await store.suppression_versions(connection, suppression, _scope(principal))
    if not found or found[0].valid_to is not None:
        raise not_found("suppression")
    return found[0]


def _scope(principal: Principal) -> list[str] | None:
    return None if principal.scope is None else list(principal.scope)
