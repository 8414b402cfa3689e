"""Stored readings of a platform, asked for over REST as any stranger would, in order of time."""

import csv
import heapq
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from device_sim.message import Value
from device_sim.recording.cell import parse_time
from device_sim.recording.long_layout import Single
from device_sim.recording.parquet_file import BATCH, library
from device_sim.recording.row import LONG, QUALITY_COLUMN, BadRecording
from device_sim.register.platform import Platform

HEADER = [*LONG, QUALITY_COLUMN]


@dataclass(frozen=True, slots=True)
class Span:
    """RFC 3339 with an offset; the end is not included."""

    start: str
    end: str


def tags_of(platform: Platform, enterprise: str, gateway: str) -> list[str]:
    """The tags of an enterprise, or of one of its gateways. Raises ``Away`` or ``Refused``."""
    return [
        str(point["tag"])
        for point in platform.items("/points", enterprise=enterprise)
        if not gateway or point.get("gateway") == gateway
    ]


def stored(platform: Platform, enterprise: str, tags: list[str], span: Span) -> Iterator[Single]:
    """All readings of these points in order of their own time, a page a point in memory.

    Raises ``Away`` or ``Refused``.
    """
    streams = [_of_point(platform, enterprise, tag, span) for tag in tags]
    return heapq.merge(*streams, key=lambda each: each.measured_ms)


def _of_point(platform: Platform, enterprise: str, tag: str, span: Span) -> Iterator[Single]:
    path = f"/points/{quote(enterprise, safe='')}/{quote(tag, safe='')}/readings"
    asked = {"start": span.start, "end": span.end, "resolution": "raw"}
    for item in platform.items(path, **asked):
        value: Value | None = item["value"]
        yield Single(parse_time(item["measured_at"]), tag, value, str(item["quality"]))


def write(path: Path, singles: Iterator[Single], stamp: Callable[[int], str]) -> int:
    """A new file, Parquet or else CSV by its name, a reading a row; how many. It is there whole or
    not at all. Raises ``BadRecording``, and whatever ``singles`` raises."""
    if path.exists():
        raise BadRecording(f"{path}: there is such a file; name another.")
    part = path.with_name(f"{path.name}.part")
    kind = _write_parquet if path.suffix == ".parquet" else _write_csv
    try:
        count = kind(part, singles, stamp)
        part.rename(path)
    except OSError as error:
        raise BadRecording(f"{path}: cannot be made ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_csv(path: Path, singles: Iterator[Single], stamp: Callable[[int], str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for each in singles:
            writer.writerow((stamp(each.measured_ms), each.tag, _cell(each.value), each.quality))
            count += 1
    return count


def _write_parquet(path: Path, singles: Iterator[Single], stamp: Callable[[int], str]) -> int:
    """Values are text there, since one point has numbers and another states."""
    arrow = library(path)
    schema = arrow.schema([(name, arrow.string()) for name in HEADER])
    count = 0
    with path.open("wb") as file, arrow.parquet.ParquetWriter(file, schema) as writer:
        for rows in _batches(singles):
            cells = [(stamp(e.measured_ms), e.tag, _cell(e.value), e.quality) for e in rows]
            arrays = [
                arrow.array(list(column), arrow.string()) for column in zip(*cells, strict=True)
            ]
            writer.write_table(arrow.table(arrays, schema=schema))
            count += len(rows)
    return count


def _batches(singles: Iterator[Single]) -> Iterator[list[Single]]:
    batch: list[Single] = []
    for each in singles:
        batch.append(each)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _cell(value: Any) -> str:
    """As a cell of a recording has it; nothing for no value."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
