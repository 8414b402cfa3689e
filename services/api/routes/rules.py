"""Rules, limits and more: each change is a new version, in force within 2 s; none is ever lost."""

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.api.answer import Page, answer
from services.api.asking import (
    Configurer,
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.detector_body import DetectorBody, detector_view
from services.api.detector_desk import change_detector, create_detector
from services.api.loosening import check_reason
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.routes.points import seen
from services.api.rule_body import (
    RATIONALE,
    NewRule,
    RuleBody,
    RuleView,
    Said,
    rule_of,
    view,
)
from services.api.rule_set import check_set
from services.api.rule_union import (
    AnyNewRule,
    AnyRuleBody,
    AnyRuleView,
    DetectorView,
    RuleHistory,
    RulePage,
)
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain.point import Point
from services.domain.rule import Condition
from services.runtime.clock import to_datetime, to_ms
from services.store import detector_list as detectors
from services.store import rule_list as store
from services.store.detector_list import DetectorVersion
from services.store.rule_list import Connection, Rule

router = APIRouter(prefix="/rules", tags=["rules"])
RuleId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")]


@router.get("", response_model=RulePage)
async def list_rules(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    tag: Annotated[
        Tag | None, Query(description="The rules that this point has a part in, in any place")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The rules in force."""
    scope = narrowed(principal, enterprise)
    wanted = None if scope is None else list(scope), tag
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        limits = await store.rules_page(connection, *wanted, after, limit + 1)
        others = await detectors.detectors_page(connection, *wanted, after, limit + 1)
    both: list[Rule | DetectorVersion] = [*limits, *others]
    found = sorted(both, key=_place)[: limit + 1]
    page = found[:limit]
    following = make_cursor(list(_place(page[-1]))) if len(found) > limit else None
    return answer(Page([_view(rule) for rule in page], following))


@router.post("", status_code=201, response_model=AnyRuleView)
async def create_rule(
    here: Here, principal: Configurer, new: AnyNewRule, once: OnceOnly
) -> Response:
    """Put a rule in force: a limit, or what its kind says."""
    _check_end(here, new)
    async with here.database.transaction() as connection:
        await store.lock_book(connection)
        made: Rule | DetectorVersion
        if isinstance(new, DetectorBody):
            made = await create_detector(here, principal, connection, new)
        else:
            made = await _create_limit(here, principal, connection, new)
        return await once.keep(connection, answer(_view(made), 201))


@router.get("/{rule}", response_model=RuleHistory | DetectorView)
async def get_rule(here: Here, principal: Reader, rule: RuleId) -> Response:
    """A rule and its versions."""
    scope = _scope(principal)
    async with here.database.transaction() as connection:
        limits = await store.rule_versions(connection, rule, scope)
        others = await detectors.detector_versions(connection, rule, scope)
    if others:
        shown = [detector_view(version) for version in others]
        return answer(shown[0] | {"versions": shown})
    if not limits:
        raise not_found("rule")
    views = [view(version) for version in limits]
    newest = {name: getattr(views[0], name) for name in RuleView.__dataclass_fields__}
    return answer(RuleHistory(**newest, versions=views))


@router.put("/{rule}", response_model=AnyRuleView)
async def change_rule(
    here: Here, principal: Configurer, rule: RuleId, change: AnyRuleBody, once: OnceOnly
) -> Response:
    """Another version of a rule; the old one ends as it begins."""
    _check_end(here, change)
    async with here.database.transaction() as connection:
        await store.lock_book(connection)
        known = await _find(connection, rule, principal)
        new: Rule | DetectorVersion
        if isinstance(known, DetectorVersion) and isinstance(change, DetectorBody):
            new = await change_detector(here, principal, connection, known, change)
        elif isinstance(known, Rule) and isinstance(change, RuleBody):
            new = await _change_limit(here, principal, connection, known, change)
        else:
            raise invalid_fields({"kind": "a rule keeps its kind; post another rule instead"})
        return await once.keep(connection, answer(_view(new)))


@router.delete("/{rule}", status_code=204)
async def remove_rule(here: Here, principal: Configurer, rule: RuleId, once: OnceOnly) -> Response:
    """End a rule; a standing alarm of it is withdrawn."""
    async with here.database.transaction() as connection:
        await store.lock_book(connection)
        known = await _find(connection, rule, principal)
        end = store.end_rule if isinstance(known, Rule) else detectors.end_detector
        at = to_datetime(here.clock.now_ms())
        if not await end(connection, known.enterprise, rule, at):
            raise not_found("rule")
        return await once.keep(connection, Response(status_code=204))


async def _find(connection: Connection, rule: str, principal: Principal) -> Rule | DetectorVersion:
    scope = _scope(principal)
    found = await store.find_rule(connection, rule, scope) or await detectors.find_detector(
        connection, rule, scope
    )
    if found is None:
        raise not_found("rule")
    return found


async def _create_limit(
    here: Window, principal: Principal, connection: Connection, new: NewRule
) -> Rule:
    point = limited_point(here, principal, new.enterprise, new.tag)
    check_reason(point, new.condition, new.limit, new.reason)
    rule = rule_of(new, new_id(), 1, principal.username, here.clock.now_ms())
    standing = await store.rule_of_condition(connection, new.enterprise, new.tag, new.condition)
    if standing is not None:
        raise Problem(
            Kind.CONFLICT,
            f"condition: {new.tag} has a rule for {new.condition} already; "
            f"change it with PUT /api/v1/rules/{standing}.",
        )
    await check_set(connection, rule)
    await store.insert_rule(connection, rule)
    return rule


async def _change_limit(
    here: Window, principal: Principal, connection: Connection, known: Rule, change: RuleBody
) -> Rule:
    if (change.enterprise, change.tag) != (known.enterprise, known.tag):
        raise Problem(Kind.INVALID, "tag: a rule stays with its point; post another rule instead.")
    if change.condition != known.condition:
        standing = await store.rule_of_condition(
            connection, known.enterprise, known.tag, change.condition
        )
        if standing is not None:
            raise Problem(
                Kind.CONFLICT,
                f"condition: rule {standing} stands for {change.condition} already.",
            )
    new = _next_version(here, principal, known, change)
    if (new.condition, new.limit, new.grade) != (known.condition, known.limit, known.grade):
        await check_set(connection, new)
    await store.replace_rule(connection, new)
    return new


def _view(rule: Rule | DetectorVersion) -> RuleView | dict[str, Any]:
    return view(rule) if isinstance(rule, Rule) else detector_view(rule)


def _place(rule: Rule | DetectorVersion) -> tuple[str, str]:
    """Where it comes in the list."""
    return rule.enterprise, rule.id


def _scope(principal: Principal) -> list[str] | None:
    return None if principal.scope is None else list(principal.scope)


def new_id() -> str:
    """A rule's number, which says nothing about how many there are."""
    return f"r{secrets.token_hex(12)}"


def limited_point(here: Window, principal: Principal, enterprise: str, tag: str) -> Point:
    """The point that a rule is for; refuses one that nobody knows or that has no quantity."""
    try:
        point = seen(here, principal, enterprise, tag).point
    except Problem:
        raise Problem(
            Kind.INVALID, f"tag: {enterprise} has no point {tag}; register the point first."
        ) from None
    if point.has_states:
        raise Problem(
            Kind.INVALID,
            f"tag: {tag} is of kind {point.kind} and has states, no quantity to limit.",
        )
    return point


def _next_version(here: Window, principal: Principal, known: Rule, change: RuleBody) -> Rule:
    """What was said of the rule stays where the change does not name it; where its limit stays,
    so does where that came from, and why it is lax."""
    new = rule_of(change, known.id, known.version + 1, principal.username, here.clock.now_ms())
    new = replace(new, valid_from=max(new.valid_from, known.valid_from))
    for name in RATIONALE:
        if name not in change.model_fields_set:
            new = replace(new, **{name: getattr(known, name)})
    if (new.condition, new.limit) == (known.condition, known.limit):
        kept = new.reason or known.reason
        return replace(new, source=known.source, basis=known.basis, reason=kept)
    place = here.register.place(known.enterprise, known.tag)
    if place is not None:
        check_reason(place.point, Condition(new.condition), new.limit, new.reason)
    return new


def _check_end(here: Window, body: Said) -> None:
    if body.valid_until is not None and to_ms(body.valid_until) <= here.clock.now_ms():
        raise Problem(Kind.INVALID, "valid_until: it is over already; give a time to come.")
