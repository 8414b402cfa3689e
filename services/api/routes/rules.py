"""Limit rules: each change is a new version, in force within 2 s; no version is ever lost."""

import secrets
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
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
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.routes.points import seen
from services.api.text import Code, Moment, Name, Number, Tag
from services.api.window import Window
from services.domain.rule import Condition
from services.runtime.clock import to_datetime, to_ms
from services.store import rule_list as store
from services.store.rule_list import Rule

router = APIRouter(prefix="/rules", tags=["rules"])
RuleId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,64}$")]
Delay = Annotated[Number, Field(ge=0, le=86_400, description="Seconds")]


class RuleBody(BaseModel):
    """A limit of a point. `limit` and `deadband` in the point's unit, delays in seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "limit",
                    "enterprise": "north-works",
                    "tag": "GT-101",
                    "condition": "HH",
                    "limit": 50,
                    "grade": 1,
                    "deadband": 2,
                }
            ]
        }
    )
    kind: Literal["limit"] = "limit"
    enterprise: Code
    tag: Tag
    condition: Condition
    limit: Number
    grade: Annotated[int, Field(strict=True, ge=1, le=4, description="1 red to 4 blue")]
    deadband: Annotated[Number, Field(ge=0)] = 0.0
    on_delay_s: Delay = 0.0
    off_delay_s: Delay = 0.0
    owner: Annotated[
        Name | None, Field(description="Whose it is: a work order, a permit, an exercise")
    ] = None
    valid_until: Annotated[
        Moment | None, Field(description="When it dies by itself; its alarm is withdrawn then")
    ] = None
    latch: Annotated[
        bool, Field(description="Once over, its alarm stays until it is reset: acknowledged then")
    ] = False
    realarm_s: Annotated[
        Number | None,
        Field(ge=60, le=604_800, description="An acknowledged alarm asks again after this time"),
    ] = None


class NewRule(RuleBody):
    """A rule to put in force."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class RuleView:
    """A version of a rule; `valid_to` null: in force."""

    id: str
    version: int
    kind: str
    enterprise: str
    tag: str
    condition: str
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float
    valid_from: str
    valid_to: str | None
    created_by: str
    owner: str | None
    valid_until: str | None
    latch: bool
    realarm_s: float | None


@dataclass(frozen=True, slots=True)
class RuleHistory(RuleView):
    """A rule as it stands (or last stood), and every version it ever had, newest first."""

    versions: list[RuleView]


