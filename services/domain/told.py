"""What a derived point has told of late: which instants are taken, and by which value."""

from bisect import bisect_left
from dataclasses import dataclass

from services.domain.reading import Quality
from services.domain.trace import KEPT_MS, MOST_KEPT


@dataclass(frozen=True, slots=True)
class Said:
    """What a derived point read: when (epoch ms), the value in its unit (None: bad)."""

    at: int
    value: float | None
    quality: Quality


class Told:
    """In order of time, one an instant. `since`: of instants up to this one it is not known any more
    whether they are taken, so they count as taken; None: all are known."""

    def __init__(self) -> None:
        self.since: int | None = None
        self._instants: list[int] = []
        self._said: list[Said] = []

    @property
    def last(self) -> Said | None:
        """The newest."""
        return self._said[-1] if self._said else None

    @property
    def said(self) -> list[Said]:
        """All of it, the oldest first."""
        return list(self._said)

    def is_open(self, at: int) -> bool:
        """Whether it is known what was told of this instant."""
        return self.since is None or at > self.since

    def at(self, at: int) -> Said | None:
        """What was told of this instant."""
        place = bisect_left(self._instants, at)
        taken = place < len(self._instants) and self._instants[place] == at
        return self._said[place] if taken else None

    def add(self, said: Said) -> None:
        """Remember it; an instant that is taken stays as it is."""
        place = bisect_left(self._instants, said.at)
        if self.at(said.at) is not None or not self.is_open(said.at):
            return
        self._instants.insert(place, said.at)
        self._said.insert(place, said)
        oldest = bisect_left(self._instants, self._instants[-1] - KEPT_MS)
        gone = max(oldest, len(self._instants) - MOST_KEPT)
        if gone:
            self.since = self._instants[gone - 1]
            del self._instants[:gone]
            del self._said[:gone]

    def close(self) -> None:
        """From now on only what comes after the newest is told: it is of another formula, or was
        told by another engine."""
        if self._said:
            self.since = self._instants[-1] - 1
            del self._instants[:-1]
            del self._said[:-1]

    def forget(self) -> None:
        """Our own clock was set back: it begins anew."""
        self.since = None
        self._instants.clear()
        self._said.clear()
