"""A recording in Parquet, in the same two layouts as CSV; read row group by row group.

pyarrow is asked for only here: 50 MB that nobody else needs (extra ``parquet``).
"""

import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from device_sim.message import Value
from device_sim.recording.cell import parse_time, parse_value
from device_sim.recording.long_layout import Single, single, together
from device_sim.recording.row import TIME_COLUMN, BadRecording, Row, check_tags, is_long

MAGIC = b"PAR1"
BATCH = 2_000
"""Rows in memory at a time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ParquetRecording:
    """A file that can be read from the start as often as wanted."""

    path: Path

    def rows(self) -> Iterator[Row]:
        """All rows in the file's order. Raises ``BadRecording``."""
        arrow = library(self.path)
        try:
            with arrow.parquet.ParquetFile(self.path) as file:
                header = list(file.schema_arrow.names)
                self._check(header)
                cells = self._cells(file, header)
                if is_long(header):
                    yield from together(self._single(number, each) for number, each in cells)
                else:
                    for number, each in cells:
                        yield self._row(number, header, each)
        except (OSError, arrow.ArrowException) as error:
            raise BadRecording(f"{self.path}: cannot be read ({error}).") from error

    def _cells(self, file: Any, header: list[str]) -> Iterator[tuple[int, list[Any]]]:
        number = 0
        for batch in file.iter_batches(batch_size=BATCH):
            for cells in zip(*(batch.column(name).to_pylist() for name in header), strict=True):
                number += 1
                yield number, list(cells)

    def _check(self, header: list[str]) -> None:
        if not header or header[0] != TIME_COLUMN:
            raise BadRecording(f"{self.path}: the first column must be named {TIME_COLUMN}.")
        if not is_long(header):
            try:
                check_tags(header[1:])
            except ValueError as error:
                raise BadRecording(f"{self.path}: {error}.") from error

    def _single(self, number: int, cells: list[Any]) -> Single:
        try:
            quality = "" if len(cells) < 4 or cells[3] is None else str(cells[3])
            return single(_time(cells[0]), str(cells[1] or ""), _value(cells[2]), quality)
        except ValueError as error:
            raise self._bad(number, str(error)) from error

    def _row(self, number: int, header: list[str], cells: list[Any]) -> Row:
        values: dict[str, Value] = {}
        name = TIME_COLUMN
        try:
            measured_ms = _time(cells[0])
            for name, cell in zip(header[1:], cells[1:], strict=True):
                value = _value(cell)
                if value is not None:
                    values[name] = value
        except ValueError as error:
            raise self._bad(number, f"column {name}: {error}") from error
        return Row(measured_ms, values)

    def _bad(self, number: int, what: str) -> BadRecording:
        return BadRecording(f"{self.path}, row {number}: {what}.")


def library(path: Path) -> Any:
    """pyarrow with its Parquet part. Raises ``BadRecording`` where it is not installed."""
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise BadRecording(
            f"{path}: Parquet needs pyarrow, which is not installed:"
            " install the extra parquet (uv sync --extra parquet, or pip install"
            ' "./device_sim[parquet]"), or give a CSV.'
        ) from error


def _time(cell: Any) -> int:
    """Epoch ms of a time with a zone, or of an RFC 3339 text; raises ``ValueError``."""
    if isinstance(cell, str):
        return parse_time(cell)
    if not isinstance(cell, datetime):
        raise ValueError(f"{cell!r} is not a time")
    if cell.tzinfo is None:
        raise ValueError(f"{cell.isoformat()} has no time zone")
    delta = cell - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + (delta.microseconds + 500) // 1000


def _value(cell: Any) -> Value | None:
    """A number, a boolean, a state; ``None`` for an empty cell. Raises ``ValueError``."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, str):
        return parse_value(cell)
    if isinstance(cell, int | float | Decimal):
        number = float(cell)
        if math.isfinite(number):
            return number
    raise ValueError(f"{cell!r} is neither a number nor the name of a state")
