"""The spool: what must not be lost, on the engine's own disk before anything is acknowledged.

Records have positions that only grow. Appending returns once the record is flushed. The spool
has an end: at its limit, or on a full disk, ordinary records are refused with SpoolFull, and a
reserve is left for operator actions. Segments go when snapshot and recorder are past them.
"""

import errno
import itertools
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from services.alerts.segment import Record, encode_record, read_records, segment_path, segments
from services.runtime.disk import sync_folder
from services.runtime.failpoint import Failpoint, is_armed, reach

GIB = 1024**3
MIB = 1024**2
ACTION_ROOM = MIB
"""An operator's action on a thousand alarms takes about half of this."""
POSITION_JUMP = 1_000_000
"""Left free after a torn tail: a position once given is never given again."""


class SpoolFull(Exception):
    """No room for this record; nothing of it was written."""


@dataclass(frozen=True, slots=True)
class SpoolSize:
    """Bounds in bytes: `limit` for everything, of which `reserve` is for operator actions."""

    limit: int = GIB
    reserve: int = 64 * MIB
    segment: int = 16 * MIB


class Spool:
    """The writing end. `torn_bytes` says what was cut off when it was opened."""

    def __init__(self, folder: Path, size: SpoolSize | None = None) -> None:
        self.folder = folder
        self.size = size or SpoolSize()
        self.torn_bytes = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.id = spool_name(folder)
        self._sealed = {first: path.stat().st_size for first, path in segments(folder)}
        self.last, self._end = self._mend_tail()
        self._active = max(self._sealed, default=None)
        self._file = self._open(self._active) if self._active is not None else None
        if self.torn_bytes:
            self._keep_jump()
        self._make_reserve()

    @property
    def size_bytes(self) -> int:
        """Bytes of all segments (the reserve not counted)."""
        return sum(self._sealed.values())

    @property
    def first(self) -> int:
        """No record before this position is here any more."""
        return min(self._sealed, default=self.last + 1)

    def append(self, payload: bytes, operator: bool = False) -> int:
        """Write one record and flush it; its position. `operator` may use the reserve.

        Raises SpoolFull at the end of the spool or of the disk, OSError for a failing disk
        (after which nothing that was written can be trusted: the process has to stop).
        """
        position = self.last + 1
        record = encode_record(position, payload)
        limit = self.size.limit if operator else self.size.limit - self.size.reserve
        if self.size_bytes + len(record) > limit:
            raise SpoolFull(f"the spool holds {self.size_bytes} of {limit} bytes")
        try:
            self._write(position, record)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            if not (operator and self._shrink_reserve(len(record))):
                raise SpoolFull("the disk is full") from failure
            self._write_from_reserve(position, record)
        self.last = position
        return position

    def has_room_for_action(self) -> bool:
        """Whether an operator's action could be written now, be the disk full or not."""
        if self.size_bytes + ACTION_ROOM > self.size.limit:
            return False
        return (
            self._reserve_path().stat().st_size > 0
            or shutil.disk_usage(self.folder).free > ACTION_ROOM
        )

    def forget(self, upto: int) -> None:
        """Delete the segments of which every record is at or before `upto`."""
        firsts = sorted(self._sealed)
        for first, following in itertools.pairwise(firsts):
            if following - 1 > upto:
                break
            segment_path(self.folder, first).unlink(missing_ok=True)
            del self._sealed[first]
        if self._active is not None and self.last <= upto and self._end > self.size.segment // 2:
            self._renew()
        self._make_reserve()

    def lend_reserve(self) -> None:
        """Let the snapshot have the reserve's room for once; `forget` takes it back."""
        os.truncate(self._reserve_path(), 0)

    def close(self) -> None:
        """Let go of the file; everything is on disk already."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, position: int, record: bytes) -> None:
        if self._file is None or self._end + len(record) > self.size.segment:
            self._roll(position)
        assert self._file is not None
        assert self._active is not None
        reach(Failpoint.BEFORE_APPEND)
        try:
            if is_armed(Failpoint.WITHIN_APPEND):
                _write_all(self._file, record[: len(record) // 2])
                reach(Failpoint.WITHIN_APPEND)
            _write_all(self._file, record)
            reach(Failpoint.AFTER_APPEND)
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        reach(Failpoint.AFTER_FLUSH)
        self._end += len(record)
        self._sealed[self._active] = self._end

    def _write_from_reserve(self, position: int, record: bytes) -> None:
        try:
            self._write(position, record)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise SpoolFull("the disk is full, and so is the operators' reserve") from failure

    def _roll(self, position: int) -> None:
        file = self._open(position)
        sync_folder(self.folder)
        self.close()
        self._file, self._active, self._end = file, position, 0
        self._sealed[position] = 0

    def _renew(self) -> None:
        """Begin a new segment in place of the active one, of which nothing is needed any more."""
        done = self._active
        try:
            self._roll(self.last + 1)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            return
        if done is not None and done != self._active:
            segment_path(self.folder, done).unlink(missing_ok=True)
            del self._sealed[done]

    def _open(self, first: int) -> int:
        return os.open(
            segment_path(self.folder, first), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )

    def _mend_tail(self) -> tuple[int, int]:
        """Cut off what is no sound record at the end; the last position and its end."""
        if not self._sealed:
            return 0, 0
        first = max(self._sealed)
        path = segment_path(self.folder, first)
        last = _last_record(path)
        end = last.end if last else 0
        self.torn_bytes = self._sealed[first] - end
        if self.torn_bytes:
            os.truncate(path, end)
            self._sealed[first] = end
        position = last.position if last else first - 1
        return position + (POSITION_JUMP if self.torn_bytes else 0), end

    def _keep_jump(self) -> None:
        """Begin a segment after the positions that were left free: its name outlives us."""
        try:
            self._roll(self.last + 1)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise

    def _reserve_path(self) -> Path:
        return self.folder / "reserve"

    def _make_reserve(self) -> None:
        """Keep room on the disk for operator actions, as much of it as there is."""
        file = os.open(self._reserve_path(), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            held = os.fstat(file).st_size
            if held < self.size.reserve:
                os.posix_fallocate(file, held, self.size.reserve - held)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            os.ftruncate(file, held)
        finally:
            os.close(file)

    def _shrink_reserve(self, need: int) -> bool:
        """Give room of the reserve back to the disk: what is needed, and a little for its blocks."""
        path = self._reserve_path()
        held = path.stat().st_size if path.exists() else 0
        if held == 0:
            return False
        os.truncate(path, max(0, held - need - ACTION_ROOM))
        return True


def _last_record(path: Path) -> Record | None:
    last = None
    for record in read_records(path.read_bytes()):
        last = record
    return last


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def spool_name(folder: Path) -> str:
    """The spool's own name, by which the database knows how far this one is recorded, and whose
    disk it is. A folder without one is given one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ID"
    if path.exists() and (known := path.read_text().strip()):
        return known
    made = secrets.token_hex(8)
    with path.open("w") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return made
