"""The trace of an input: what it read in the last two minutes, so that a late reading of another is
computed with what this one was then."""

from bisect import bisect_right

from services.domain.reading import FUTURE_TOLERANCE_MS, Reading

KEPT_MS = 120_000
"""How far back, measured from its newest reading: as far as a late reading is judged live."""
MOST_KEPT = 1_200
"""Readings of one input, ten a second; the oldest go first."""


def instant(reading: Reading) -> int:
    """When an input read what it read (epoch ms), by its own clock as long as that is not more
    ahead of ours than is tolerated: ours would say something else when the reading comes again."""
    if reading.measured_at - reading.received_at > FUTURE_TOLERANCE_MS:
        return reading.received_at
    return reading.measured_at


class Trace:
    """Readings of one input in order of their instants, one an instant: of two the first counts."""

    def __init__(self, room: int = MOST_KEPT) -> None:
        self.room = room
        self._instants: list[int] = []
        self._readings: list[Reading] = []

    def __len__(self) -> int:
        return len(self._readings)

    @property
    def newest(self) -> Reading | None:
        """The newest reading, whatever it is worth."""
        return self._readings[-1] if self._readings else None

    @property
    def readings(self) -> list[Reading]:
        """All of them, the oldest first."""
        return list(self._readings)

    def as_of(self, at: int) -> Reading | None:
        """What it had read last at this instant; None where that is not known (any more)."""
        place = bisect_right(self._instants, at)
        return self._readings[place - 1] if place else None

    def learn(self, reading: Reading) -> bool:
        """Take a reading; whether it tells something: a repeat, a second value of one instant and
        what is further back than is kept do not."""
        newest, at = self.newest, instant(reading)
        if newest is not None and newest.received_at - reading.received_at > FUTURE_TOLERANCE_MS:
            # Our own clock was set back: what came before it lies in a future that never was.
            self._instants.clear()
            self._readings.clear()
        place = bisect_right(self._instants, at)
        if place and self._instants[place - 1] == at:
            return False
        if self._instants and at < self._instants[-1] - KEPT_MS:
            return False
        self._instants.insert(place, at)
        self._readings.insert(place, reading)
        return self._trim() <= place

    def _trim(self) -> int:
        """Let go of what is too old, but for the last before that: it still held; how many went."""
        first = bisect_right(self._instants, self._instants[-1] - KEPT_MS) - 1
        gone = max(0, first, len(self._instants) - max(1, self.room))
        if gone:
            del self._instants[:gone]
            del self._readings[:gone]
        return gone
