"""Points that were registered just now: the engine's book may not know them yet.

A reading of theirs that the engine passed by is judged from the store; the entry for that is
written in the transaction that stores it, so that no kill can lose it.
"""

from collections.abc import Collection

from services.domain.directory import BookChange
from services.runtime.clock import Clock

NEW_S = 60.0
"""The engine is behind by well under a second; stopped for longer, it remembers what it passed by."""


class NewPoints:
    """By their numbers, until when they count as new."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[int, float] = {}
        self._read_once = False

    def follow(self, change: BookChange) -> None:
        """A change of the book; the first one is the whole register, where nothing is new."""
        if self._read_once:
            until = self._clock.monotonic() + NEW_S
            self._until |= {point.id: until for point in change.points}
        self._read_once = True

    def now(self) -> Collection[int]:
        """Those that are new."""
        if self._until:
            now = self._clock.monotonic()
            self._until = {number: end for number, end in self._until.items() if end > now}
        return self._until
