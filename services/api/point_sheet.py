"""Points from a CSV sheet as plants export them: UTF-8 or GB18030, comma, semicolon or tab.

Pure and slow for large sheets: run it in a thread.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field

from pydantic import ValidationError

from services.api.point_body import NewPoint

MAX_ROWS = 500_000
SHOWN_ERRORS = 20
_NUMBERS = ("range_low", "range_high", "lon", "lat", "period_s")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


class BadSheet(ValueError):
    """A sheet that cannot be read at all; the text says why and what to do."""


@dataclass(slots=True)
class Sheet:
    """What a sheet holds: points by their row, and a sentence for each row that is wrong."""

    points: dict[int, NewPoint] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def refuse(self, row: int, reason: str) -> None:
        self.errors.append(f"Row {row}: {reason}.")


def read_sheet(payload: bytes, enterprise: str | None) -> Sheet:
    """The points of a sheet; `enterprise` fills in where it has no such column. Raises BadSheet."""
    rows = csv.reader(io.StringIO(_text(payload), newline=""), delimiter=_delimiter(payload))
    sheet = Sheet()
    seen: set[tuple[str, str]] = set()
    try:
        header = [_fold(cell).lower() for cell in next(rows, [])]
        _check_header(header)
        for number, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                _read_row(sheet, seen, number, header, cells, enterprise)
            if number > MAX_ROWS:
                raise BadSheet(f"The sheet has more than {MAX_ROWS} rows: split it.")
    except csv.Error as error:
        raise BadSheet(f"The sheet is not CSV: {error}.") from error
    if not sheet.points and not sheet.errors:
        raise BadSheet("The sheet holds no points: put one on each row below the header.")
    return sheet


def _read_row(
    sheet: Sheet,
    seen: set[tuple[str, str]],
    number: int,
    header: list[str],
    cells: list[str],
    enterprise: str | None,
) -> None:
    if len(cells) > len(header):
        sheet.refuse(number, f"it has {len(cells)} cells, the header {len(header)}")
        return
    values: dict[str, object] = {} if enterprise is None else {"enterprise": enterprise}
    for name, cell in zip(header, cells, strict=False):
        if cell.strip():
            values[name] = _cell(name, cell.strip())
    try:
        point = NewPoint.model_validate(values)
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


def _cell(name: str, text: str) -> object:
    if name not in _NUMBERS:
        return text
    folded = _fold(text)
    return float(folded) if _NUMBER.match(folded) else text


def _check_header(header: list[str]) -> None:
    for name in ("tag", "kind", "unit"):
        if name not in header:
            raise BadSheet(f"The sheet has no column {name}: its first row must name the columns.")
    unknown = [name for name in header if name not in NewPoint.model_fields]
    if unknown:
        known = ", ".join(NewPoint.model_fields)
        raise BadSheet(f"The column {unknown[0]!r} is not known; the known ones are {known}.")
    if len(set(header)) < len(header):
        raise BadSheet("A column stands in the header twice: remove one of them.")


def _text(payload: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("The sheet is neither UTF-8 nor GB18030: save it as one of them.")


def _delimiter(payload: bytes) -> str:
    header = payload.split(b"\n", 1)[0]
    return max(",;\t", key=lambda each: header.count(each.encode()))


def _fold(text: str) -> str:
    """Full-width letters and digits as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()
