"""First-out: which alarm of a group came first when many follow each other, and in what order.

A group is one of detectors that an enterprise registered, or a hazard source. Its alarms make one cascade as long as no more than
`GAP_MS` of judging time lies between one and the next; the order is that of their judging times,
whatever the order in which we heard of them. One that repeats keeps the place of its first time.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

GAP_MS = 300_000
"""A pause longer than this in a group ends a cascade (a convention, no clause)."""

RANKED = 5
"""So many of a cascade have a rank: an operator looks for the first ones, and each that comes out
of order has the ranks after it said again."""

KEPT_MS = 24 * 3_600_000
"""A cascade that ended longer ago is forgotten: readings that late raise no live alarm."""

CASCADES = 100
"""Sequences remembered of one group; beyond that the oldest is forgotten."""

Name = tuple[str, ...]
"""Which alarm it is again and again: subject and direction."""
Group = tuple[str, ...]
"""Enterprise and hazard source; or enterprise, the word for a registered group, and its code."""


@dataclass(order=True, frozen=True, slots=True)
class Place:
    """The first time of an alarm in a cascade (epoch ms), and the occurrence it was."""

    at: int
    alarm: str
    name: Name


@dataclass(slots=True)
class Cascade:
    """From the first to the last (judging times, epoch ms), and its first places in order."""

    start: int
    last: int
    places: list[Place] = field(default_factory=list)
    fallen: list[Name] = field(default_factory=list)
    """Who lost a rank to somebody earlier; for the caller to clear."""

    def reaches(self, at: int) -> bool:
        """Whether an alarm of that time belongs to it."""
        return self.start - GAP_MS <= at <= self.last + GAP_MS

    def rank(self, name: Name) -> int | None:
        """Which one it is, from 1; None: it came later than those that are ranked."""
        ranks = (n for n, place in enumerate(self.places, start=1) if place.name == name)
        return next(ranks, None)

    def take(self, place: Place) -> None:
        """Another alarm of it; of one name the earliest counts."""
        self.start, self.last = min(self.start, place.at), max(self.last, place.at)
        known = next((each for each in self.places if each.name == place.name), None)
        if known is not None and known <= place:
            return
        if known is not None:
            self.places.remove(known)
        insort(self.places, place)
        self.fallen += [each.name for each in self.places[RANKED:]]
        del self.places[RANKED:]

    def join(self, other: "Cascade") -> None:
        """An alarm between them has made the two one."""
        self.start, self.last = min(self.start, other.start), max(self.last, other.last)
        for place in other.places:
            self.take(place)


class FirstOuts:
    """The cascades of all groups."""

    def __init__(self) -> None:
        self._groups: dict[Group, list[Cascade]] = {}

    def take(self, group: Group, place: Place) -> Cascade:
        """An alarm rose: the cascade that it belongs to now."""
        cascades = self._groups.setdefault(group, [])
        mine = [each for each in cascades if each.reaches(place.at)]
        whole = mine[0] if mine else Cascade(place.at, place.at)
        for other in mine[1:]:
            whole.join(other)
            cascades.remove(other)
        whole.take(place)
        if not mine:
            cascades.append(whole)
            cascades.sort(key=lambda each: each.start)
            del cascades[:-CASCADES]
        return whole

    def drop(self, group: Group, alarm: str) -> Cascade | None:
        """An occurrence was withdrawn or its start corrected: it gives its place up. The cascade
        it had one in; it is not split by that."""
        for cascade in self._groups.get(group, ()):
            for place in cascade.places:
                if place.alarm == alarm:
                    cascade.places.remove(place)
                    return cascade
        return None

    def knows(self, group: Group, at: int) -> bool:
        """Whether a cascade of that time is remembered."""
        return any(each.reaches(at) for each in self._groups.get(group, ()))

    def rank(self, group: Group, at: int, name: Name) -> int | None:
        """Which of its cascade an alarm of that time is."""
        for cascade in self._groups.get(group, ()):
            if cascade.start <= at <= cascade.last:
                return cascade.rank(name)
        return None

    def forget(self, now: int) -> None:
        """Let go of what ended long ago."""
        for group, cascades in list(self._groups.items()):
            kept = [each for each in cascades if each.last > now - KEPT_MS]
            if kept:
                self._groups[group] = kept
            else:
                del self._groups[group]

    def save(self) -> list[tuple[Group, list[Cascade]]]:
        """Everything, for `load`."""
        return list(self._groups.items())

    def load(self, saved: Iterable[tuple[Group, list[Cascade]]]) -> None:
        """As it was saved."""
        self._groups = dict(saved)