@router.get("", response_model=Page[RuleView])
async def list_rules(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    tag: Annotated[Tag | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The rules in force."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        found = await store.rules_page(
            connection, None if scope is None else list(scope), tag, after, limit + 1
        )
    page = found[:limit]
    following = make_cursor([page[-1].enterprise, page[-1].id]) if len(found) > limit else None
    return answer(Page([_view(rule) for rule in page], following))


@router.post("", status_code=201, response_model=RuleView)
async def create_rule(here: Here, principal: Configurer, new: NewRule, once: OnceOnly) -> Response:
    """Put a rule in force."""
    _check_point(here, principal, new)
    _check_end(here, new)
    rule = _rule(here, principal, new, f"r{secrets.token_hex(12)}", 1)
    async with here.database.transaction() as connection:
        standing = await store.rule_of_condition(connection, new.enterprise, new.tag, new.condition)
        if standing is not None:
            raise Problem(
                Kind.CONFLICT,
                f"condition: {new.tag} has a rule for {new.condition} already; "
                f"change it with PUT /api/v1/rules/{standing}.",
            )
        await store.insert_rule(connection, rule)
        return await once.keep(connection, answer(_view(rule), 201))


@router.get("/{rule}", response_model=RuleHistory)
async def get_rule(here: Here, principal: Reader, rule: RuleId) -> Response:
    """A rule and its versions."""
    async with here.database.transaction() as connection:
        versions = await store.rule_versions(connection, rule, _scope(principal))
    if not versions:
        raise not_found("rule")
    views = [_view(version) for version in versions]
    newest = {name: getattr(views[0], name) for name in RuleView.__dataclass_fields__}
    return answer(RuleHistory(**newest, versions=views))


@router.put("/{rule}", response_model=RuleView)
async def change_rule(
    here: Here, principal: Configurer, rule: RuleId, change: RuleBody, once: OnceOnly
) -> Response:
    """Another version of a rule; the old one ends as it begins."""
    _check_end(here, change)
    async with here.database.transaction() as connection:
        known = await store.find_rule(connection, rule, _scope(principal))
        if known is None:
            raise not_found("rule")
        if (change.enterprise, change.tag) != (known.enterprise, known.tag):
            raise Problem(
                Kind.INVALID, "tag: a rule stays with its point; post another rule instead."
            )
        if change.condition != known.condition:
            standing = await store.rule_of_condition(
                connection, known.enterprise, known.tag, change.condition
            )
            if standing is not None:
                raise Problem(
                    Kind.CONFLICT,
                    f"condition: rule {standing} stands for {change.condition} already.",
                )
        new = _rule(here, principal, change, rule, known.version + 1)
        new = replace(new, valid_from=max(new.valid_from, known.valid_from))
        await store.replace_rule(connection, new)
        return await once.keep(connection, answer(_view(new)))


@router.delete("/{rule}", status_code=204)
async def remove_rule(here: Here, principal: Configurer, rule: RuleId, once: OnceOnly) -> Response:
    """End a rule; a standing alarm of it is withdrawn."""
    async with here.database.transaction() as connection:
        known = await store.find_rule(connection, rule, _scope(principal))
        if known is None:
            raise not_found("rule")
        at = to_datetime(here.clock.now_ms())
        if not await store.end_rule(connection, known.enterprise, rule, at):
            raise not_found("rule")
        return await once.keep(connection, Response(status_code=204))


def _scope(principal: Principal) -> list[str] | None:
    return None if principal.scope is None else list(principal.scope)


def _check_point(here: Window, principal: Principal, body: RuleBody) -> None:
    try:
        point = seen(here, principal, body.enterprise, body.tag).point
    except Problem:
        raise Problem(
            Kind.INVALID,
            f"tag: {body.enterprise} has no point {body.tag}; register the point first.",
        ) from None
    if point.has_states:
        raise Problem(
            Kind.INVALID,
            f"tag: {body.tag} is of kind {point.kind} and has states, no quantity to limit.",
        )


def _check_end(here: Window, body: RuleBody) -> None:
    if body.valid_until is not None and to_ms(body.valid_until) <= here.clock.now_ms():
        raise Problem(Kind.INVALID, "valid_until: it is over already; give a time to come.")


def _rule(here: Window, principal: Principal, body: RuleBody, rule_id: str, version: int) -> Rule:
    return Rule(
        enterprise=body.enterprise,
        id=rule_id,
        version=version,
        tag=body.tag,
        kind=body.kind,
        condition=body.condition,
        limit=body.limit,
        grade=body.grade,
        deadband=body.deadband,
        on_delay_s=body.on_delay_s,
        off_delay_s=body.off_delay_s,
        valid_from=to_datetime(here.clock.now_ms()),
        valid_to=None,
        created_by=principal.username,
        owner=body.owner,
        valid_until=body.valid_until,
        latch=body.latch,
        realarm_s=body.realarm_s,
    )


def _view(rule: Rule) -> RuleView:
    return RuleView(
        id=rule.id,
        version=rule.version,
        kind=rule.kind,
        enterprise=rule.enterprise,
        tag=rule.tag,
        condition=rule.condition,
        limit=rule.limit,
        grade=rule.grade,
        deadband=rule.deadband,
        on_delay_s=rule.on_delay_s,
        off_delay_s=rule.off_delay_s,
        valid_from=moment_text(rule.valid_from),
        valid_to=None if rule.valid_to is None else moment_text(rule.valid_to),
        created_by=rule.created_by,
        owner=rule.owner,
        valid_until=None if rule.valid_until is None else moment_text(rule.valid_until),
        latch=rule.latch,
        realarm_s=rule.realarm_s,
    )
