"""What happens at the spool's end: a durable mark, and what could not be spooled kept in memory.

The mark says from when on the record has holes. Its file has its room on the disk from the first
start, so that it can be written when the disk is full.
"""

import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

import msgspec

from services.alerts.entry import Judged

ROOM = 64
HELD_LIMIT = 200_000
"""Transitions, states and ranges held in memory; beyond it the oldest are dropped, and the
record is made by replay alone."""


class Overflow:
    """`since` is the start of the hole (epoch ms), None while everything is spooled."""

    def __init__(self, path: Path, held_limit: int = HELD_LIMIT) -> None:
        self._path = path
        self._limit = held_limit
        self._held: deque[Judged] = deque()
        self._size = 0
        self.complete = True
        """Whether all that was refused since the mark is still held here."""
        self.since = self._load()
        if self.since is not None:
            self.complete = False

    def begin(self, now: int) -> None:
        """Note that from now on the record may have holes."""
        if self.since is None:
            self.since, self.complete = now, True
            self._store(now)

    def end(self) -> None:
        """Everything since is spooled, or marked to be judged again."""
        self.since, self.complete = None, True
        self._store(0)

    def hold(self, entry: Judged) -> None:
        """Keep an entry until there is room."""
        self._held.append(entry)
        self._size += entry.size
        while self._size > self._limit:
            self._size -= self._held.popleft().size
            self.complete = False

    def first(self) -> Judged | None:
        """The oldest entry that waits for room."""
        return self._held[0] if self._held else None

    def held(self) -> list[Judged]:
        """Everything that waits for room, in its order."""
        return list(self._held)

    def release(self) -> None:
        """The oldest entry was spooled."""
        self._size -= self._held.popleft().size

    def take_of(self, alarm_ids: Iterable[str]) -> Judged | None:
        """Take out what is held of some alarms, in its order: an operator acts on them, and
        what happened to them before goes on record before it."""
        wanted = set(alarm_ids)
        taken = [t for e in self._held for t in e.transitions if t.alarm.id in wanted]
        if not taken:
            return None
        self._held = deque(
            msgspec.structs.replace(
                each, transitions=[t for t in each.transitions if t.alarm.id not in wanted]
            )
            for each in self._held
        )
        self._size -= len(taken)
        return Judged(taken[0].noted_at, taken)

    def _load(self) -> int | None:
        if not self._path.exists():
            self._store(0)
        text = self._path.read_text(encoding="ascii").strip()
        return int(text) or None if text else None

    def _store(self, since: int) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, str(since).ljust(ROOM).encode("ascii"), 0)
            os.fsync(file)
        finally:
            os.close(file)
