"""Points by the sheet: all of it, or nothing and the reasons."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from services.api.answer import answer
from services.api.asking import Configurer, Here, OnceOnly
from services.api.point_body import NewPoint
from services.api.point_sheet import SHOWN_ERRORS, BadSheet, Sheet, read_sheet
from services.api.problem import Kind, Problem, render
from services.api.register import refresh
from services.api.routes.points import check_known, fresh_ids
from services.api.text import Code
from services.store import register as store
from services.store.register import Connection

router = APIRouter(prefix="/points", tags=["points"])
DEADLINE_S = 120.0


@dataclass(frozen=True, slots=True)
class Imported:
    """How many points were registered."""

    created: int


@router.post(
    "/import",
    status_code=201,
    response_model=Imported,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
)
async def import_points(
    request: Request,
    here: Here,
    principal: Configurer,
    once: OnceOnly,
    enterprise: Annotated[Code | None, Query(description="Where the sheet has no column")] = None,
) -> Response:
    """Register the points of a CSV sheet (columns as the fields of a point); all or none."""
    try:
        sheet = await asyncio.to_thread(read_sheet, await _payload(request), enterprise)
    except BadSheet as error:
        raise Problem(Kind.INVALID, str(error)) from None
    for row, point in sheet.points.items():
        try:
            check_known(here, point)
        except Problem as problem:
            sheet.refuse(row, problem.detail.rstrip("."))
    done = answer(Imported(len(sheet.points)), 201)
    if not sheet.errors:
        async with here.database.transaction(DEADLINE_S) as connection:
            number = await store.next_version(connection)
            await _refuse_taken(connection, sheet)
            if not sheet.errors:
                await _insert(connection, list(sheet.points.values()), number)
                await once.keep(connection, done)
    if sheet.errors:
        return _refusal(sheet)
    await refresh(here.follower)
    return done


async def _payload(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    raise Problem(Kind.INVALID, "file: the form holds no file; attach the sheet.")


async def _refuse_taken(connection: Connection, sheet: Sheet) -> None:
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for row, point in sheet.points.items():
        rows[point.enterprise][point.tag] = row
    for enterprise, tags in rows.items():
        for tag in await store.taken_tags(connection, enterprise, list(tags)):
            sheet.refuse(tags[tag], f"tag: {tag} is registered already")


async def _insert(connection: Connection, points: list[NewPoint], number: int) -> None:
    ids = await fresh_ids(connection, len(points))
    columns = [point.columns() | {"id": n} for point, n in zip(points, ids, strict=True)]
    await store.insert_points(connection, columns, number)


def _refusal(sheet: Sheet) -> Response:
    shown = [{"in": "body", "field": "row", "message": text} for text in sheet.errors]
    more = f" ({len(sheet.errors) - 1} more rows are wrong)" if len(sheet.errors) > 1 else ""
    detail = f"Nothing was imported. {sheet.errors[0].rstrip('.')}{more}."
    return render(Kind.INVALID, detail, errors=shown[:SHOWN_ERRORS])
