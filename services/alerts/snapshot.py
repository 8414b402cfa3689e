"""The snapshot: the engine's whole state on our own disk, every ten seconds, beside its rule book.

Written beside and renamed, so that there is always a whole one. With the spool after its
position it is all that the engine needs to start, the database away or not.
"""

import os
import struct
import zlib
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from services.alerts.book_file import BadBook, BookFile
from services.alerts.derivations import SavedDerivations
from services.alerts.entry import Judged
from services.alerts.marks import Mark
from services.domain.directory import Directory
from services.domain.reading import Reading
from services.runtime.disk import sync_folder

_HEADER = struct.Struct("<4sIQ")
_STATE_MAGIC = b"PWn1"

T = TypeVar("T")

_log = structlog.get_logger()


class Snapshot(msgspec.Struct, frozen=True):
    """The state that everything up to `position` of the spool `spool` led to."""

    spool: str
    position: int
    recorded_position: int
    taken_at: int
    engine: bytes
    marks: list[Mark]
    """What is still to be judged again, or to be looked at once more after that."""
    unrecorded: dict[str, int]
    """Alarms whose last event was not in the database yet, with its place in the spool."""
    held: list[Judged] = []
    """What the spool had no room for."""
    derived: SavedDerivations | None = None
    unsent: list[Reading] = []
    """What derived points read and the broker has not acknowledged."""
    book: int | None = None
    """The version of the book that it was judged by. None: one that did not say."""


class SnapshotStore:
    """Two files in a folder: the state, and the book."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "snapshot"
        self.book = BookFile(folder / "book")
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, snapshot: Snapshot) -> None:
        """Replace the snapshot. Raises OSError (a full disk); the old one then stays."""
        _write(self._state, _STATE_MAGIC, msgspec.msgpack.encode(snapshot))

    def read(self) -> Snapshot | None:
        """The last whole snapshot; None if there is none, or it is damaged (said in the log)."""
        data = _read(self._state, _STATE_MAGIC)
        return None if data is None else _decode(data, Snapshot, self._state)

    def read_book(self, carried: int | None = None) -> Directory | None:
        """The register as the last book has it, up to the version that was `carried` out; None if
        there is none, or it is damaged."""
        directory = Directory()
        try:
            return directory if self.book.read(directory, carried) else None
        except BadBook as fault:
            _log.error(
                "a file of the engine's own is damaged: starting without it",
                file="book",
                fault=str(fault),
            )
            return None


def is_whole(path: Path) -> bool:
    """Whether a snapshot is as it was written. Raises OSError."""
    content = path.read_bytes()
    if len(content) < _HEADER.size:
        return False
    found, crc, length = _HEADER.unpack_from(content)
    data = content[_HEADER.size :]
    return bool(found == _STATE_MAGIC) and (length, crc) == (len(data), zlib.crc32(data))


def _write(path: Path, magic: bytes, data: bytes) -> None:
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(_HEADER.pack(magic, zlib.crc32(data), len(data)))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def _read(path: Path, magic: bytes) -> bytes | None:
    if not path.exists():
        return None
    content = path.read_bytes()
    if len(content) >= _HEADER.size:
        found, crc, length = _HEADER.unpack_from(content)
        data = content[_HEADER.size :]
        if found == magic and length == len(data) and crc == zlib.crc32(data):
            return data
    _log.error("a file of the engine's own is damaged: starting without it", file=str(path))
    return None


def _decode(data: bytes, kind: type[T], path: Path) -> T | None:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.DecodeError as fault:
        _log.error("cannot read this file: starting without it", file=str(path), fault=str(fault))
        return None
