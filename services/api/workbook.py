"""Workbooks (XLSX), read and written row by row, bounded in what they unpack to.

Pure and slow for large sheets: `services.api.workbook_worker` does it in a process of its own.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from services.api.sheet import BadSheet, Cell, Row, is_midnight, neutral
from services.api.workbook_extent import MAX_COLUMNS, filled_rows
from services.api.workbook_kind import MAX_ROWS, OLD_MAGIC

MOST_CELLS = 1_024
"""Of a row, the empty ones that only have a colour too."""
UNPACKED_BYTES = 192 * 2**20
"""All parts together, by the sizes in its directory, beyond which nothing is unpacked."""
PARTS = 2_000
_DAMAGES = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the library meets in a damaged workbook; it has no error of its own for that."""

# What it does not understand of a workbook's looks is none of our log's business.
warnings.filterwarnings("ignore", module="openpyxl")


def workbook_rows(payload: bytes) -> Iterator[Row]:
    """The rows of the one sheet that holds anything. Raises BadSheet on the way.

    Formulas, errors and numbers that are shown as percentages are refused: what they stand for is
    not what is stored.
    """
    _check_archive(payload)
    try:
        # Not only the values: a formula's last result is not what is written there.
        book: Any = load_workbook(
            io.BytesIO(payload), read_only=True, data_only=False, keep_links=False
        )
        try:
            yield from _rows(_only_sheet(book))
        finally:
            book.close()
    except BadSheet:
        raise
    except _DAMAGES as error:
        raise BadSheet(f"The workbook is damaged ({_said(error)}): save it anew.") from error


def write_workbook(header: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> bytes:
    """A workbook of one sheet; every text is a text, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("points")
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, neutral(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _check_archive(payload: bytes) -> None:
    if payload.startswith(OLD_MAGIC):
        raise BadSheet("It is an .xls or has a password: save it as .xlsx without one.")
    try:
        parts = zipfile.ZipFile(io.BytesIO(payload)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadSheet(f"It is no workbook ({_said(error)}): save it as .xlsx.") from error
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise BadSheet(
            f"The workbook unpacks to more than {UNPACKED_BYTES >> 20} MiB: send CSV, or split it."
        )
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise BadSheet("The workbook holds macros: save it as .xlsx without them.")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise BadSheet("The workbook refers to other workbooks: put the values in place of that.")


def _only_sheet(book: Any) -> Any:
    """The one with anything in it: nobody guesses which of several is meant."""
    filled = [sheet for sheet in book.worksheets if _filled(sheet)]
    if len(filled) > 1:
        raise BadSheet(
            f"The workbook has {len(filled)} sheets with something in them: keep only one."
        )
    if not filled:
        raise BadSheet("The workbook is empty: put a point on each row below the header.")
    return filled[0]


def _filled(sheet: Any) -> int:
    # What it says of its own extent may be forged, and no public way leads to its part.
    with sheet._get_source() as part:
        return filled_rows(part)


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1), start=1):
        if len(cells) > MOST_CELLS or any(c.value is not None for c in cells[MAX_COLUMNS:]):
            raise BadSheet(f"The workbook has more than {MAX_COLUMNS} columns: remove the rest.")
        if all(cell.value is None for cell in cells):
            continue
        yield number, [_cell(cell, number) for cell in cells[:MAX_COLUMNS]]


def _cell(cell: Any, row: int) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | bool | int | float | date):
        raise BadSheet(f"Row {row}: {cell.coordinate} holds a formula: put its value there.")
    if cell.data_type == "e":
        raise BadSheet(f"Row {row}: {cell.coordinate} holds the error {value}: put a value there.")
    if isinstance(value, datetime):
        return value.date() if is_midnight(value) else value.isoformat(" ")
    if isinstance(value, str | date):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if "%" in str(cell.number_format):
        raise BadSheet(
            f"Row {row}: {cell.coordinate} is shown as a percentage, and {value:g} is stored: "
            "format it as a number."
        )
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _said(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0].strip(" .'\"")[:100] or type(error).__name__
