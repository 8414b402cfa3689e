"""Putting rules of suppression in force, and changing them: each is held against the register and
against the others of its enterprise."""

import secrets
from collections.abc import Iterable

from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.suppression_body import (
    AlarmCondition,
    LimitCondition,
    StateCondition,
    SuppressionBody,
    TargetBody,
)
from services.api.window import Window
from services.domain.point import STATES, Point
from services.domain.rule import Direction
from services.domain.suppression_rule import (
    BadSuppression,
    ConditionKind,
    Find,
    SuppressionCondition,
    SuppressionRule,
    Target,
    check,
    looped,
)
from services.runtime.clock import to_datetime
from services.store import suppression_list as store
from services.store.suppression_list import Connection, SuppressionVersion, TargetRow

MOST = 200
"""Rules of suppression of an enterprise: each is looked at as its points are heard."""


async def create_suppression(
    here: Window, principal: Principal, connection: Connection, body: SuppressionBody
) -> SuppressionVersion:
    """Put a rule in force, in the caller's transaction."""
    rule = _version(here, principal, body, new_id(), 1)
    others = await _others(connection, rule)
    if len(others) >= MOST:
        raise Problem(
            Kind.CONFLICT,
            f"enterprise: {rule.enterprise} has {MOST} rules of suppression; remove some first.",
        )
    _check_set(here, rule, others)
    await store.insert_suppression(connection, rule)
    return rule


async def change_suppression(
    here: Window,
    principal: Principal,
    connection: Connection,
    known: SuppressionVersion,
    body: SuppressionBody,
) -> SuppressionVersion:
    """Put another version of a rule in force, in the caller's transaction."""
    if body.enterprise != known.enterprise:
        raise invalid_fields({"enterprise": "a rule stays where it is; post another rule instead"})
    rule = _version(here, principal, body, known.id, known.version + 1)
    _check_set(here, rule, await _others(connection, rule))
    await store.replace_suppression(connection, rule)
    return rule


def new_id() -> str:
    """A rule's number, which says nothing about how many there are."""
    return f"s{secrets.token_hex(12)}"


def _version(
    here: Window, principal: Principal, body: SuppressionBody, rule_id: str, number: int
) -> SuppressionVersion:
    """The version that a body asks for, in force from now on. Refuses what a rule may not say,
    each field by its path."""
    if not principal.sees(body.enterprise) or body.enterprise not in here.register.enterprises:
        told = f"{body.enterprise} is not registered; do that first."
        raise invalid_fields({"enterprise": told})
    _check_names(here, body)
    condition = body.condition
    limit = condition if isinstance(condition, LimitCondition) else None
    rule = SuppressionVersion(
        enterprise=body.enterprise,
        id=rule_id,
        version=number,
        name=body.name,
        kind=condition.kind,
        tag=condition.tag,
        states=condition.states if isinstance(condition, StateCondition) else [],
        direction=None if limit is None else limit.direction,
        limit=None if limit is None else limit.limit,
        deadband=0.0 if limit is None else limit.deadband,
        alarm=condition.alarm if isinstance(condition, AlarmCondition) else None,
        targets=tuple(TargetRow(t.tag, t.hazard_source, t.alarm) for t in body.targets),
        grade=body.grade,
        off_delay_s=body.off_delay_s,
        reason=body.reason,
        valid_from=to_datetime(here.clock.now_ms()),
        valid_to=None,
        created_by=principal.username,
    )
    try:
        check(_judged(here, rule), _find(here))
    except BadSuppression as wrong:
        raise invalid_fields({wrong.path: wrong.text}) from None
    return rule


def _check_names(here: Window, body: SuppressionBody) -> None:
    """All that the register has not, at once."""
    wrong: dict[str, str] = {}
    _check_tag(here, body.enterprise, body.condition.tag, "condition.tag", wrong)
    for place, target in enumerate(body.targets):
        _check_target(here, body.enterprise, target, f"targets.{place}", wrong)
    if isinstance(body.condition, StateCondition) and not wrong:
        known = here.register.place(body.enterprise, body.condition.tag)
        names = () if known is None else STATES.get(known.point.kind, ())
        unknown = [each for each in body.condition.states if names and each not in names]
        if unknown:
            told = f"it has no state {unknown[0]!r}; it has: {', '.join(names)}"
            wrong["condition.states"] = told
    if wrong:
        raise invalid_fields(wrong)


def _check_target(
    here: Window, enterprise: str, target: TargetBody, path: str, wrong: dict[str, str]
) -> None:
    if target.tag is not None and target.hazard_source is None:
        _check_tag(here, enterprise, target.tag, f"{path}.tag", wrong)
    elif target.hazard_source is not None and target.tag is None:
        source = target.hazard_source
        known = (enterprise, source) in here.register.hazard_sources
        if not known and not here.register.places_of_source(enterprise, source):
            wrong[f"{path}.hazard_source"] = (
                f"{enterprise} has no hazard source {source}; register it first."
            )


def _check_tag(here: Window, enterprise: str, tag: str, path: str, wrong: dict[str, str]) -> None:
    if here.register.place(enterprise, tag) is None:
        wrong[path] = f"{enterprise} has no point {tag}; register the point first."


def _check_set(
    here: Window, rule: SuppressionVersion, others: Iterable[SuppressionVersion]
) -> None:
    """Refuse one that would suppress what it waits for, by way of the others."""
    rules = [_judged(here, each) for each in (*others, rule)]
    for loop in looped(rules, _find(here)):
        if loop[0] == rule.id:
            names = {each.id: each.name for each in (*others, rule)}
            way = " → ".join([*(names[each] for each in loop), rule.name])
            raise invalid_fields({"targets": f"it would suppress what it waits for: {way}"})


async def _others(connection: Connection, rule: SuppressionVersion) -> list[SuppressionVersion]:
    found = await store.suppressions_page(connection, [rule.enterprise], None, ("", ""), MOST + 1)
    return [each for each in found if each.id != rule.id]


def _judged(here: Window, rule: SuppressionVersion) -> SuppressionRule:
    """The rule as the engine has it; a point that is gone is none."""
    point = _point(here, rule.enterprise, rule.tag)
    names = () if point is None else STATES.get(point.kind, ())
    condition = SuppressionCondition(
        ConditionKind(rule.kind),
        0 if point is None else point.id,
        tuple(names.index(each) for each in rule.states if each in names),
        None if rule.direction is None else Direction(rule.direction),
        rule.limit,
        rule.deadband,
        rule.alarm,
    )
    return SuppressionRule(
        rule.id,
        rule.version,
        rule.enterprise,
        rule.name,
        condition,
        tuple(_target(here, rule.enterprise, each) for each in rule.targets),
        rule.grade,
        round(rule.off_delay_s * 1000),
        rule.reason,
    )


def _target(here: Window, enterprise: str, row: TargetRow) -> Target:
    if row.tag is None:
        return Target(None, row.hazard_source, row.alarm)
    point = _point(here, enterprise, row.tag)
    return Target(0 if point is None else point.id, row.hazard_source, row.alarm)


def _point(here: Window, enterprise: str, tag: str) -> Point | None:
    place = here.register.place(enterprise, tag)
    return None if place is None else place.point


def _find(here: Window) -> Find:
    def find(point_id: int) -> Point | None:
        place = here.register.by_id.get(point_id)
        return None if place is None else place.point

    return find
