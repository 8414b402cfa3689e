"""The end of a log that another program writes and turns over: read once, in order, in pieces.

A file that is full becomes NAME.1, the one before NAME.2, and so on. A file is known by its first
bytes (they hold a time in microseconds), never by its name or inode, which are used again.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import IO

from services.store.gateway_event import Mark

HEAD = 48
PIECE = 256 * 2**10
"""Bytes at most that one reading takes in."""
FIRST_LOOK = 2**20
"""A log that nobody has read yet is read from so many bytes before its end."""
OLDER = 9
LONGEST_LINE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines, the mark behind them, and whether files between were gone unread."""

    lines: list[bytes]
    mark: Mark
    gap: bool = False


@dataclass(frozen=True, slots=True)
class _Open:
    head: str
    file: IO[bytes]
    size: int


class LogTail:
    """Reads on from a mark. Blocks for the time of one reading; raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, mark: Mark) -> Piece:
        """The next lines behind `mark`; none when there are none yet."""
        with self._files() as files:
            if not files:
                return Piece([], mark)
            place = next((i for i, each in enumerate(files) if each.head == mark.head), None)
            if place is None:
                return self._begin(files, mark)
            piece = _lines(files[place], mark.position)
            if piece.lines or piece.mark != mark or place == len(files) - 1:
                return piece
            return _lines(files[place + 1], 0)

    def behind(self, mark: Mark) -> int:
        """Bytes that stand behind the mark."""
        with self._files() as files:
            heads = [each.head for each in files]
            if mark.head not in heads:
                return sum(each.size for each in files)
            place = heads.index(mark.head)
            return sum(each.size for each in files[place:]) - min(mark.position, files[place].size)

    def _begin(self, files: list[_Open], mark: Mark) -> Piece:
        if mark.head:
            piece = _lines(files[0], 0)
            return Piece(piece.lines, piece.mark, gap=True)
        newest = files[-1]
        start = max(0, newest.size - FIRST_LOOK)
        newest.file.seek(start)
        # In the middle of a line: what is left of it tells nothing.
        torn = len(newest.file.readline(LONGEST_LINE)) if start else 0
        return _lines(newest, start + torn)

    @contextmanager
    def _files(self) -> Iterator[list[_Open]]:
        """Those that exist, the oldest first.

        Opened the newest first, so that one turned over meanwhile is met twice, not missed.
        """
        with ExitStack() as stack:
            opened: dict[str, _Open] = {}
            for path in self._names():
                try:
                    file = stack.enter_context(path.open("rb"))
                except FileNotFoundError:
                    continue
                found = file.read(HEAD)
                if len(found) == HEAD:
                    head = hashlib.sha256(found).hexdigest()[:32]
                    opened.setdefault(head, _Open(head, file, file.seek(0, SEEK_END)))
            yield list(reversed(opened.values()))

    def _names(self) -> list[Path]:
        older = [self._path.with_name(f"{self._path.name}.{n}") for n in range(1, OLDER + 1)]
        return [self._path, *older]


def _lines(opened: _Open, position: int) -> Piece:
    file = opened.file
    # Shorter than it was: it was emptied in place, and begins anew.
    start = position if position <= opened.size else 0
    file.seek(start)
    data = file.read(PIECE)
    end = data.rfind(b"\n") + 1
    if end == 0 and len(data) == PIECE:
        # No line of the broker's about a refusal is as long as this one.
        rest = len(file.readline(LONGEST_LINE))
        return Piece([], Mark(opened.head, start + len(data) + rest))
    return Piece(data[:end].split(b"\n")[:-1], Mark(opened.head, start + end))
