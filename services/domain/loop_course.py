"""The course of a loop through the versions of the register: each stretch of time is reckoned by the
version that was in force then.

What a loop was counted by yesterday is not changed by what is registered today: another point for
its state, "not fitted", or taken out of the register. All times are epoch milliseconds UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby

from services.domain.interlock import Loop, serves
from services.domain.use_rate import Change, Use, served_over, total

Record = Mapping[str, Sequence[Change]]
"""The changes of an enterprise's points by tag, each in order of time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A loop as it was registered from `since` to `until` (not included; None: it still is)."""

    loop: Loop
    since: int
    until: int | None


def use_of(
    stretches: Iterable[Stretch],
    record: Record,
    outages: Sequence[tuple[int, int]],
    start: int,
    end: int,
) -> Use:
    """How it was in service from `start` to `end` (not included), while it was registered as
    fitted, by the points of each time."""
    uses = []
    for each in stretches:
        begun, ended = max(each.since, start), end if each.until is None else min(each.until, end)
        if each.loop.fitted and begun < ended:
            turns = _turns(each.loop, record, begun, ended)
            uses.append(served_over(turns, outages, begun, ended))
    return total(uses)


def states_of(stretches: Sequence[Stretch], record: Record) -> list[Change]:
    """The states that it showed itself, in order of time. `stretches` in order of time; before
    the first it is as its point told; where it is not registered nobody knows."""
    found: list[Change] = []
    for place, each in enumerate(stretches):
        told = _cut(record.get(each.loop.state_tag or "", ()), None, each.until)
        if place > 0:
            told = _cut(told, each.since, None)
            known = bool(told) and told[0].at <= each.since
            _add(found, Change(each.since, told[0].state if known else None))
            told = told[1:] if known else told
        for change in told:
            _add(found, change)
        following = stretches[place + 1].since if place + 1 < len(stretches) else None
        if each.until is not None and (following is None or following > each.until):
            _add(found, Change(each.until, None))
    return found


def _cut(changes: Sequence[Change], since: int | None, until: int | None) -> Sequence[Change]:
    """What holds at `since`, and what changes from then until `until`; None: no such bound."""
    first = 0 if since is None else max(0, bisect_right(changes, since, key=_at) - 1)
    past = len(changes) if until is None else bisect_left(changes, until, key=_at)
    return changes[first:past]


def _at(change: Change) -> int:
    return change.at


def _add(found: list[Change], change: Change) -> None:
    if not found or found[-1].state != change.state:
        found.append(change)


def _turns(loop: Loop, record: Record, since: int, until: int) -> list[tuple[int, bool | None]]:
    """When it began and ceased to be in service, by itself and by the switches of its inputs."""
    tags = [loop.state_tag, *(e.state_tag for e in loop.causes if e.state_tag is not None)]
    lanes = [
        [(each.at, lane, each.state) for each in _cut(record.get(tag or "", ()), since, until)]
        for lane, tag in enumerate(tags)
    ]
    now: list[str | None] = [None] * len(tags)
    turns: list[tuple[int, bool | None]] = []
    for at, those in groupby(merge(*lanes, key=_when), key=_when):
        for _, lane, state in those:
            now[lane] = state
        turns.append((at, serves(loop.voting, now[0], now[1:])))
    return turns


def _when(entry: tuple[int, int, str | None]) -> int:
    return entry[0]
