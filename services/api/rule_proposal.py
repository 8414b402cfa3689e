"""Rules that an enterprise proposes: tried as they would be put in force, kept until a second
person decides, and then put in force in the applicant's name."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from pydantic import TypeAdapter
from starlette.responses import Response

from services.api import rule_desk
from services.api.answer import answer
from services.api.approval_view import NeedsApproval, approval_view
from services.api.detector_body import DetectorBody
from services.api.once import Once
from services.api.permission import Role
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.rule_body import NewRule, RuleBody
from services.api.rule_desk import AnyRule
from services.api.rule_union import AnyNewRule, AnyRuleBody
from services.api.waiting_room import check_waiting
from services.api.window import Window
from services.runtime.clock import to_datetime
from services.store import approval as store
from services.store import rule_list
from services.store.approval import Approval
from services.store.rule_list import Connection, Rule

CREATE, CHANGE, REMOVE = "create_rule", "change_rule", "remove_rule"
ACTIONS = frozenset({CREATE, CHANGE, REMOVE})
EXPIRES = timedelta(days=7)
"""How long somebody may take to decide: nothing rings meanwhile that would not ring anyway."""
_NEW: TypeAdapter[NewRule | DetectorBody] = TypeAdapter(AnyNewRule)
_CHANGED: TypeAdapter[RuleBody | DetectorBody] = TypeAdapter(AnyRuleBody)


async def propose(
    here: Window,
    principal: Principal,
    once: Once,
    action: str,
    body: NewRule | RuleBody | DetectorBody | None,
    reason: str | None,
    rule: str | None = None,
) -> Response:
    """Keep what an enterprise proposes, and answer 202. Refuses what could not be put in force now,
    and what nobody says a reason for."""
    if reason is None:
        raise invalid_fields({"reason": "it is missing: a proposal says why"})
    told = None if body is None else body.model_dump(mode="json", exclude_unset=True)
    proposal: dict[str, Any] = {"rule": rule, "body": told}
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        async with connection.transaction(force_rollback=True):
            # Done as it would be, and nothing of it stays.
            if rule is not None:
                proposal["version"] = await _version(principal, connection, rule)
            tried = await _do(here, principal, connection, action, proposal, reason)
        asked = Approval(
            tried.enterprise,
            secrets.token_hex(12),
            action,
            "",
            reason,
            0.0,
            None,
            principal.username,
            now,
            now + EXPIRES,
            subject_type="point",
            subject_id=tag_of(tried),
            rule=rule,
            grade=tried.grade,
            proposal=proposal,
        )
        await check_waiting(connection, tried.enterprise, now)
        await store.insert(connection, asked)
        told_back = answer(NeedsApproval(approval_view(asked, now)), 202)
        return await once.keep(connection, told_back)


async def carry_out(here: Window, connection: Connection, asked: Approval) -> None:
    """Put in force what was proposed, in the transaction that puts the decision on record. Raises
    Problem where that is not possible any more; it stays pending then."""
    applicant = Principal(asked.applicant, Role.ENTERPRISE, asked.enterprise, 0)
    proposal = asked.proposal or {}
    tried = proposal.get("version")
    if tried is not None:
        known = await _version(applicant, connection, proposal["rule"])
        if known != tried:
            raise Problem(
                Kind.CONFLICT,
                f"Rule {proposal['rule']} is in version {known} now, and this was proposed for its "
                f"version {tried}; the applicant has to propose it again.",
            )
    await _do(here, applicant, connection, asked.action, proposal, asked.reason)


def tag_of(rule: AnyRule) -> str:
    """The point that a rule is about."""
    return rule.tag if isinstance(rule, Rule) else next(iter(rule.points.values()))


async def _version(applicant: Principal, connection: Connection, rule: str) -> int:
    """Of a rule that is in force, which nobody changes until this transaction ends."""
    await rule_list.lock_book(connection)
    return (await rule_desk.find(connection, rule, applicant)).version


async def _do(
    here: Window,
    applicant: Principal,
    connection: Connection,
    action: str,
    proposal: Mapping[str, Any],
    reason: str,
) -> AnyRule:
    body = msgspec.json.encode(proposal["body"])
    if action == CREATE:
        return await rule_desk.create(here, applicant, connection, _NEW.validate_json(body))
    if action == CHANGE:
        told = _CHANGED.validate_json(body)
        return await rule_desk.change(here, applicant, connection, proposal["rule"], told)
    return await rule_desk.remove(here, applicant, connection, proposal["rule"], reason)
