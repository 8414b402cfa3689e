"""Which of a gateway's messages arrived: the loss ledger of one boot.

A gateway counts its messages (`seq`) since it started (`boot`). What lies between the lowest and
the highest number that arrived and did not arrive itself is a hole. The order of arrival, repeats
and the cutting into batches make no difference to what is known in the end, as long as the holes
stay within their cap. What came before the lowest and after the highest nobody can know.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

HOLES_MOST = 256
"""Holes that are remembered of one boot; beyond it the lowest are given up, and counted."""

BOOTS_MOST = 16
"""Boots that are remembered of one gateway; beyond it the one heard longest ago is forgotten."""

GRACE_MS = 10_000
"""A hole younger than this is no gap yet: what a broker gives again (after 5 s) comes late."""

TOLD_MOST = 100
"""Holes that an answer to a gateway names."""

Run = tuple[int, int]
"""Numbers that follow each other: the first and the last."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers that did not arrive, first and last included; times in epoch ms.

    `number` is the store's name for it, `opened_at` when it became a gap; a piece of a hole is
    as old as the whole was. `filled` of it arrived late.
    """

    first: int
    last: int
    since: int
    opened_at: int | None = None
    number: int | None = None
    filled: int = 0

    @property
    def size(self) -> int:
        """How many messages are missing."""
        return self.last - self.first + 1


@dataclass(slots=True)
class BootLedger:
    """What arrived since one start of a gateway. Empty until the first number is noted."""

    first: int = -1
    highest: int = -1
    repeats: int = 0
    """Messages that had arrived before."""
    floor: int = -1
    """Highest number of what was given up: of what is below, nobody knows whether it is new."""
    holes: list[Hole] = field(default_factory=list)
    """In the order of their numbers, apart from each other."""

    def note(self, numbers: Iterable[int], now: int) -> list[Hole]:
        """Note the numbers of messages (0 to 2^63 - 1) that arrived; the holes given up for it."""
        found = sorted(numbers)
        uncertain = bisect_right(found, self.floor)
        for run in _runs(found[:uncertain]):
            self._cover(run, now)
        fresh = sum(self._cover(run, now) for run in _runs(found[uncertain:]))
        self.repeats += len(found) - uncertain - fresh
        return self._give_up()

    def answer(self, most: int = TOLD_MOST) -> tuple[int, list[Run]]:
        """The highest number up to which everything can be told, and what is missing below it.

        With more holes than can be named, the number ends before the first that is left out:
        a gateway may forget what lies below it and is not named.
        """
        told = [(each.first, each.last) for each in self.holes[:most]]
        highest = self.highest if len(self.holes) <= most else self.holes[most].first - 1
        return highest, told

    @property
    def missing(self) -> int:
        """How many messages are missing, as far as is known."""
        return sum(each.size for each in self.holes)

    def _cover(self, run: Run, now: int) -> int:
        """Take in a run of numbers; how many of them are new."""
        first, last = run
        if self.highest < 0:
            self.first, self.highest = first, last
            return last - first + 1
        fresh = 0
        if last > self.highest:
            start = max(first, self.highest + 1)
            if start > self.highest + 1:
                self.holes.append(Hole(self.highest + 1, start - 1, now))
            fresh += last - start + 1
            self.highest = last
        if first < self.first:
            end = min(last, self.first - 1)
            if end < self.first - 1:
                self.holes.insert(0, Hole(end + 1, self.first - 1, now))
            fresh += end - first + 1
            self.first = first
        return fresh + self._fill(first, last)

    def _fill(self, first: int, last: int) -> int:
        """Take a run out of the holes; how many numbers that were."""
        start = bisect_left(self.holes, first, key=lambda hole: hole.last)
        end = start
        pieces: list[Hole] = []
        filled = 0
        while end < len(self.holes) and self.holes[end].first <= last:
            hole = self.holes[end]
            inside = min(last, hole.last) - max(first, hole.first) + 1
            filled += inside
            pieces += _rest(hole, first, last, inside)
            end += 1
        self.holes[start:end] = pieces
        return filled

    def _give_up(self) -> list[Hole]:
        surplus = max(len(self.holes) - HOLES_MOST, 0)
        given_up, self.holes = self.holes[:surplus], self.holes[surplus:]
        if given_up:
            self.floor = max(self.floor, given_up[-1].last)
        return given_up


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway is told after a commit: everything of `boot` up to `seq` is stored, but not
    what is `missing`."""

    enterprise: str
    gateway: str
    boot: str
    seq: int
    missing: tuple[Run, ...]


def _runs(numbers: list[int]) -> Iterator[Run]:
    """Sorted numbers, repeats among them, as the runs they make."""
    first = last = -1
    for number in numbers:
        if last < 0:
            first = last = number
        elif number <= last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if last >= 0:
        yield first, last


def _rest(hole: Hole, first: int, last: int, inside: int) -> list[Hole]:
    """What is left of a hole when a run has arrived; the first piece keeps its name."""
    pieces = []
    if hole.first < first:
        pieces.append(replace(hole, last=first - 1, filled=hole.filled + inside))
    if last < hole.last:
        name, filled = (None, 0) if pieces else (hole.number, hole.filled + inside)
        pieces.append(replace(hole, first=last + 1, number=name, filled=filled))
    return pieces
