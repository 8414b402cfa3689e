"""Putting rules in force, changing and ending them, limits and more, in the caller's transaction."""

import secrets
from dataclasses import replace

from services.api.detector_body import DetectorBody
from services.api.detector_desk import change_detector, create_detector
from services.api.loosening import check_reason, check_removal, terms_of
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.rule_body import RATIONALE, NewRule, RuleBody, Said, rule_of
from services.api.rule_set import check_set
from services.api.window import Window
from services.domain.point import Point
from services.domain.rule import Condition
from services.runtime.clock import to_datetime, to_ms
from services.store import detector_list as detectors
from services.store import rule_list as store
from services.store.detector_list import DetectorVersion
from services.store.rule_list import Connection, Rule

AnyRule = Rule | DetectorVersion


async def create(
    here: Window, principal: Principal, connection: Connection, new: NewRule | DetectorBody
) -> AnyRule:
    """Put a rule in force. Raises Problem for one that cannot judge or makes no sense."""
    _check_end(here, new)
    await store.lock_book(connection)
    if isinstance(new, DetectorBody):
        return await create_detector(here, principal, connection, new)
    return await _create_limit(here, principal, connection, new)


async def change(
    here: Window,
    principal: Principal,
    connection: Connection,
    rule: str,
    told: RuleBody | DetectorBody,
) -> AnyRule:
    """Put another version of a rule in force; the old one ends as it begins."""
    _check_end(here, told)
    await store.lock_book(connection)
    known = await find(connection, rule, principal)
    if isinstance(known, DetectorVersion) and isinstance(told, DetectorBody):
        return await change_detector(here, principal, connection, known, told)
    if isinstance(known, Rule) and isinstance(told, RuleBody):
        return await _change_limit(here, principal, connection, known, told)
    raise invalid_fields({"kind": "a rule keeps its kind; post another rule instead"})


async def remove(
    here: Window, principal: Principal, connection: Connection, rule: str, reason: str | None
) -> AnyRule:
    """End a rule; a standing alarm of it is withdrawn. Answers its last version. Refuses to take
    away without a reason a limit that the template has."""
    await store.lock_book(connection)
    known = await find(connection, rule, principal)
    if isinstance(known, Rule):
        place = here.register.place(known.enterprise, known.tag)
        if place is not None:
            check_removal(place.point, Condition(known.condition), reason)
    end = store.end_rule if isinstance(known, Rule) else detectors.end_detector
    at = to_datetime(here.clock.now_ms())
    if not await end(connection, known.enterprise, rule, at, principal.username, reason):
        raise not_found("rule")
    return known


async def find(connection: Connection, rule: str, principal: Principal) -> AnyRule:
    """A rule that is in force. One of another enterprise is refused like one that is not."""
    scope = None if principal.scope is None else list(principal.scope)
    found = await store.find_rule(connection, rule, scope) or await detectors.find_detector(
        connection, rule, scope
    )
    if found is None:
        raise not_found("rule")
    return found


def new_id() -> str:
    """A rule's number, which says nothing about how many there are."""
    return f"r{secrets.token_hex(12)}"


def limited_point(here: Window, principal: Principal, enterprise: str, tag: str) -> Point:
    """The point that a rule is for; refuses one that nobody knows or that has no quantity."""
    place = here.register.place(enterprise, tag) if principal.sees(enterprise) else None
    if place is None:
        raise Problem(
            Kind.INVALID, f"tag: {enterprise} has no point {tag}; register the point first."
        )
    point = place.point
    if point.has_states:
        raise Problem(
            Kind.INVALID,
            f"tag: {tag} is of kind {point.kind} and has states, no quantity to limit.",
        )
    return point


async def _create_limit(
    here: Window, principal: Principal, connection: Connection, new: NewRule
) -> Rule:
    point = limited_point(here, principal, new.enterprise, new.tag)
    check_reason(point, terms_of(new), new.reason)
    rule = rule_of(new, new_id(), 1, principal.username, here.clock.now_ms())
    standing = await store.rule_of_condition(connection, new.enterprise, new.tag, new.condition)
    if standing is not None:
        raise Problem(
            Kind.CONFLICT,
            f"condition: {new.tag} has a rule for {new.condition} already: "
            f"change that one (id {standing}).",
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
    place = here.register.place(known.enterprise, known.tag)
    if place is not None:
        _check_laxity(place.point, known, new, change.reason)
    if (new.condition, new.limit, new.grade) != (known.condition, known.limit, known.grade):
        await check_set(connection, new)
    await store.replace_rule(connection, new)
    return new


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
    return new


def _check_laxity(point: Point, known: Rule, new: Rule, reason: str | None) -> None:
    """Refuse without a reason terms that become laxer, and what takes the limit that stood away:
    another condition in its place, or an end that comes sooner."""
    check_reason(point, terms_of(new), reason, terms_of(known))
    sooner = new.valid_until is not None and (
        known.valid_until is None or new.valid_until < known.valid_until
    )
    if new.condition != known.condition or sooner:
        check_removal(point, Condition(known.condition), reason)


def _check_end(here: Window, body: Said) -> None:
    if body.valid_until is not None and to_ms(body.valid_until) <= here.clock.now_ms():
        raise Problem(Kind.INVALID, "valid_until: it is over already; give a time to come.")
