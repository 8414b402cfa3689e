"""How many bytes several threads may hold together."""

import threading


class ByteBudget:
    """A bound shared by all sessions of one feed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self.held = 0

    def has_room(self, size: int) -> bool:
        """Whether so many more fit."""
        return self.held + size <= self._limit

    def take(self, size: int) -> None:
        """Count bytes in; negative ones out."""
        with self._lock:
            self.held += size

    def give_back(self, size: int) -> None:
        """Count bytes out."""
        self.take(-size)
