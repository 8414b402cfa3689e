"""The window: a point's last readings with the state after each, so that late ones can be judged.

It reaches 120 s behind the newest reading, and holds at most 2,000. Beyond that the oldest are
dropped and the window reaches less far back; what arrives behind it is judged over the stored
readings instead (`base_at` says from where on the window can judge).
"""

from bisect import bisect_left
from collections.abc import Iterator

from services.domain.judgement import Cause
from services.domain.reading import Reading
from services.domain.verdict import Judged

LATE_MS = 120_000
"""How far behind a point's newest reading a late one is still judged live."""

CAPACITY = 2_000
"""The most readings a window holds."""

SLACK_MS = 30_000
"""How much longer a reading may stay, so that not every newest one has to drop an oldest."""


class Window:
    """Readings in order of (judged_at, measured_at); `base` is the state before the first one,
    complete up to the judging time `base_at` (None: nothing is known before).

    `afters` is the state after each reading's instant; None as long as all are like `base`, which
    in a country they nearly always are.
    """

    __slots__ = ("afters", "base", "base_at", "entries", "measured_to")

    def __init__(self, base: Judged, base_at: int | None = None) -> None:
        self.base = base
        self.base_at = base_at
        self.entries: list[Reading] = []
        self.afters: list[Judged] | None = None
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
            and entry.value == reading.value
            and entry.quality is reading.quality
            for entry in reversed(self.entries)
        )

    def append(self, judged_at: int, reading: Reading, after: Judged) -> None:
        """Add the newest reading and drop what is out of reach or over the capacity."""
        entries = self.entries
        entries.append(reading)
        if self.afters is not None:
            self.afters.append(after)
        elif after is not self.base:
            self._remember().append(after)
        if reading.measured_at > self.measured_to:
            self.measured_to = reading.measured_at
        if entries[0].judged_at < judged_at - LATE_MS - SLACK_MS or len(entries) > CAPACITY:
            self._prune(judged_at - LATE_MS)

    def split(self, reading: Reading) -> tuple[Judged, int | None]:
        """Put a late reading in its place.

        Answers the state before its judging time and the time up to which that is complete:
        everything after it is to be judged again (`again`).
        """
        at, entries = reading.judged_at, self.entries
        place = bisect_left(entries, (at, reading.measured_at), key=_place)
        self.measured_to = max(self.measured_to, reading.measured_at)
        entries.insert(place, reading)
        if self.afters is not None:
            self.afters.insert(place, self.base)
        first = bisect_left(entries, at, key=_judged_at)
        if first == 0:
            return self.base, self.base_at
        return self._after(first - 1), entries[first - 1].judged_at

    def again(self, from_at: int) -> Iterator[tuple[int, int, int, Cause, Cause]]:
        """The instants from a judging time on: (first, end, judged_at, greatest, smallest).

        `first` and `end` are the places of its entries; see `note`.
        """
        entries = self.entries
        first = bisect_left(entries, from_at, key=_judged_at)
        while first < len(entries):
            key = _place(entries[first])
            end = first + 1
            while end < len(entries) and _place(entries[end]) == key:
                end += 1
            high, low = extremes(entries[first:end])
            yield first, end, key[0], high, low
            first = end

    def note(self, first: int, end: int, after: Judged) -> None:
        """Write down the new state after an instant."""
        if self.afters is None:
            if after is self.base:
                return
            self.afters = [self.base] * len(self.entries)
        self.afters[first:end] = [after] * (end - first)

    def trim(self) -> None:
        """Hold the bounds after late readings were put in."""
        if self.entries:
            self._prune(self.entries[-1].judged_at - LATE_MS)

    def _after(self, place: int) -> Judged:
        return self.base if self.afters is None else self.afters[place]

    def _remember(self) -> list[Judged]:
        """Make room for the states after all but the last reading, which were like the base."""
        self.afters = [self.base] * (len(self.entries) - 1)
        return self.afters

    def _prune(self, horizon: int) -> None:
        entries = self.entries
        gone = max(bisect_left(entries, horizon, key=_judged_at), len(entries) - CAPACITY)
        if gone <= 0:
            return
        # An instant is dropped whole, so that the state after the base is complete.
        last_at = entries[gone - 1].judged_at
        while gone < len(entries) and entries[gone].judged_at == last_at:
            gone += 1
        self.base, self.base_at = self._after(gone - 1), last_at
        forgotten = max(entry.measured_at for entry in entries[:gone])
        del entries[:gone]
        if self.afters is not None:
            del self.afters[:gone]
            if all(after is self.base for after in self.afters):
                self.afters = None
        if forgotten >= self.measured_to:
            self.measured_to = max((entry.measured_at for entry in entries), default=-1)


def _judged_at(reading: Reading) -> int:
    return reading.judged_at


def _place(reading: Reading) -> tuple[int, int]:
    return reading.judged_at, reading.measured_at


def extremes(readings: list[Reading]) -> tuple[Cause, Cause]:
    """The greatest and the smallest of the judged readings of one instant."""
    first = Cause.of(readings[0])
    if len(readings) == 1:
        return first, first
    causes = [Cause.of(reading) for reading in readings]
    return max(causes, key=lambda c: c.value), min(causes, key=lambda c: c.value)
