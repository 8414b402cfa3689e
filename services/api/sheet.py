"""Sheets as plants keep them: rows of cells out of CSV, and cells that no spreadsheet will run.

CSV comes in UTF-8, UTF-16 or GB18030, with or without a byte order mark, with commas, semicolons or
tabs. Pure and slow for large sheets: run it in a thread.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

MAX_ROWS = 500_000
Cell = str | date
"""A text, also of a number; a date where a workbook has one."""
Row = tuple[int, list[Cell]]
"""The number of its line, from 1, and its cells."""

_RUNS = frozenset("=+-@\t\r＝＋－＠'")
"""What a spreadsheet takes for the beginning of a formula, and the mark that says it is none."""
_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n")


class BadSheet(ValueError):
    """A sheet that cannot be read at all; the text says why and what to do."""


def csv_rows(payload: bytes) -> Iterator[Row]:
    """The rows of a CSV file that hold anything, the header first. Raises BadSheet on the way."""
    text = _text(payload)
    told = _SEPARATOR.match(text)
    skipped = 0
    if told is not None:
        text, skipped = text[told.end() :], 1
    separator = told[1] if told else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells: list[Cell] = list(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            raise BadSheet(f"Row {line}: the sheet is not CSV there: {error}.") from error
        if any(isinstance(cell, str) and cell.strip() for cell in cells):
            yield line, cells
        if line > MAX_ROWS + 1:
            raise BadSheet(f"The sheet has more than {MAX_ROWS} rows: split it.")


def neutral(text: str) -> str:
    """A text as a cell that no spreadsheet runs: with an apostrophe where it would be a formula."""
    return f"'{text}" if text[:1] in _RUNS else text


def restored(text: str) -> str:
    """The text that `neutral` made this of; any other stays."""
    return text[1:] if text[:1] == "'" and text[1:2] in _RUNS and len(text) > 1 else text


def fold(text: str) -> str:
    """Full-width letters and digits as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def plain_day(text: str) -> str:
    """A day as ISO 8601 writes it, where the year stands first: 2026/1/31, 2026年1月31日.

    Anything else stays as it is: 01/02/26 is a day in two orders.
    """
    found = re.fullmatch(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?", fold(text))
    if found is None:
        return text
    return f"{found[1]}-{int(found[3]):02}-{int(found[5]):02}"


def is_midnight(moment: datetime) -> bool:
    """Whether a date cell holds a day and no time."""
    return moment.time() == datetime.min.time()


def _text(payload: bytes) -> str:
    if payload.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("The sheet is neither UTF-8 nor GB18030: save it as one of them.")


def _separator(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)
