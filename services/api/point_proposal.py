"""Points that an enterprise proposes: tried as they would be registered or changed, kept until a
second person decides, and then done in the applicant's name."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from pydantic import BaseModel
from starlette.responses import Response

from services.api import point_desk
from services.api.answer import answer
from services.api.approval_view import NeedsApproval, approval_view
from services.api.once import Once
from services.api.permission import Role
from services.api.point_body import Coordinates, NewPoint, PointChange, PointToRegister
from services.api.point_plan import Changed, Plan
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.waiting_room import check_waiting
from services.api.window import Window
from services.domain.subject import SubjectType
from services.runtime.clock import to_datetime
from services.store import approval as store
from services.store import register as book
from services.store.approval import Approval
from services.store.register import Connection
from services.store.register_history import difference, plain

CREATE, CHANGE, IMPORT = "create_point", "change_point", "import_points"
ACTIONS = frozenset({CREATE, CHANGE, IMPORT})
MOST_ROWS = 200
"""New and changed points of a sheet that is proposed: more than that nobody looks through."""
EXPIRES = timedelta(days=7)
"""How long somebody may take to decide: nothing is judged otherwise meanwhile."""


async def propose_new(
    here: Window, principal: Principal, once: Once, new: PointToRegister
) -> Response:
    """Keep a point that an enterprise proposes, and answer 202. Refuses one that could not be
    registered now, and one that nobody says a reason for."""
    if not principal.sees(new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    return await _propose(here, principal, once, CREATE, new.enterprise, new.tag, new, new.reason)


async def propose_change(
    here: Window,
    principal: Principal,
    once: Once,
    enterprise: str,
    tag: str,
    change: PointChange,
) -> Response:
    """The same of a change of a point that the applicant may see."""
    reason = change.reason
    return await _propose(here, principal, once, CHANGE, enterprise, tag, change, reason)


async def propose_sheet(
    here: Window,
    principal: Principal,
    once: Once,
    connection: Connection,
    made: Plan,
    coordinates: Coordinates,
    reason: str | None,
) -> Response:
    """The same of all that a sheet would bring, which was looked at already, in its transaction."""
    if made.groups:
        raise invalid_fields({"groups": "groups are the park's: leave the column out"})
    if coordinates != "wgs84":
        raise invalid_fields({"coordinates": "positions that are proposed are WGS 84"})
    rows = [_new_row(new) for new in made.new.values()]
    rows += [_changed_row(change) for change in made.changes.values()]
    if not 0 < len(rows) <= MOST_ROWS:
        told = f"it would bring {len(rows)} new and changed points: propose 1 to {MOST_ROWS}"
        raise Problem(Kind.INVALID, f"rows: {told}.")
    assert principal.enterprise is not None  # others bring a sheet themselves
    proposal = {"tag": None, "body": {"rows": rows}, "before": None}
    return await _keep(
        here, principal, once, connection, IMPORT, principal.enterprise, None, proposal, reason
    )


async def carry_out(here: Window, connection: Connection, asked: Approval) -> None:
    """Do what was proposed, in the transaction that puts the decision on record. Raises Problem
    where that is not possible any more; it stays pending then."""
    proposal = asked.proposal or {}
    several = asked.action == IMPORT
    await book.next_version(connection)
    for each in proposal["body"]["rows"] if several else [proposal]:
        action = CREATE if each["before"] is None else CHANGE
        told = {**each, "body": each["body"] | {"reason": asked.reason}}
        if action == CHANGE:
            await _check_unmoved(connection, asked.enterprise, each)
        await _do(here, connection, asked.applicant, action, asked.enterprise, told)


async def _propose(
    here: Window,
    principal: Principal,
    once: Once,
    action: str,
    enterprise: str,
    tag: str,
    body: BaseModel,
    reason: str | None,
) -> Response:
    told = body.model_dump(mode="json", exclude_unset=True)
    proposal: dict[str, Any] = {"tag": tag, "body": told, "before": None}
    async with here.database.transaction() as connection:
        async with connection.transaction(force_rollback=True):
            # Done as it would be, and nothing of it stays.
            known = await book.find_point(connection, enterprise, tag)
            await _do(here, connection, principal.username, action, enterprise, proposal)
            after = await book.find_point(connection, enterprise, tag)
        if action == CHANGE:
            proposal["before"] = _before(known or {}, after or {})
        return await _keep(
            here, principal, once, connection, action, enterprise, tag, proposal, reason
        )


async def _keep(
    here: Window,
    principal: Principal,
    once: Once,
    connection: Connection,
    action: str,
    enterprise: str,
    tag: str | None,
    proposal: dict[str, Any],
    reason: str | None,
) -> Response:
    """Let it wait for a second person; `tag` None: it is about several points."""
    if reason is None:
        raise invalid_fields({"reason": "it is missing: a proposal says why"})
    now = to_datetime(here.clock.now_ms())
    asked = Approval(
        enterprise,
        secrets.token_hex(12),
        action,
        "",
        reason,
        0.0,
        None,
        principal.username,
        now,
        now + EXPIRES,
        subject_type=SubjectType.ENTERPRISE if tag is None else SubjectType.POINT,
        subject_id=enterprise if tag is None else tag,
        proposal=proposal,
    )
    await check_waiting(connection, enterprise, now)
    await store.insert(connection, asked)
    told_back = answer(NeedsApproval(approval_view(asked, now)), 202)
    return await once.keep(connection, told_back)


async def _check_unmoved(
    connection: Connection, enterprise: str, proposal: Mapping[str, Any]
) -> None:
    """Refuse a change of what was changed since it was proposed."""
    known = await book.find_point(connection, enterprise, proposal["tag"]) or {}
    moved = [name for name, was in proposal["before"].items() if plain(known.get(name)) != was]
    if moved:
        raise Problem(
            Kind.CONFLICT,
            f"{moved[0]} of {proposal['tag']} was changed after this was proposed; the applicant "
            "has to propose it again.",
        )


async def _do(
    here: Window,
    connection: Connection,
    applicant: str,
    action: str,
    enterprise: str,
    proposal: Mapping[str, Any],
) -> None:
    owner = Principal(applicant, Role.ENTERPRISE, enterprise, 0)
    body = msgspec.json.encode(proposal["body"])
    if action == CREATE:
        new = PointToRegister.model_validate_json(body)
        await point_desk.create(here, owner, connection, new, new.reason)
    else:
        change = PointChange.model_validate_json(body)
        await point_desk.change(here, owner, connection, enterprise, proposal["tag"], change)


def _new_row(new: NewPoint) -> dict[str, Any]:
    told = new.model_dump(mode="json", exclude_none=True)
    return {"tag": new.tag, "body": told, "before": None}


def _changed_row(change: Changed) -> dict[str, Any]:
    before, after = difference(change.before, change.after)
    for each in (before, after):
        # It follows from the position.
        each.pop("converted_from", None)
    return {"tag": change.before["tag"], "body": after, "before": before}


def _before(known: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields were that it would change."""
    was, _ = difference(known, after)
    return was
