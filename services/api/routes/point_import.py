"""Points by the sheet: all of it, or nothing and the reasons."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from services.api.answer import answer
from services.api.asking import Configurer, Here, OnceOnly
from services.api.fence import Fences
from services.api.point_body import Coordinates
from services.api.point_desk import check_known, fresh_ids
from services.api.point_sheet import SHOWN_ERRORS, Sheet, read_rows
from services.api.principal import Principal
from services.api.problem import Kind, Problem, render
from services.api.register import refresh
from services.api.sheet import BadSheet, csv_rows
from services.api.text import Code
from services.api.window import Window
from services.api.workbook import MEDIA_TYPE, is_workbook
from services.api.workbook_worker import read_apart
from services.runtime.clock import to_datetime
from services.store import register as store
from services.store.register import Connection
from services.store.register_history import note_new_points

router = APIRouter(prefix="/points", tags=["points"])
DEADLINE_S = 120.0
_TURN = asyncio.Semaphore(1)
"""One sheet is read at a time: the next one waits, and takes no memory but its own bytes."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many points were registered."""

    created: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an import would do; nothing was stored."""

    dry_run: bool
    would_create: int


@router.post(
    "/import",
    status_code=201,
    response_model=Imported,
    responses={200: {"model": Rehearsed, "description": "The sheet is right (dry run)"}},
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
    principal: Configurer,
    once: OnceOnly,
    enterprise: Annotated[Code | None, Query(description="Where the sheet has no column")] = None,
    dry_run: Annotated[bool, Query(description="Look only: nothing is stored")] = False,
    coordinates: Annotated[
        Coordinates, Query(description="Of lon and lat; gcj02 is converted to WGS 84 and marked")
    ] = "wgs84",
) -> Response:
    """Register the points of a sheet, CSV or XLSX (columns as the fields of a point); all or none.
    Wrong rows are named by their numbers."""
    payload = await _payload(request)
    async with _TURN:
        try:
            apart = is_workbook(payload)
            rows = iter(await read_apart(payload)) if apart else csv_rows(payload)
            sheet = await asyncio.to_thread(read_rows, rows, enterprise, coordinates)
        except BadSheet as error:
            raise Problem(Kind.INVALID, str(error)) from None
    for row, point in sheet.points.items():
        try:
            check_known(here, point)
        except Problem as problem:
            sheet.refuse(row, problem.detail.rstrip("."))
    if sheet.errors:
        return _refusal(sheet)
    if dry_run:
        return await _rehearse(here, sheet)
    done = answer(Imported(len(sheet.points)), 201)
    async with here.database.transaction(DEADLINE_S) as connection:
        number = await store.next_version(connection)
        await _look(connection, sheet)
        if not sheet.errors:
            await _insert(here, principal, connection, sheet, number)
            await once.keep(connection, done)
    if sheet.errors:
        return _refusal(sheet)
    await refresh(here.follower)
    return done


async def _rehearse(here: Window, sheet: Sheet) -> Response:
    async with here.database.transaction(DEADLINE_S) as connection:
        await _look(connection, sheet)
    if sheet.errors:
        return _refusal(sheet)
    return answer(Rehearsed(True, len(sheet.points)))


async def _payload(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    raise Problem(Kind.INVALID, "file: the form holds no file; attach the sheet.")


async def _look(connection: Connection, sheet: Sheet) -> None:
    """Refuse rows whose names are taken, and those that lie outside of their enterprise."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for row, point in sheet.points.items():
        rows[point.enterprise][point.tag] = row
    for enterprise, tags in rows.items():
        for tag in await store.taken_tags(connection, enterprise, list(tags)):
            sheet.refuse(tags[tag], f"tag: {tag} is registered already")
    fences = await Fences.of(connection, list(rows))
    if fences.areas:
        await asyncio.to_thread(_refuse_outside, fences, sheet)
    sheet.errors.sort(key=lambda text: int(text.split(":", 1)[0].removeprefix("Row ")))


def _refuse_outside(fences: Fences, sheet: Sheet) -> None:
    for row, point in sheet.points.items():
        told = fences.outside(point.enterprise, point.lon, point.lat)
        if told is not None:
            sheet.refuse(row, f"lon: {told}")


async def _insert(
    here: Window, principal: Principal, connection: Connection, sheet: Sheet, number: int
) -> None:
    ids = await fresh_ids(connection, len(sheet.points))
    columns = [each | {"id": n} for each, n in zip(sheet.columns(), ids, strict=True)]
    await store.insert_points(connection, columns, number)
    now = to_datetime(here.clock.now_ms())
    await note_new_points(connection, number, principal.username, now)


def _refusal(sheet: Sheet) -> Response:
    shown = [{"in": "body", "field": "row", "message": text} for text in sheet.errors]
    more = f" ({len(sheet.errors) - 1} more rows are wrong)" if len(sheet.errors) > 1 else ""
    detail = f"Nothing was imported. {sheet.errors[0].rstrip('.')}{more}."
    return render(Kind.INVALID, detail, errors=shown[:SHOWN_ERRORS])
