"""Points from a sheet, CSV or XLSX, and back: what is wrong in it is told by its line.

Pure and slow for large sheets: run it in a thread.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import ValidationError

from services.api.point_body import Coordinates, NewPoint, PointName
from services.api.sheet import BadSheet, Cell, Row, fold, plain_day, restored
from services.api.sheet_words import column_of, value_of
from services.domain.gcj02 import from_gcj02
from services.domain.place import Position
from services.store.register import Place

SHOWN_ERRORS = 100
MOST_CHANGES = 50_000
"""Rows of a sheet that may change points: each is held against what stands."""
GROUPS = "groups"
COLUMNS = (*NewPoint.model_fields, GROUPS)
"""Of a sheet that is exported, and all that an import knows."""
_CODES = re.compile(r"[;；,，、\s]+")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NUMBERS = frozenset({"range_low", "range_high", "lon", "lat", "height_m", "period_s"})
_DAYS = frozenset({"calibrated_on", "calibration_due_on", "bump_tested_on", "bump_test_due_on"})
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_DECIMALS = 8
"""Of a converted position: a millimetre."""


class Mode(StrEnum):
    """What a sheet does: registers points, changes registered ones, or either by what there is."""

    CREATE = "create"
    UPDATE = "update"
    BOTH = "both"


class BadCell(ValueError):
    """What cannot stand in its column; the text says why, with the column's name."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says of a point that may be registered already: only what the header names; an
    empty cell is None."""

    enterprise: str
    tag: str
    values: dict[str, object]


@dataclass(slots=True)
class Sheet:
    """What a sheet holds by its rows: points to register (`points`), or what is told of points that
    may be registered (`told`); the groups that a row names; a sentence for each wrong row."""

    points: dict[int, NewPoint] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    told: dict[int, Told] = field(default_factory=dict)
    groups: dict[int, tuple[str, ...]] = field(default_factory=dict)
    converted_from: str | None = None
    """The coordinates that its positions were given in; None for WGS 84."""

    def refuse(self, row: int, reason: str) -> None:
        self.errors.append(f"Row {row}: {reason}.")

    def in_order(self) -> None:
        """Put what is wrong in the order of the rows."""
        self.errors.sort(key=lambda text: int(text.split(":", 1)[0].removeprefix("Row ")))


def read_rows(
    rows: Iterator[Row],
    enterprise: str | None,
    coordinates: Coordinates = "wgs84",
    mode: Mode = Mode.CREATE,
) -> Sheet:
    """The points of a sheet's rows, the header first; `enterprise` fills in where there is no such
    column. Positions of new points in `gcj02` are converted to WGS 84. Raises BadSheet."""
    sheet = Sheet(converted_from=None if coordinates == "wgs84" else coordinates)
    seen: set[tuple[str, str]] = set()
    header = _header(rows, ("tag", "kind", "unit") if mode is Mode.CREATE else ("tag",))
    for number, cells in rows:
        _read_row(sheet, seen, (number, cells), header, enterprise, mode)
        if len(sheet.told) > MOST_CHANGES:
            raise BadSheet(
                f"A sheet that changes points has at most {MOST_CHANGES} rows: split it."
            )
    if not (sheet.points or sheet.told or sheet.errors):
        raise BadSheet("The sheet holds no points: put one on each row below the header.")
    return sheet


def sheet_row(place: Place, groups: Sequence[str] = ()) -> list[str | float | None]:
    """A point as a row of `COLUMNS`; `groups` are the codes of those that it is in."""
    point, file = place.point, place.file
    told: dict[str, object] = {
        name: getattr(point, name, getattr(file, name, None)) for name in COLUMNS
    }
    told |= {"lon": place.lon, "lat": place.lat, "equipment": place.equipment}
    told[GROUPS] = ";".join(groups) or None
    return [_written(value) for value in told.values()]


def _written(value: object) -> str | float | None:
    if value is None or isinstance(value, float | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _header(rows: Iterator[Row], needed: Sequence[str]) -> list[str]:
    _, cells = next(rows, (1, []))
    header = [column_of(str(cell)) for cell in cells]
    while header and not header[-1]:
        header.pop()
    for name in needed:
        if name not in header:
            raise BadSheet(f"The sheet has no column {name}: its first row must name the columns.")
    unknown = [name for name in header if name not in COLUMNS]
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
    mode: Mode,
) -> None:
    number, cells = row
    if any(_is_filled(cell) for cell in cells[len(header) :]):
        sheet.refuse(number, f"it has {len(cells)} cells, the header {len(header)}")
        return
    try:
        values = _values(header, cells, enterprise)
        named = _codes(values.pop(GROUPS)) if GROUPS in values else None
        point = None
        if mode is Mode.CREATE:
            point = new_point(values, sheet.converted_from)
        name = PointName.model_validate(_filled(values, PointName.model_fields))
    except BadCell as error:
        sheet.refuse(number, str(error))
        return
    except ValidationError as error:
        sheet.refuse(number, first_fault(error))
        return
    if (name.enterprise, name.tag) in seen:
        sheet.refuse(number, f"tag: {name.tag} stands in the sheet twice")
        return
    seen.add((name.enterprise, name.tag))
    if point is not None:
        sheet.points[number] = point
    else:
        rest = {each: told for each, told in values.items() if each not in PointName.model_fields}
        sheet.told[number] = Told(name.enterprise, name.tag, rest)
    if named is not None:
        sheet.groups[number] = named


def new_point(values: dict[str, object], converted_from: str | None) -> NewPoint:
    """The point of a row's cells; its position becomes WGS 84. Raises ValidationError."""
    point = NewPoint.model_validate(_filled(values, values))
    lon, lat = wgs84(point.lon, point.lat, converted_from)
    return point.model_copy(update={"lon": lon, "lat": lat})


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong of a row, with its field."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "row"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _values(header: list[str], cells: list[Cell], enterprise: str | None) -> dict[str, object]:
    """What the cells say, by column; None for an empty one. Raises BadCell."""
    values: dict[str, object] = {
        name: _value(name, cell) if _is_filled(cell) else None
        for name, cell in zip(header, [*cells, *[""] * len(header)], strict=False)
    }
    if values.get("enterprise") is None:
        values["enterprise"] = enterprise
    return values


def _filled(values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _codes(told: object) -> tuple[str, ...]:
    """The codes of groups in a cell: `A;B`. Raises BadCell."""
    codes = [] if told is None else [each for each in _CODES.split(str(told)) if each]
    for code in codes:
        if not _CODE.fullmatch(code):
            raise BadCell(f"{GROUPS}: {code[:40]!r} is no code of a group")
    return tuple(sorted(set(codes)))


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


def wgs84(
    lon: float | None, lat: float | None, converted_from: str | None
) -> tuple[float | None, float | None]:
    """A position that a sheet gave in these coordinates (None: WGS 84), in WGS 84."""
    if converted_from is None or lon is None or lat is None:
        return lon, lat
    found = from_gcj02(Position(lon, lat))
    return round(found.lon, _DECIMALS), round(found.lat, _DECIMALS)
