"""A copy of the alarm engine's disk that fits one moment of the database, the engine running or not.

What makes it fit, in this order:

1. Every segment of the spool is held open, so that the engine may forget it and we still have it.
2. Snapshot, then book, are read. The snapshot knows no more than the book, as the engine writes
   the book first; and the spool reaches at least as far as the snapshot. Then what was heard since
   that snapshot is read, which the engine keeps for one snapshot longer.
3. The last record of the spool is noted, and then the moment of the database is taken. Whatever a
   record up to there says follows from a register that the database holds at that moment, too.
4. Records are copied up to that one, or up to where the database's record stands, if that is
   further. So the copy holds every record that the database lacks, and none of a later day; and
   the recorder goes on behind where the database's record stands: nothing is recorded twice.
5. The mark of a hole in the record is read before and after, and the earlier hole counts.

A segment made and forgotten within these moments would be a hole: it shows as numbers that do not
follow each other, and then the copy is to be taken anew. Where it shows again it is damage, which
goes into the copy as it is: the engine passes over it and judges that time again.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from services.alerts.overflow import ROOM
from services.alerts.segment import Record, read_records, segment_path, segments
from services.alerts.spool import POSITION_JUMP

FILES = ("snapshot", "book")
REFUSED = "spool/refused.jsonl"


class EngineCopy:
    """Steps 1 to 3 when it is made; the rest after the database's moment. Use `engine_copy`."""

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self._folder = folder
        self._spool = folder / "spool"
        self._held = held
        self._segments: dict[int, BinaryIO] = {}
        self._hold()
        self._small = {name: _content(folder / name) for name in FILES}
        self._small |= _heard(folder)
        self._hole = _hole(folder)
        self._hold()
        self.last = self._last()
        """The last record that was in the spool before the database's moment."""

    @property
    def spool(self) -> str:
        """The spool's own name; empty where there is none yet."""
        return (_content(self._spool / "ID") or b"").decode("ascii", "replace").strip()

    def reaches(self, recorded: int) -> bool:
        """Whether it goes as far as the database's record, so that no number is given twice."""
        self._hold()
        return max(self._ends(), default=0) >= recorded

    def has_hole(self) -> bool:
        """Whether records are missing in the middle."""
        ends = self._ends()
        firsts = sorted(self._segments)[1:]
        return any(
            0 < first - end - 1 < POSITION_JUMP for end, first in zip(ends, firsts, strict=False)
        )

    def parts(self, recorded: int) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Name and content of each file of the copy. `recorded`: how far the spool is on record
        at the database's moment."""
        upto = max(self.last, recorded)
        for name, content in self._small.items():
            if content is not None:
                yield name, [content]
        for name in ("spool/ID", REFUSED):
            content = _content(self._folder / name)
            if content is not None:
                yield name, [content]
        for first, file in sorted(self._segments.items()):
            if first > upto + 1:
                break
            yield segment_path(Path("spool"), first).as_posix(), _cut(file, upto)
        holes = [each for each in (self._hole, _hole(self._folder)) if each]
        yield "overflow", [str(min(holes, default=0)).ljust(ROOM).encode("ascii")]

    def _hold(self) -> None:
        for first, path in segments(self._spool):
            if first not in self._segments:
                try:
                    self._segments[first] = self._held.enter_context(path.open("rb"))
                except FileNotFoundError:
                    continue

    def _last(self) -> int:
        if not self._segments:
            return 0
        newest = max(self._segments)
        return max((each.position for each in self._records(newest)), default=newest - 1)

    def _ends(self) -> list[int]:
        """The last record of each segment, in order; of an empty one, what it follows."""
        return [
            max((each.position for each in self._records(first)), default=first - 1)
            for first in sorted(self._segments)
        ]

    def _records(self, first: int) -> Iterator[Record]:
        file = self._segments[first]
        file.seek(0)
        return read_records(file.read())


def _cut(file: BinaryIO, upto: int) -> list[bytes]:
    """A segment up to and with that record; what is torn at its very end stays."""
    file.seek(0)
    data = file.read()
    for record in read_records(data):
        if record.position > upto:
            return [data[: record.offset]]
    return [data]


@contextmanager
def engine_copy(folder: Path) -> Iterator[EngineCopy]:
    """Begin a copy of the engine's `folder`; take the database's moment inside the block."""
    with ExitStack() as held:
        yield EngineCopy(folder, held)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _heard(folder: Path) -> dict[str, bytes | None]:
    """What the engine heard since its snapshot, by name; a file that it just forgot is None."""
    files = sorted((folder / "heard").rglob("*.heard"))
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _hole(folder: Path) -> int:
    text = (_content(folder / "overflow") or b"").decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() else 0
