"""The rule book on our own disk: the whole of it in parts, and behind them each change since.

A change is appended before anything is judged by it, and what came of it lies in the spool together
with its version. A change that the spool knows nothing of counts as one that never came: the database
has it. When the changes outgrow the whole, it is written anew beside and renamed; what changes
meanwhile goes into both. A torn end is a change that nothing was judged by; any other damage makes the
file useless, and that is said.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import msgspec

from services.domain.directory import BookChange, Directory
from services.domain.point import Point
from services.runtime.disk import sync_folder

MAGIC = b"PWb2"
PART = 5_000
"""Points of a part."""
CHANGES_BYTES = 1024 * 1024
"""So much of changes is never too much."""
_RECORD = struct.Struct("<4sII")
"""Magic, checksum, length."""
_MOST = 1 << 30
_LEVEL = 1

_encoder = msgspec.msgpack.Encoder()


class OfVersion(msgspec.Struct, frozen=True):
    """Of a change its version; the rest of it is passed over."""

    version: int


_of_version = msgspec.msgpack.Decoder(OfVersion)


class BadBook(Exception):
    """Not a book as it was written."""


class Begin(msgspec.Struct, frozen=True):
    """What the file opens with: how many parts make the whole."""

    parts: int


@dataclass(eq=False, slots=True)
class Whole:
    """A book on its way to the disk: as it was at one moment, and what changed since."""

    number: int
    version: int
    points: list[Point]
    directory: Directory
    changes: list[bytes] = field(default_factory=list)


class BookFile:
    """One file. `version` is that of the book on the disk; None: there is none yet."""

    def __init__(self, path: Path, changes_bytes: int = CHANGES_BYTES) -> None:
        self.version: int | None = None
        self._path = path
        self._changes_bytes = changes_bytes
        self._whole_bytes = 0
        self._sound_to: int | None = None
        self._turn = Lock()
        self._underway: list[Whole] = []
        self._numbers = count(1)
        self._written = 0

    @property
    def is_long(self) -> bool:
        """Whether it is time to write it anew."""
        changes = (self._sound_to or 0) - self._whole_bytes
        return self.version is None or changes > max(self._changes_bytes, self._whole_bytes)

    def read(self, directory: Directory, carried: int | None = None) -> bool:
        """Bring a directory to what the file holds; whether there is one. Changes behind that to the
        version `carried` are as if they had not come (None, or no such change: all came). Raises
        BadBook."""
        if not self._path.exists():
            return False
        with self._path.open("rb") as file:
            end = None if carried is None else _end_of(file, carried)
            file.seek(0)
            for change, left in _changes(file):
                change.apply(directory)
                self._sound_to = file.tell()
                if left == 0:
                    self._whole_bytes = self._sound_to
                if left <= 0 and self._sound_to == end:
                    break
        self.version = directory.version
        return True

    def append(self, change: BookChange) -> None:
        """Put a change behind the whole, and wait for the disk. Raises OSError."""
        record = _record(change)
        with self._turn:
            assert self._sound_to is not None, "there is a whole book to go on from"
            with self._path.open("r+b") as file:
                file.truncate(self._sound_to)
                file.seek(self._sound_to)
                _put(file, record)
            self._sound_to += len(record)
            for whole in self._underway:
                whole.changes.append(record)
            self.version = change.version

    def whole(self, directory: Directory) -> Whole:
        """The book of this moment, to be written by any thread; what is appended from now on goes
        into both. The directory may go on changing: taking a change twice makes no difference."""
        points = list(directory.by_id.values())
        whole = Whole(next(self._numbers), directory.version, points, directory)
        with self._turn:
            self._underway.append(whole)
        return whole

    def release(self, whole: Whole) -> None:
        """It is written, or will not be."""
        with self._turn:
            self._underway.remove(whole)

    def write(self, whole: Whole) -> None:
        """Write the whole anew, unless a later one was. Raises OSError; the old one then stays."""
        beside = self._path.with_suffix(f".{whole.number}.new")
        try:
            with beside.open("wb") as file:
                for record in _parts(whole):
                    file.write(record)
                length = file.tell()
                _put(file, b"")
            with self._turn:
                if whole.number < self._written:
                    return
                with beside.open("ab") as file:
                    _put(file, b"".join(whole.changes))
                    self._sound_to = file.tell()
                beside.replace(self._path)
                sync_folder(self._path.parent)
                self._whole_bytes, self._written = length, whole.number
                if not whole.changes:
                    self.version = whole.version
        finally:
            beside.unlink(missing_ok=True)


def is_whole_book(path: Path) -> bool:
    """Whether a file is a book as it was written, but perhaps for a torn end. Raises OSError."""
    with path.open("rb") as file:
        try:
            for _ in _changes(file):
                pass
        except BadBook:
            return False
    return True


def _parts(whole: Whole) -> Iterator[bytes]:
    points, directory, version = whole.points, whole.directory, whole.version
    rest = iter(points)
    parts = max(1, -(-len(points) // PART))
    yield _record(Begin(parts))
    detectors = tuple(directory.detectors.values())
    shelving = directory.shelving
    groups = tuple(directory.groups.by_key.values())
    suppressions = tuple(directory.suppressions.values())
    permits = tuple(directory.permits.values())
    for _ in range(parts):
        some = tuple(islice(rest, PART))
        rules = tuple(rule for each in some for rule in directory.rules.get(each.id, ()))
        change = BookChange(
            version, some, rules=rules, detectors=detectors, shelving=shelving, groups=groups
        )
        yield _record(replace(change, suppressions=suppressions, permits=permits))
        detectors, groups, suppressions, permits = (), (), (), ()


def _record(what: BookChange | Begin) -> bytes:
    data = zlib.compress(_encoder.encode(what), _LEVEL)
    return _RECORD.pack(MAGIC, zlib.crc32(data), len(data)) + data


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _end_of(file: BinaryIO, version: int) -> int | None:
    """Where the last record of this version ends, if there is one. Raises BadBook."""
    end = None
    if _next(file) is None:
        return None
    try:
        while (data := _next(file)) is not None:
            if _of_version.decode(data).version == version:
                end = file.tell()
    except msgspec.DecodeError as fault:
        raise BadBook(str(fault)) from fault
    return end


def _changes(file: BinaryIO) -> Iterator[tuple[BookChange, int]]:
    """The parts and the changes behind them, and how many parts are left behind each (0: it is the
    last one; fewer: a change). Raises BadBook."""
    begin = _next(file)
    if begin is None:
        raise BadBook("its beginning is missing")
    try:
        left = msgspec.msgpack.decode(begin, type=Begin).parts
        while (data := _next(file)) is not None:
            left -= 1
            yield msgspec.msgpack.decode(data, type=BookChange), left
    except msgspec.DecodeError as fault:
        raise BadBook(str(fault)) from fault
    if left > 0:
        raise BadBook("a part of it is missing")


def _next(file: BinaryIO) -> bytes | None:
    """The next record; None at the end, torn or not. Raises BadBook for damage before it."""
    head = file.read(_RECORD.size)
    if len(head) < _RECORD.size:
        return None
    magic, checksum, length = _RECORD.unpack(head)
    if magic != MAGIC or length > _MOST:
        raise BadBook("a record of it is damaged")
    data = file.read(length)
    if len(data) < length:
        return None
    if zlib.crc32(data) != checksum:
        if file.read(1):
            raise BadBook("a record of it is damaged")
        return None
    return zlib.decompress(data)
