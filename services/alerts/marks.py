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
    marked before them is stored, too; empty where all is stored already. `upto` is the place in
    the spool of the last range. `by_reading` is false where no reading of ours vouches for the ends.
    """

    point_id: int
    sounding: bool
    start: int
    end: int
    ends: tuple[int, ...]
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
    """One merged mark a point (and one more for what sounds) waits: bounded by the points.

    What is taken stays unsettled until it is finished, dropped or put back; a snapshot keeps it,
    so that a kill during the work, or before the last look at it, loses nothing.
    """

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks: dict[tuple[int, bool], Mark] = {}
        self._taken: dict[tuple[int, bool], list[Mark]] = {}
        for mark in marks:
            self._merge(mark)

    def __len__(self) -> int:
        return len(self._marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(list(self._marks.values()))

    def unsettled(self) -> list[Mark]:
        """Those that wait and those that are taken, of one point in the order of the spool."""
        taken = [mark for some in self._taken.values() for mark in some]
        return sorted([*taken, *self._marks.values()], key=lambda mark: mark.upto)

    def add(self, ranges: Iterable[DirtyRange], where: Where) -> None:
        """Merge newly dirty ranges in."""
        for each in ranges:
            self._merge(
                Mark(
                    each.point_id,
                    each.sounding,
                    each.start,
                    each.end,
                    () if each.stored else (each.start, each.end),
                    where.position,
                    where.noted_at,
                    where.noted_at,
                    where.by_reading,
                )
            )

    def take(self, mark: Mark) -> None:
        """Take a mark out to work on it; what is marked meanwhile is a new one. Where more was
        merged into it since it was looked at, the whole of that goes on waiting."""
        known = self._marks.get(mark.key)
        if known is not None and known.upto == mark.upto and known.noted_at == mark.noted_at:
            del self._marks[mark.key]
        self._taken.setdefault(mark.key, []).append(mark)

    def put_back(self, mark: Mark) -> None:
        """There is more to be done: it waits again, with what was marked meanwhile."""
        self._let_go(mark)
        self._merge(mark)

    def finish(self, mark: Mark) -> bool:
        """The work on a taken mark is done for good.

        Answers whether all of its point up to it is done: only then may it be spooled as settled.
        """
        self._let_go(mark)
        return all(other.upto >= mark.upto for other in self._taken.get(mark.key, ()))

    def drop(self, mark: Mark) -> None:
        """A mark that waits, and about which nothing is to be done."""
        self._marks.pop(mark.key, None)

    def settle(self, point_id: int, sounding: bool, upto: int) -> None:
        """Recovery: a mark that a spooled `Settled` covers is done."""
        mark = self._marks.get((point_id, sounding))
        if mark is not None and mark.upto <= upto:
            del self._marks[mark.key]

    def _let_go(self, mark: Mark) -> None:
        some = self._taken[mark.key]
        some.remove(mark)
        if not some:
            del self._taken[mark.key]

    def _merge(self, mark: Mark) -> None:
        """One mark of both; its end is that of the one spooled last."""
        known = self._marks.get(mark.key)
        if known is not None:
            first, last = (mark, known) if mark.upto < known.upto else (known, mark)
            mark = msgspec.structs.replace(
                last,
                start=min(first.start, last.start),
                end=max(first.end, last.end),
                first_noted_at=min(first.first_noted_at, last.first_noted_at),
                by_reading=first.by_reading and last.by_reading,
            )
        self._marks[mark.key] = mark


def everywhere(point_ids: Iterable[int], since: int, until: int) -> list[DirtyRange]:
    """A range for each of these points: what happened between is not all on record."""
    every = DirtyRange(point_id=0, start=since, end=until, sounding=False)
    return [replace(every, point_id=point_id) for point_id in point_ids]
