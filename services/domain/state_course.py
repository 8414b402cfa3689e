"""The course of a point's states lately: what it told, in order of judging time, for what comes late.

A state that is heard of late and was over by then has to be told as one that was there: once, with
its own times. So each entry remembers whether it was judged when it came, or came late.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from services.domain.detector import LATE_MS

Found = TypeVar("Found")
"""What is found of a spell."""

MOST = 1_000
"""Entries of a point (two minutes at eight a second); beyond them the oldest go, and what is as
late as those is not told of any more."""


class Entry(NamedTuple):
    """A state as it was told, at its judging time (epoch ms). `judged`: it was looked at."""

    at: int
    state: str
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Over(Generic[Found]):
    """A spell that is over: from the first reading that told of it to the first after it (epoch
    ms), and what was found of it."""

    since: int
    state: str
    ended_at: int
    found: Found


@dataclass(slots=True)
class StateCourse:
    """`since`: what it told before that moment was known once, and is no more (None: it never
    told anything before)."""

    since: int | None = None
    entries: list[Entry] = field(default_factory=list)

    def take(self, at: int, state: str, late: bool = False) -> None:
        """A state, told at any place of the course; a repeat changes nothing."""
        place = bisect_right(self.entries, at, key=lambda each: each.at)
        before = place - 1
        while before >= 0 and self.entries[before].at == at:
            if self.entries[before].state == state:
                return
            before -= 1
        self.entries.insert(place, Entry(at, state, not late))
        self._forget()

    def reaches(self, at: int) -> bool:
        """Whether it is known what was told about then."""
        return self.since is None or at >= self.since

    def overs(self, judge: Callable[[str, int, int], Found | None]) -> list[Over[Found]]:
        """The spells that only late readings tell of, and that are over; told once.

        `judge(state, at, until)` says what a state is that was told at `at` and was another one at
        `until`; None: nothing to speak of, and so the end of a spell.
        """
        found: list[Over[Found]] = []
        begun: tuple[Entry, Found] | None = None
        known = False
        for place, entry in enumerate(self.entries):
            following = self.entries[place + 1].at if place + 1 < len(self.entries) else entry.at
            what = judge(entry.state, entry.at, following)
            if what is not None:
                begun = begun or (entry, what)
                known = known or entry.judged
                continue
            if begun is not None and not known:
                found.append(Over(begun[0].at, begun[0].state, entry.at, begun[1]))
            begun, known = None, False
        self.entries = [each._replace(judged=True) for each in self.entries]
        return found

    def restore(self, entries: Iterable[tuple[int, str]]) -> None:
        """As it was saved; all of it was looked at."""
        self.entries = [Entry(at, state) for at, state in entries]

    def _forget(self) -> None:
        """Let go of what lies further back than anything that can still come late, but for the
        state that held into it."""
        entries = self.entries
        edge, gone = entries[-1].at - LATE_MS, 0
        while gone + 1 < len(entries) and entries[gone + 1].at <= edge:
            gone += 1
        gone = max(gone, len(entries) - MOST)
        if gone:
            self.since = entries[gone].at
            del entries[:gone]
