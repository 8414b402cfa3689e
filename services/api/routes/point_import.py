"""Points by the sheet: all of it, or nothing and the reasons."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request, Response
from starlette.datastructures import UploadFile

from services.api import point_proposal
from services.api.answer import answer
from services.api.asking import Designer, Here, OnceOnly
from services.api.late_route import LateRouter
from services.api.point_body import Coordinates
from services.api.point_plan import Line, Plan
from services.api.point_sheet import SHOWN_ERRORS, Mode, Sheet, read_rows
from services.api.problem import Kind, Problem, render
from services.api.register import refresh
from services.api.routes.points import PROPOSED
from services.api.sheet import BadSheet, csv_rows
from services.api.sheet_desk import SheetDesk
from services.api.text import Code, Reason
from services.api.workbook_apart import read_apart
from services.api.workbook_kind import MEDIA_TYPE, is_workbook
from services.store import register as store

router = LateRouter(prefix="/points", tags=["points"])
DEADLINE_S = 120.0
_TURN = asyncio.Semaphore(1)
"""One sheet is read at a time: the next one waits, and takes no memory but its own bytes."""


SHOWN_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Imported:
    """How many points were registered, changed, and left as they were."""

    created: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an import would do; nothing was stored. `lines`: the first thousand rows, those first
    that would bring something; `left_off`: how many more there are."""

    dry_run: bool
    would_create: int
    would_update: int
    unchanged: int
    lines: list[Line]
    left_off: int


@router.post(
    "/import",
    status_code=201,
    response_model=Imported,
    responses={
        200: {"model": Rehearsed, "description": "The sheet is right (dry run)"},
        **PROPOSED,
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def import_points(
    request: Request,
    here: Here,
    principal: Designer,
    once: OnceOnly,
    enterprise: Annotated[Code | None, Query(description="Where the sheet has no column")] = None,
    dry_run: Annotated[bool, Query(description="Look only: nothing is stored")] = False,
    coordinates: Annotated[
        Coordinates, Query(description="Of lon and lat; gcj02 is converted to WGS 84 and marked")
    ] = "wgs84",
    mode: Annotated[
        Mode,
        Query(
            description="create: every row is a new point; update: a registered one; both: either. "
            "Of a registered point the columns of the sheet change, an empty cell empties"
        ),
    ] = Mode.CREATE,
    reason: Annotated[
        Reason | None,
        Query(
            description="Needed of an enterprise, and where a limit in force would be laxer; kept "
            "with the changes"
        ),
    ] = None,
) -> Response:
    """Register or change the points of a sheet, CSV or XLSX (columns as the fields of a point, and
    `groups`, the codes of the groups it is in); all or none. Wrong rows are named by their numbers;
    a dry run says of each row what it would bring. An enterprise proposes up to 200 new and changed
    points without groups, and says in `reason` why."""
    async with _TURN:
        payload = await _payload(request)
        try:
            apart = is_workbook(payload)
            rows = iter(await read_apart(payload)) if apart else csv_rows(payload)
            sheet = await asyncio.to_thread(read_rows, rows, enterprise, coordinates, mode)
        except BadSheet as error:
            raise Problem(Kind.INVALID, str(error)) from None
    desk = SheetDesk(here, principal, sheet, mode, reason)
    async with here.database.transaction(DEADLINE_S) as connection:
        if not dry_run:
            await store.next_version(connection)
        made = await desk.look(connection)
        done = await asyncio.to_thread(_told, made, dry_run)
        if not dry_run and not sheet.errors:
            if principal.enterprise is not None:
                return await point_proposal.propose_sheet(
                    here, principal, once, connection, made, coordinates, reason
                )
            await desk.carry_out(connection, made)
            await once.keep(connection, done)
    if sheet.errors:
        return _refusal(sheet)
    if not dry_run:
        await refresh(here.follower)
    return done


def _told(made: Plan, dry_run: bool) -> Response:
    created, updated, same = made.counts()
    if not dry_run:
        return answer(Imported(created, updated, same), 201)
    lines = made.lines(SHOWN_LINES)
    left = created + updated + same - len(lines)
    return answer(Rehearsed(True, created, updated, same, lines, left))


async def _payload(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    raise Problem(Kind.INVALID, "file: the form holds no file; attach the sheet.")


def _refusal(sheet: Sheet) -> Response:
    shown = [{"in": "body", "field": "row", "message": text} for text in sheet.errors]
    more = f" ({len(sheet.errors) - 1} more rows are wrong)" if len(sheet.errors) > 1 else ""
    detail = f"Nothing was imported. {sheet.errors[0].rstrip('.')}{more}."
    return render(Kind.INVALID, detail, errors=shown[:SHOWN_ERRORS])
