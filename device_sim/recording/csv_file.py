"""A recording in CSV: ``measured_at``, then one column a tag, one row an instant.

UTF-8 with or without BOM, else GB18030 as plants write it; comma, semicolon or tabulator.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device_sim.message import Value
from device_sim.recording.cell import parse_time, parse_value

TIME_COLUMN = "measured_at"
TAG_LENGTH = 128


class _Reader(Protocol):
    """What ``csv.reader`` returns: rows of cells, and the line last read."""

    line_num: int

    def __next__(self) -> list[str]: ...
    def __iter__(self) -> "_Reader": ...


class BadRecording(Exception):
    """The file cannot be played; the text says where and why in one sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One instant: epoch milliseconds and the tags that were measured then."""

    measured_ms: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Extent:
    """What a whole recording holds; times are epoch milliseconds."""

    rows: int
    readings: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class CsvRecording:
    """A file that can be read from the start as often as wanted, row by row."""

    path: Path
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        """All rows in the file's order. Raises ``BadRecording``."""
        try:
            with self.path.open(encoding=self.encoding, newline="") as lines:
                yield from self._rows(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except (OSError, csv.Error, UnicodeDecodeError) as error:
            raise BadRecording(f"{self.path}: cannot be read ({error}).") from error

    def extent(self) -> Extent:
        """Read it through once. Raises ``BadRecording``, also if there is no row."""
        rows = readings = 0
        last_ms: int | None = None
        for row in self.rows():
            rows += 1
            readings += len(row.values)
            last_ms = row.measured_ms if last_ms is None else max(last_ms, row.measured_ms)
        if last_ms is None:
            raise BadRecording(f"{self.path}: there is no row below the header.")
        return Extent(rows=rows, readings=readings, last_ms=last_ms)

    def _rows(self, reader: "_Reader") -> Iterator[Row]:
        header = next(reader, None)
        tags = self._tags(header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(tags) + 1:
                raise self._bad(
                    reader.line_num, f"{len(cells)} cells where the header has {len(tags) + 1}"
                )
            yield self._row(reader.line_num, tags, cells)

    def _row(self, line: int, tags: list[str], cells: list[str]) -> Row:
        try:
            measured_ms = parse_time(cells[0].strip())
        except ValueError as error:
            raise self._bad(line, f"column {TIME_COLUMN}: {error}") from error
        values: dict[str, Value] = {}
        for tag, cell in zip(tags, cells[1:], strict=True):
            try:
                value = parse_value(cell.strip())
            except ValueError as error:
                raise self._bad(line, f"column {tag}: {error}") from error
            if value is not None:
                values[tag] = value
        return Row(measured_ms, values)

    def _tags(self, header: list[str] | None) -> list[str]:
        if not header or header[0].strip() != TIME_COLUMN:
            raise self._bad(1, f"the first column must be named {TIME_COLUMN}")
        tags = [cell.strip() for cell in header[1:]]
        if not tags:
            raise self._bad(1, f"there is no tag beside {TIME_COLUMN}")
        for tag in tags:
            if not 1 <= len(tag) <= TAG_LENGTH or not tag.isprintable():
                raise self._bad(1, f"{tag!r} is no tag (1 to {TAG_LENGTH} printable characters)")
        if len(set(tags)) != len(tags):
            twice = next(tag for tag in tags if tags.count(tag) > 1)
            raise self._bad(1, f"the tag {twice} stands in two columns")
        return tags

    def _bad(self, line: int, what: str) -> BadRecording:
        return BadRecording(f"{self.path}, line {line}: {what}.")


def open_csv(path: Path) -> CsvRecording:
    """Find out encoding and delimiter. Raises ``BadRecording`` if it is no such file."""
    try:
        with path.open("rb") as file:
            head = file.readline(1 << 20)
            encoding = "utf-8-sig"
            try:
                head.decode(encoding)
                for block in iter(lambda: file.readline(1 << 20), b""):
                    block.decode("utf-8")
            except UnicodeDecodeError:
                encoding = "gb18030"
    except OSError as error:
        raise BadRecording(f"{path}: cannot be read ({error.strerror}).") from error
    names = head.decode(encoding, errors="replace")
    delimiter = max(",;\t", key=names.count)
    return CsvRecording(path=path, encoding=encoding, delimiter=delimiter)
