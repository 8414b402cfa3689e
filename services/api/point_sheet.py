"""Points from a sheet, CSV or XLSX, and back: what is wrong in it is told by its line.

Pure and slow for large sheets: run it in a thread.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from services.api.point_body import Coordinates, NewPoint
from services.api.sheet import BadSheet, Cell, Row, csv_rows, fold, plain_day, restored
from services.api.sheet_words import column_of, value_of
from services.api.workbook import is_workbook, workbook_rows
from services.domain.gcj02 import from_gcj02
from services.domain.place import Position
from services.store.register import Place

SHOWN_ERRORS = 100
COLUMNS = tuple(NewPoint.model_fields)
"""Of a sheet that is exported, and all that an import knows."""
_NUMBERS = frozenset({"range_low", "range_high", "lon", "lat", "height_m", "period_s"})
_DAYS = frozenset({"calibrated_on", "calibration_due_on", "bump_tested_on", "bump_test_due_on"})
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_DECIMALS = 8
"""Of a converted position: a millimetre."""


class BadCell(ValueError):
    """What cannot stand in its column; the text says why, with the column's name."""


@dataclass(slots=True)
class Sheet:
    """What a sheet holds: points by their row, and a sentence for each row that is wrong."""

    points: dict[int, NewPoint] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    converted_from: str | None = None
    """The coordinates that its positions were given in; None for WGS 84."""

    def refuse(self, row: int, reason: str) -> None:
        self.errors.append(f"Row {row}: {reason}.")

    def columns(self) -> list[dict[str, object]]:
        """Its points by the columns of the table, but for their numbers."""
        return [
            point.columns() | {"converted_from": None if point.lon is None else self.converted_from}
            for point in self.points.values()
        ]


def read_sheet(payload: bytes, enterprise: str | None, coordinates: Coordinates = "wgs84") -> Sheet:
    """The points of a sheet, CSV or XLSX. Raises BadSheet."""
    rows = workbook_rows(payload) if is_workbook(payload) else csv_rows(payload)
    return read_rows(rows, enterprise, coordinates)


def read_rows(
    rows: Iterator[Row], enterprise: str | None, coordinates: Coordinates = "wgs84"
) -> Sheet:
    """The points of a sheet's rows, the header first; `enterprise` fills in where there is no such
    column. Positions in `gcj02` are converted to WGS 84. Raises BadSheet."""
    sheet = Sheet(converted_from=None if coordinates == "wgs84" else coordinates)
    seen: set[tuple[str, str]] = set()
    header = _header(rows)
    for number, cells in rows:
        _read_row(sheet, seen, (number, cells), header, enterprise)
    if not sheet.points and not sheet.errors:
        raise BadSheet("The sheet holds no points: put one on each row below the header.")
    return sheet


def sheet_row(place: Place) -> list[str | float | None]:
    """A point as a row of `COLUMNS`."""
    point, file = place.point, place.file
    told: dict[str, object] = {
        name: getattr(point, name, getattr(file, name, None)) for name in COLUMNS
    }
    told |= {"lon": place.lon, "lat": place.lat, "equipment": place.equipment}
    return [_written(value) for value in told.values()]


def _written(value: object) -> str | float | None:
    if value is None or isinstance(value, float | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _header(rows: Iterator[Row]) -> list[str]:
    _, cells = next(rows, (1, []))
    header = [column_of(str(cell)) for cell in cells]
    while header and not header[-1]:
        header.pop()
    for name in ("tag", "kind", "unit"):
        if name not in header:
            raise BadSheet(f"The sheet has no column {name}: its first row must name the columns.")
    unknown = [name for name in header if name not in NewPoint.model_fields]
    if unknown:
        known = ", ".join(COLUMNS)
        raise BadSheet(f"The column {unknown[0]!r} is not known; the known ones are {known}.")
    if len(set(header)) < len(header):
        raise BadSheet("A column stands in the header twice: remove one of them.")
    return header


def _read_row(
    sheet: Sheet,
    seen: set[tuple[str, str]],
    row: Row,
    header: list[str],
    enterprise: str | None,
) -> None:
    number, cells = row
    if any(_is_filled(cell) for cell in cells[len(header) :]):
        sheet.refuse(number, f"it has {len(cells)} cells, the header {len(header)}")
        return
    values: dict[str, object] = {} if enterprise is None else {"enterprise": enterprise}
    try:
        for name, cell in zip(header, cells, strict=False):
            if _is_filled(cell):
                values[name] = _value(name, cell)
        point = _placed(NewPoint.model_validate(values), sheet.converted_from)
    except BadCell as error:
        sheet.refuse(number, str(error))
        return
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "row"
        sheet.refuse(number, f"{where}: {first['msg'].removeprefix('Value error, ')}")
        return
    if (point.enterprise, point.tag) in seen:
        sheet.refuse(number, f"tag: {point.tag} stands in the sheet twice")
        return
    seen.add((point.enterprise, point.tag))
    sheet.points[number] = point


def _is_filled(cell: Cell) -> bool:
    return isinstance(cell, date) or bool(cell.strip())


def _value(name: str, cell: Cell) -> object:
    """A cell as the field takes it. Raises BadCell: nothing is guessed."""
    if isinstance(cell, date):
        if name not in _DAYS:
            raise BadCell(f"{name}: it holds the date {cell}: format the column as text")
        return cell
    text = cell.strip()
    if text.startswith("="):
        raise BadCell(f"{name}: it holds a formula: put its value there")
    if name in _NUMBERS:
        folded = fold(text)
        if not _NUMBER.match(folded):
            raise BadCell(f"{name}: {text[:40]!r} is not a number like 1000.5")
        return float(folded)
    if name in _DAYS:
        return plain_day(text)
    return value_of(name, restored(text))


def _placed(point: NewPoint, converted_from: str | None) -> NewPoint:
    if converted_from is None or point.lon is None or point.lat is None:
        return point
    found = from_gcj02(Position(point.lon, point.lat))
    return point.model_copy(
        update={"lon": round(found.lon, _DECIMALS), "lat": round(found.lat, _DECIMALS)}
    )
