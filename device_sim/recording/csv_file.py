"""A recording in CSV: ``measured_at``, then one column a tag, one row an instant; or one row a
reading (``measured_at``, ``tag``, ``value``, ``quality``).

UTF-8 with or without BOM, else GB18030 as plants write it; comma, semicolon or tabulator.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device_sim.message import Value
from device_sim.recording.cell import parse_time, parse_value
from device_sim.recording.long_layout import Single, single, together
from device_sim.recording.row import TIME_COLUMN, BadRecording, Row, check_tags, is_long


class _Reader(Protocol):
    """What ``csv.reader`` returns: rows of cells, and the line last read."""

    line_num: int

    def __next__(self) -> list[str]: ...
    def __iter__(self) -> "_Reader": ...


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

    def _rows(self, reader: "_Reader") -> Iterator[Row]:
        header = [cell.strip() for cell in next(reader, None) or []]
        if not header or header[0] != TIME_COLUMN:
            raise self._bad(1, f"the first column must be named {TIME_COLUMN}")
        if is_long(header):
            yield from together(
                self._single(reader.line_num, cells) for cells in self._cells(reader, len(header))
            )
            return
        tags = header[1:]
        try:
            check_tags(tags)
        except ValueError as error:
            raise self._bad(1, str(error)) from error
        for cells in self._cells(reader, len(header)):
            yield self._row(reader.line_num, tags, cells)

    def _cells(self, reader: "_Reader", width: int) -> Iterator[list[str]]:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != width:
                raise self._bad(reader.line_num, f"{len(cells)} cells where the header has {width}")
            yield [cell.strip() for cell in cells]

    def _single(self, line: int, cells: list[str]) -> Single:
        try:
            measured_ms, value = parse_time(cells[0]), parse_value(cells[2])
            return single(measured_ms, cells[1], value, cells[3] if len(cells) > 3 else "")
        except ValueError as error:
            raise self._bad(line, str(error)) from error

    def _row(self, line: int, tags: list[str], cells: list[str]) -> Row:
        try:
            measured_ms = parse_time(cells[0])
        except ValueError as error:
            raise self._bad(line, f"column {TIME_COLUMN}: {error}") from error
        values: dict[str, Value] = {}
        for tag, cell in zip(tags, cells[1:], strict=True):
            try:
                value = parse_value(cell)
            except ValueError as error:
                raise self._bad(line, f"column {tag}: {error}") from error
            if value is not None:
                values[tag] = value
        return Row(measured_ms, values)

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
