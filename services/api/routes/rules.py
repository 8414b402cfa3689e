"""Rules, limits and more: each change is a new version, in force within 2 s; none is ever lost."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response

from services.api import rule_desk
from services.api.answer import Page, answer
from services.api.approval_view import NeedsApproval
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Requires,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.detector_body import detector_view
from services.api.late_route import LateRouter
from services.api.loosening import told_laxer
from services.api.permission import Permission
from services.api.principal import Principal
from services.api.problem import not_found
from services.api.rule_body import RuleView, view
from services.api.rule_proposal import CHANGE, CREATE, REMOVE, propose
from services.api.rule_union import (
    AnyNewRule,
    AnyRuleBody,
    AnyRuleView,
    DetectorView,
    RuleHistory,
    RulePage,
)
from services.api.text import Code, Reason, Tag
from services.api.window import Window
from services.store import detector_list as detectors
from services.store import rule_list as store
from services.store.detector_list import DetectorVersion
from services.store.rule_list import Rule

router = LateRouter(prefix="/rules", tags=["rules"])
Writer = Annotated[Principal, Depends(Requires(Permission.PROPOSE_RULES))]
_PROPOSED: dict[int | str, dict[str, Any]] = {
    202: {"model": NeedsApproval, "description": "Proposed: a second person has to approve it"}
}
_WHY_IT_ENDS = (
    "Why; regulators see it. Needed of an enterprise, and of everybody where the template of its "
    "point has this limit"
)
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
    return answer(Page([_view(here, rule) for rule in page], following))


@router.post("", status_code=201, response_model=AnyRuleView, responses=_PROPOSED)
async def create_rule(here: Here, principal: Writer, new: AnyNewRule, once: OnceOnly) -> Response:
    """Put a rule in force: a limit, or what its kind says. An enterprise proposes, and says in
    `reason` why."""
    if principal.enterprise is not None:
        return await propose(here, principal, once, CREATE, new, new.reason)
    async with here.database.transaction() as connection:
        made = await rule_desk.create(here, principal, connection, new)
        return await once.keep(connection, answer(_view(here, made), 201))


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
    views = [view(version, told_laxer(here, version)) for version in limits]
    newest = {name: getattr(views[0], name) for name in RuleView.__dataclass_fields__}
    return answer(RuleHistory(**newest, versions=views))


@router.put("/{rule}", response_model=AnyRuleView, responses=_PROPOSED)
async def change_rule(
    here: Here, principal: Writer, rule: RuleId, change: AnyRuleBody, once: OnceOnly
) -> Response:
    """Another version of a rule; the old one ends as it begins. An enterprise proposes, and says in
    `reason` why."""
    if principal.enterprise is not None:
        return await propose(here, principal, once, CHANGE, change, change.reason, rule)
    async with here.database.transaction() as connection:
        new = await rule_desk.change(here, principal, connection, rule, change)
        return await once.keep(connection, answer(_view(here, new)))


@router.delete("/{rule}", status_code=204, responses=_PROPOSED)
async def remove_rule(
    here: Here,
    principal: Writer,
    rule: RuleId,
    once: OnceOnly,
    reason: Annotated[Reason | None, Query(description=_WHY_IT_ENDS)] = None,
) -> Response:
    """End a rule; a standing alarm of it is withdrawn. Who ended it, and why, is in its versions. An
    enterprise proposes, and says in `reason` why."""
    if principal.enterprise is not None:
        return await propose(here, principal, once, REMOVE, None, reason, rule)
    async with here.database.transaction() as connection:
        await rule_desk.remove(here, principal, connection, rule, reason)
        return await once.keep(connection, Response(status_code=204))


def _view(here: Window, rule: Rule | DetectorVersion) -> RuleView | dict[str, Any]:
    if isinstance(rule, Rule):
        return view(rule, told_laxer(here, rule))
    return detector_view(rule)


def _place(rule: Rule | DetectorVersion) -> tuple[str, str]:
    """Where it comes in the list."""
    return rule.enterprise, rule.id


def _scope(principal: Principal) -> list[str] | None:
    return None if principal.scope is None else list(principal.scope)
