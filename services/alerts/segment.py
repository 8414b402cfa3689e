"""A segment: one append-only file of records, each with its length, checksum and position.

A record on disk: magic (4), length of the payload (u32), CRC-32 of position and payload (u32),
position (u64), payload; little-endian. A damaged record is passed over: the next sound one is
found by its magic and checksum, and what lies between is told to the caller.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"PWs1"
HEADER = struct.Struct("<4sIIQ")
MAX_PAYLOAD = 64 * 1024 * 1024
"""A longer length can only be damage."""


@dataclass(frozen=True, slots=True)
class Record:
    """A sound record: its place in the spool and in its file."""

    position: int
    payload: bytes
    offset: int
    end: int


def encode_record(position: int, payload: bytes) -> bytes:
    """The bytes of one record."""
    crc = _checksum(position, payload)
    return HEADER.pack(MAGIC, len(payload), crc, position) + payload


def read_records(data: bytes, offset: int = 0) -> Iterator[Record]:
    """The sound records of a segment's bytes, in order, damage passed over."""
    while offset < len(data):
        record = _record_at(data, offset)
        if record is None:
            offset = data.find(MAGIC, offset + 1)
            if offset < 0:
                return
        else:
            yield record
            offset = record.end


def segment_path(folder: Path, first: int) -> Path:
    """Where the segment that begins with this position lies."""
    return folder / f"{first:020d}.spool"


def segments(folder: Path) -> list[tuple[int, Path]]:
    """The segments of a folder by their first position."""
    return sorted((int(path.stem), path) for path in folder.glob("*.spool"))


def _record_at(data: bytes, offset: int) -> Record | None:
    body = offset + HEADER.size
    if body > len(data):
        return None
    magic, length, crc, position = HEADER.unpack_from(data, offset)
    if magic != MAGIC or length > MAX_PAYLOAD or body + length > len(data):
        return None
    payload = data[body : body + length]
    if _checksum(position, payload) != crc:
        return None
    return Record(position, payload, offset, body + length)


def _checksum(position: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(position.to_bytes(8, "little")))
