"""What a sheet of a workbook holds, and how far out: looked at as it is written, before it is read.

The reader of sheets stops at a row that it is told, and leaves out what stands in an odd order; what
it leaves out would be lost without a word. So the whole of a sheet's part is walked first. That is
bounded: a part is no larger than all of them may unpack to (`services.api.workbook`).
"""

import re
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils import column_index_from_string, get_column_letter

from services.api.sheet import BadSheet
from services.api.workbook_kind import MAX_ROWS

MAX_COLUMNS = 64
_NAME = re.compile(r"([A-Z]{1,3})([0-9]+)")
_CONTENTS = ("v", "f", "is")


def filled_rows(part: IO[bytes]) -> int:
    """How many rows of a sheet hold anything. Raises BadSheet for a cell outside of what is read,
    and for rows or cells that do not follow one another; ParseError for what is no XML."""
    count = before = 0
    for row in _rows(part):
        number = int(row.get("r") or before + 1)
        if number <= before:
            raise BadSheet(f"Row {number} stands behind row {before}: save the workbook anew.")
        before = number
        count += _is_filled(row, number)
    return count


def _rows(part: IO[bytes]) -> Iterator[Element]:
    inside: Element | None = None
    for event, element in iterparse(part, ("start", "end")):
        name = element.tag.rpartition("}")[2]
        if event == "start":
            inside = element if name == "sheetData" else inside
        elif name == "row":
            yield element
            if inside is not None:
                inside.clear()


def _is_filled(row: Element, number: int) -> bool:
    column, found = 0, False
    for cell in row:
        if cell.tag.rpartition("}")[2] != "c":
            continue
        named = _NAME.fullmatch(cell.get("r") or "")
        at = column + 1 if named is None else column_index_from_string(named[1])
        if at <= column:
            raise BadSheet(f"Row {number}: its cells stand in no order: save the workbook anew.")
        column = at
        if _holds(cell):
            found = True
            _check_place(number, column)
    return found


def _check_place(row: int, column: int) -> None:
    name = f"{get_column_letter(column)}{row}"
    if column > MAX_COLUMNS:
        raise BadSheet(
            f"The workbook has more than {MAX_COLUMNS} columns, {name} holds something: remove the "
            "rest."
        )
    if row > MAX_ROWS + 1:
        raise BadSheet(
            f"The workbook has more than {MAX_ROWS} rows, {name} holds something: send CSV, or "
            "split it."
        )


def _holds(cell: Element) -> bool:
    return any(part.tag.rpartition("}")[2] in _CONTENTS and any(part.itertext()) for part in cell)
