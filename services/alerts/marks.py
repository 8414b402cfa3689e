"""Which stretches of which points wait to be judged again over the stored readings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from services.alerts.engine_outcome import DirtyRange

ALWAYS = 0
"""Judging time at which everything begins."""


class Mark(msgspec.Struct, frozen=True):
    """The dirty ranges of a point, merged. Times are epoch ms.

    `ends` are the instants of the last range marked: once readings are stored there, what was
    marked before them is stored, too. `upto` is the place in the spool of the last range.
    `by_reading` is false where no reading of ours vouches for the ends.
    """

    point_id: int
    sounding: bool
    start: int
    end: int
    ends: tuple[int, int]
    upto: int
    first_noted_at: int
    noted_at: int
    by_reading: bool = True

    @property
    def key(self) -> tuple[int, bool]:
        return self.point_id, self.sounding


@dataclass(frozen=True, slots=True)
class Where:
    """Where and when ranges were marked: place in the spool, our clock."""

    position: int
    noted_at: int
    by_reading: bool = True


class Marks:
    """One merged mark a point (and one more for what sounds): bounded by the points."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks = {mark.key: mark for mark in marks}

    def __len__(self) -> int:
        return len(self._marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(list(self._marks.values()))

    def add(self, ranges: Iterable[DirtyRange], where: Where) -> None:
        """Merge newly dirty ranges in."""
        for each in ranges:
            self._merge(
                Mark(
                    each.point_id,
                    each.sounding,
                    each.start,
                    each.end,
                    (each.start, each.end),
                    where.position,
                    where.noted_at,
                    where.noted_at,
                    where.by_reading,
                )
            )

    def take(self, mark: Mark) -> None:
        """Take a mark out to work on it; what is marked meanwhile is a new one."""
        self._marks.pop(mark.key, None)

    def put_back(self, mark: Mark) -> None:
        """The work could not be done: it waits again, with what was marked meanwhile."""
        later = self._marks.pop(mark.key, None)
        self._marks[mark.key] = mark
        if later is not None:
            self._merge(later)

    def settle(self, point_id: int, sounding: bool, upto: int) -> None:
        """Recovery: a mark that a spooled `Settled` covers is done."""
        mark = self._marks.get((point_id, sounding))
        if mark is not None and mark.upto <= upto:
            del self._marks[mark.key]

    def _merge(self, later: Mark) -> None:
        known = self._marks.get(later.key)
        if known is not None:
            later = msgspec.structs.replace(
                later,
                start=min(known.start, later.start),
                end=max(known.end, later.end),
                first_noted_at=known.first_noted_at,
                by_reading=known.by_reading and later.by_reading,
            )
        self._marks[later.key] = later


def everywhere(point_ids: Iterable[int], since: int, until: int) -> list[DirtyRange]:
    """A range for each of these points: what happened between is not all on record."""
    every = DirtyRange(point_id=0, start=since, end=until, sounding=False)
    return [replace(every, point_id=point_id) for point_id in point_ids]
