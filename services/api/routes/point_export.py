"""Points as a sheet that people can work with, and that can be imported again."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from services.api.asking import Here, Reader, Registered, narrowed
from services.api.late_route import LateRouter
from services.api.point_sheet import COLUMNS, sheet_row
from services.api.problem import Kind, Problem
from services.api.sheet import BadSheet, neutral
from services.api.text import Code
from services.api.window import Window
from services.api.workbook_apart import Table, write_apart
from services.api.workbook_kind import MAX_ROWS, MEDIA_TYPE
from services.domain.point import PointKind
from services.store.register import Place

router = LateRouter(prefix="/points", tags=["points"], dependencies=[Registered])
SLICE = 1_000
_TURN = asyncio.Semaphore(1)
"""One workbook is written at a time."""
_CSV = "text/csv; charset=utf-8"


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {
            "description": "A sheet with the columns of an import",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def export_points(
    here: Here,
    principal: Reader,
    format: Annotated[Literal["csv", "xlsx"], Query()] = "csv",  # noqa: A002 - the query's name
    enterprise: Annotated[Code | None, Query()] = None,
    kind: PointKind | None = None,
    hazard_source: Annotated[Code | None, Query()] = None,
    gateway: Annotated[Code | None, Query()] = None,
) -> Response:
    """The points as CSV (UTF-8 with a byte order mark) or XLSX, by enterprise and tag. A text that
    a spreadsheet would run gets an apostrophe in front; positions are WGS 84. Derived points are not
    in it: a sheet holds no formula."""
    scope = narrowed(principal, enterprise)

    def fits(place: Place) -> bool:
        point = place.point
        return (
            (scope is None or point.enterprise in scope)
            and point.formula is None
            and (kind is None or point.kind is kind)
            and (hazard_source is None or point.hazard_source == hazard_source)
            and (gateway is None or point.gateway == gateway)
        )

    if format == "csv":
        return StreamingResponse(_csv(here, fits), headers=_named("points.csv"), media_type=_CSV)
    found = here.register.places_after(("", ""), fits, MAX_ROWS + 1)
    if len(found) > MAX_ROWS:
        raise Problem(
            Kind.INVALID,
            f"format: a workbook holds at most {MAX_ROWS} points; ask for CSV or one enterprise.",
        )
    async with _TURN:
        try:
            made = await write_apart(Table(COLUMNS, [_row(here, each) for each in found]))
        except BadSheet as error:
            raise Problem(Kind.INVALID, f"format: {error}") from None
    return Response(made, headers=_named("points.xlsx"), media_type=MEDIA_TYPE)


async def _csv(here: Window, fits: Callable[[Place], bool]) -> AsyncIterator[bytes]:
    yield "\ufeff".encode()
    yield _lines([list(COLUMNS)])
    after = ("", "")
    while True:
        async with here.heavy_turns:
            found = here.register.places_after(after, fits, SLICE)
            piece = _lines([_row(here, each) for each in found])
        if not found:
            return
        yield piece
        after = (found[-1].point.enterprise, found[-1].point.tag)
        await asyncio.sleep(0)


def _row(here: Window, place: Place) -> list[str | float | None]:
    point = place.point
    return sheet_row(place, here.register.groups.of(point.enterprise, point.tag))


def _lines(rows: list[list[str | float | None]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows(
        [neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return made.getvalue().encode()


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}
