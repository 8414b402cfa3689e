"""Starting and ending a detector's calibration or bump test; the engine goes by the book (0095)."""

import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.answer import answer
from services.api.approval_view import NeedsApproval, approval_view
from services.api.once import Once
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.text import Number, Reason
from services.api.waiting_room import check_waiting
from services.api.window import Window
from services.domain.maintenance import LONGEST_MS, WORST, Maintenance, MaintenanceKind
from services.domain.point import Point, PointKind
from services.domain.subject import SubjectType
from services.domain.suppression import MINUTE_MS, Off
from services.runtime.clock import to_datetime
from services.store import approval as store
from services.store import register as book
from services.store.approval import Approval
from services.store.register import Connection, Place
from services.store.register_history import HistorySubject, note

ACTION = "maintain_point"
EXPIRES = timedelta(minutes=30)
"""How long somebody may take to approve."""
SOMEBODY = "?"
"""Nobody's name: stands for the second person while one is still looked for."""


class NewMaintenance(BaseModel):
    """What is done to a detector, for how long, why, and up to which grade its own alarms are kept
    off the board meanwhile: grade 1 never is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "bump_test", "minutes": 30, "reason": "季度功能测试"}]
        },
    )
    kind: MaintenanceKind
    minutes: Annotated[Number, Field(ge=1, le=LONGEST_MS // MINUTE_MS, description="How long")]
    reason: Reason
    grade: Annotated[
        int, Field(strict=True, ge=WORST, le=4, description="The gravest that is kept quiet")
    ] = 3


async def start(
    here: Window,
    principal: Principal,
    connection: Connection,
    place: tuple[str, str],
    told: NewMaintenance,
    approved_by: str | None = None,
) -> Place:
    """Begin it now. Raises Problem where the park's policy does not allow it, and where one goes on."""
    number = await book.next_version(connection)
    known = await book.place(connection, *place)
    if known is None:
        raise not_found("point")
    now = here.clock.now_ms()
    _check(known.point, now)
    length = round(told.minutes * MINUTE_MS)
    why = here.register.shelving_policy.refusal(
        Off.OUT_OF_SERVICE, told.grade, length, principal.username, approved_by
    )
    if why is not None:
        raise Problem(Kind.NOT_POSSIBLE, why)
    begun = Maintenance(
        told.kind, now, now + length, principal.username, told.reason, told.grade, approved_by
    )
    return await _put(here, principal, connection, known, begun, number, told.reason)


async def end(
    here: Window,
    principal: Principal,
    connection: Connection,
    place: tuple[str, str],
    reason: str | None,
) -> Place:
    """End it now. Raises Problem where none goes on."""
    number = await book.next_version(connection)
    known = await book.place(connection, *place)
    if known is None:
        raise not_found("point")
    now, told = here.clock.now_ms(), known.point.maintenance
    if told is None or not told.is_on(now):
        raise Problem(Kind.CONFLICT, f"{known.point.tag} is in no calibration or bump test now.")
    over = Maintenance(
        told.kind,
        told.since,
        max(now, told.since + 1),
        told.by,
        told.reason,
        told.grade,
        told.approved_by,
    )
    return await _put(here, principal, connection, known, over, number, reason)


def needs_second(here: Window, told: NewMaintenance) -> bool:
    """Whether somebody else has to approve it, by the park's policy for out of service."""
    length = round(told.minutes * MINUTE_MS)
    return here.register.shelving_policy.needs_second(Off.OUT_OF_SERVICE, told.grade, length)


async def apply_for(
    here: Window,
    principal: Principal,
    once: Once,
    place: tuple[str, str],
    told: NewMaintenance,
) -> Response:
    """Keep what somebody asks a second person for, and answer 202."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        async with connection.transaction(force_rollback=True):
            await start(here, principal, connection, place, told, SOMEBODY)
        asked = Approval(
            place[0],
            secrets.token_hex(12),
            ACTION,
            "",
            told.reason,
            0.0,
            None,
            principal.username,
            now,
            now + EXPIRES,
            subject_type=SubjectType.POINT,
            subject_id=place[1],
            grade=told.grade,
            proposal={"tag": place[1], "body": told.model_dump(mode="json"), "before": None},
        )
        await check_waiting(connection, place[0], now)
        await store.insert(connection, asked)
        told_back = answer(NeedsApproval(approval_view(asked, now)), 202)
        return await once.keep(connection, told_back)


async def carry_out(
    here: Window, connection: Connection, asked: Approval, applicant: Principal, approver: str
) -> None:
    """Begin what was applied for, in the transaction of the decision. Raises Problem where that is
    not possible by now; it stays pending then."""
    proposal: dict[str, Any] = asked.proposal or {}
    told = NewMaintenance.model_validate(proposal["body"])
    place = asked.enterprise, str(proposal["tag"])
    await start(here, applicant, connection, place, told, approver)


def _check(point: Point, now: int) -> None:
    if point.kind is PointKind.INTERLOCK:
        raise Problem(
            Kind.NOT_POSSIBLE, f"{point.tag} is an interlock: apply for a bypass of its loop."
        )
    if point.formula is not None:
        raise Problem(Kind.NOT_POSSIBLE, f"{point.tag} is computed: there is nothing to calibrate.")
    if point.maintenance is not None and point.maintenance.is_on(now):
        raise Problem(
            Kind.CONFLICT, f"{point.tag} is in calibration or bump test already; end that first."
        )


async def _put(
    here: Window,
    principal: Principal,
    connection: Connection,
    known: Place,
    now_is: Maintenance,
    number: int,
    reason: str | None,
) -> Place:
    point, was = known.point, known.point.maintenance
    await book.put_maintenance(connection, point.enterprise, point.tag, now_is, number)
    await note(
        connection,
        HistorySubject.POINT,
        point.enterprise,
        point.tag,
        principal.username,
        to_datetime(here.clock.now_ms()),
        {"maintenance": None if was is None else book.maintenance_columns(was)},
        {"maintenance": book.maintenance_columns(now_is)},
        reason,
    )
    place = await book.place(connection, point.enterprise, point.tag)
    assert place is not None  # held by the book's lock
    return place
