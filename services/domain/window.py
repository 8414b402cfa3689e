"""The window: a point's last readings with the state after each, so that late ones can be judged.

It reaches 120 s behind the newest reading, and holds at most 2,000. Beyond that the oldest are
dropped and the window reaches less far back; what arrives behind it is judged over the stored
readings instead (`base_at` says from where on the window can judge).
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from services.domain.judgement import Cause
from services.domain.reading import Reading
from services.domain.verdict import Judged

LATE_MS = 120_000
"""How far behind a point's newest reading a late one is still judged live."""

CAPACITY = 2_000
"""The most readings a window holds."""

SLACK_MS = 30_000
"""How much longer a reading may stay, so that not every newest one has to drop an oldest."""


class Entry(NamedTuple):
    """A judged reading in its place, and the point's state after its instant."""

    judged_at: int
    measured_at: int
    reading: Reading
    after: Judged


class Window:
    """Entries in order of (judged_at, measured_at); `base` is the state before the first one,
    complete up to the judging time `base_at` (None: nothing is known before)."""

    __slots__ = ("base", "base_at", "entries", "measured_to")

    def __init__(self, base: Judged, base_at: int | None = None) -> None:
        self.base = base
        self.base_at = base_at
        self.entries: list[Entry] = []
        self.measured_to = -1

    def reaches(self, judged_at: int) -> bool:
        """Whether a reading of that judging time can be judged from here."""
        return self.base_at is None or judged_at > self.base_at

    def holds(self, reading: Reading) -> bool:
        """Whether the same reading (measured_at, value, quality) is in it."""
        if reading.measured_at > self.measured_to:
            return False
        return any(
            entry.measured_at == reading.measured_at
            and entry.reading.value == reading.value
            and entry.reading.quality is reading.quality
            for entry in reversed(self.entries)
        )

    def append(self, judged_at: int, reading: Reading, after: Judged) -> None:
        """Add the newest reading and drop what is out of reach or over the capacity."""
        measured_at = reading.measured_at
        entries = self.entries
        entries.append(Entry(judged_at, measured_at, reading, after))
        if measured_at > self.measured_to:
            self.measured_to = measured_at
        if entries[0].judged_at < judged_at - LATE_MS - SLACK_MS or len(entries) > CAPACITY:
            self._prune(judged_at - LATE_MS)

    def split(self, reading: Reading) -> tuple[Judged, int | None]:
        """Put a late reading in its place.

        Answers the state before its judging time and the time up to which that is complete:
        everything after it is to be judged again (`again`).
        """
        at, entries = reading.judged_at, self.entries
        place = bisect_left(entries, (at, reading.measured_at))
        self.measured_to = max(self.measured_to, reading.measured_at)
        entries.insert(place, Entry(at, reading.measured_at, reading, self.base))
        first = bisect_left(entries, (at,))
        if first == 0:
            return self.base, self.base_at
        return entries[first - 1].after, entries[first - 1].judged_at

    def again(self, from_at: int) -> Iterator[tuple[int, int, int, Cause, Cause]]:
        """The instants from a judging time on: (first, end, judged_at, greatest, smallest).

        `first` and `end` are the places of its entries; see `note`.
        """
        entries = self.entries
        first = bisect_left(entries, (from_at,))
        while first < len(entries):
            key = entries[first][:2]
            end = first + 1
            while end < len(entries) and entries[end][:2] == key:
                end += 1
            high, low = extremes([entry.reading for entry in entries[first:end]])
            yield first, end, key[0], high, low
            first = end

    def note(self, first: int, end: int, after: Judged) -> None:
        """Write down the new state after an instant."""
        for place in range(first, end):
            self.entries[place] = self.entries[place]._replace(after=after)

    def trim(self) -> None:
        """Hold the bounds after late readings were put in."""
        if self.entries:
            self._prune(self.entries[-1].judged_at - LATE_MS)

    def _prune(self, horizon: int) -> None:
        entries = self.entries
        gone = max(bisect_left(entries, (horizon,)), len(entries) - CAPACITY)
        if gone <= 0:
            return
        # An instant is dropped whole, so that the state after the base is complete.
        while gone < len(entries) and entries[gone].judged_at == entries[gone - 1].judged_at:
            gone += 1
        self.base, self.base_at = entries[gone - 1].after, entries[gone - 1].judged_at
        forgotten = max(entry.measured_at for entry in entries[:gone])
        del entries[:gone]
        if forgotten >= self.measured_to:
            self.measured_to = max((entry.measured_at for entry in entries), default=-1)


def extremes(readings: list[Reading]) -> tuple[Cause, Cause]:
    """The greatest and the smallest of the judged readings of one instant."""
    first = Cause.of(readings[0])
    if len(readings) == 1:
        return first, first
    causes = [Cause.of(reading) for reading in readings]
    return max(causes, key=lambda c: c.value), min(causes, key=lambda c: c.value)
