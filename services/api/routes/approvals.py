"""The second person: what waits for one, and their decision."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import Path, Query, Response
from psycopg import AsyncConnection
from pydantic import BaseModel, ConfigDict

from services.api import maintenance_desk, point_proposal, rule_proposal
from services.api.answer import Page, answer
from services.api.approval_view import ApprovalView, approval_view
from services.api.asking import (
    Approver,
    Cursor,
    Here,
    Limit,
    Ms,
    OnceOnly,
    Reader,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.carried_out import is_carried_out
from services.api.late_route import LateRouter
from services.api.permission import Role
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.text import Code, Note
from services.api.window import Window
from services.runtime.clock import to_datetime, to_ms
from services.store import approval as store
from services.store.approval import Approval
from services.wire.bus import ApplicationItem, Reply

router = LateRouter(prefix="/approvals", tags=["approvals"])
CARRY_OUT_S = 6.0
"""Longer than the engine may take to answer: whoever else decides on the same one waits."""
ApprovalId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$")]


class Decision(BaseModel):
    """What the second person has to say about it."""

    model_config = ConfigDict(extra="forbid")
    note: Note | None = None


@router.get("", response_model=Page[ApprovalView])
async def list_approvals(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    pending: Annotated[bool, Query(description="Only those that wait now")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What a second person was asked to approve, newest first."""
    scope = narrowed(principal, enterprise)
    now = to_datetime(here.clock.now_ms())
    place = read_cursor(cursor, tuple[Ms, Word])
    after = None if place is None else (to_datetime(place[0]), place[1])
    async with here.database.transaction() as connection:
        found = await store.page(
            connection,
            None if scope is None else list(scope),
            now if pending else None,
            after,
            limit + 1,
        )
    page = found[:limit]
    more = len(found) > limit
    following = make_cursor([to_ms(page[-1].applied_at), page[-1].id]) if more else None
    return answer(Page([approval_view(each, now) for each in page], following))


@router.post("/{approval}/approve", response_model=ApprovalView)
async def approve(
    here: Here,
    principal: Approver,
    approval: ApprovalId,
    once: OnceOnly,
    body: Decision | None = None,
) -> Response:
    """Approve: it is carried out at once, on what stands now of the subject and direction that was
    applied for. Not by the applicant, and not after its end; what the engine refuses by now, because
    nothing stands, it is graver or the policy allows less, stays pending; so does a proposed rule that
    cannot be put in force by now, and a point that was changed meanwhile."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction(CARRY_OUT_S) as connection:
        asked = await _pending(connection, principal, approval, now)
        if asked.applicant == principal.username:
            raise Problem(Kind.FORBIDDEN, "Another person than the applicant has to approve this.")
        if asked.action in rule_proposal.ACTIONS:
            await rule_proposal.carry_out(here, connection, asked)
        elif asked.action in point_proposal.ACTIONS:
            await point_proposal.carry_out(here, connection, asked)
        elif asked.action == maintenance_desk.ACTION:
            applicant = Principal(asked.applicant, Role.OPERATOR, None, 0)
            await maintenance_desk.carry_out(here, connection, asked, applicant, principal.username)
        else:
            await _carry_out(here, principal, asked, body.note if body else None)
        told = await _decided(connection, asked, "approved", principal, body, now)
        done = await once.keep(connection, told)
    if asked.action in (*point_proposal.ACTIONS, maintenance_desk.ACTION):
        await refresh(here.follower)
    return done


@router.post("/{approval}/refuse", response_model=ApprovalView)
async def refuse(
    here: Here,
    principal: Approver,
    approval: ApprovalId,
    once: OnceOnly,
    body: Decision | None = None,
) -> Response:
    """Refuse; nothing is done."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        asked = await _pending(connection, principal, approval, now)
        told = await _decided(connection, asked, "refused", principal, body, now)
        return await once.keep(connection, told)


async def _pending(
    connection: AsyncConnection[Any], principal: Principal, identity: str, now: datetime
) -> Approval:
    scope = None if principal.scope is None else list(principal.scope)
    found = await store.locked(connection, identity, scope)
    if found is None:
        raise not_found("approval")
    if found.state != "pending":
        raise Problem(Kind.CONFLICT, f"It is {found.state} already, by {found.decided_by}.")
    if found.expires_at <= now:
        raise Problem(Kind.CONFLICT, "It has expired; the applicant has to ask again.")
    return found


async def _carry_out(here: Window, principal: Principal, asked: Approval, note: str | None) -> None:
    reply = await here.link.act(
        asked.action,
        asked.alarm_id,
        asked.applicant,
        principal.scope,
        note=asked.reason,
        minutes=asked.minutes,
        permit=asked.permit,
        approved_by=principal.username,
        approval_note=note,
        application=_application(asked),
    )
    if reply.refused and not _is_done(here, reply, asked, principal):
        raise Problem(Kind.NOT_POSSIBLE, reply.refused[0].text)


def _application(asked: Approval) -> ApplicationItem | None:
    """None: applied for by the one occurrence."""
    if asked.subject_type is None:
        return None
    told = asdict(asked) | {"applied_at": to_ms(asked.applied_at)}
    return msgspec.convert(told, ApplicationItem)


def _is_done(here: Window, reply: Reply, asked: Approval, principal: Principal) -> bool:
    """Whether it was carried out before, and only its record was lost."""
    alarm = here.replica.find(reply.refused[0].alarm_id)
    return is_carried_out(None if alarm is None else alarm.off, asked, principal.username)


async def _decided(
    connection: AsyncConnection[Any],
    asked: Approval,
    state: str,
    principal: Principal,
    body: Decision | None,
    now: datetime,
) -> Response:
    decision = replace(
        asked,
        state=state,
        decided_by=principal.username,
        decided_at=now,
        note=body.note if body else None,
    )
    await store.decide(connection, decision)
    return answer(approval_view(decision, now))
