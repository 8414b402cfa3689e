"""Floods of alarms, as ISA-18.2 (EEMUA 191) counts them."""

from collections.abc import Iterable
from dataclasses import dataclass

WINDOW_MS, BEGINS, ENDS = 600_000, 10, 5
"""It begins with more than ten alarms in ten minutes, and ends with fewer than five."""


@dataclass(frozen=True, slots=True)
class Flood:
    """``alarms``: raised from the first of the ten minutes in which it began to its end."""

    began_at: int
    ended_at: int
    alarms: int
    most: int


def most_in_ten_minutes(times: Iterable[int]) -> int:
    """The most that begin within any ten minutes; epoch ms."""
    ordered, first, most = sorted(times), 0, 0
    for place, at in enumerate(ordered):
        while at - ordered[first] >= WINDOW_MS:
            first += 1
        most = max(most, place - first + 1)
    return most


def floods(times: Iterable[int]) -> list[Flood]:
    """Every flood, in order. One ends when the last but four of its alarms is ten minutes old."""
    ordered, found = sorted(times), list[Flood]()
    place = 0
    while place < len(ordered):
        window = [at for at in ordered[: place + 1] if ordered[place] - at < WINDOW_MS]
        if len(window) <= BEGINS:
            place += 1
            continue
        began, last = place + 1 - len(window), place
        # It goes on as long as the next alarm comes while five or more are in its window.
        while last + 1 < len(ordered) and ordered[last + 1] <= ordered[last + 1 - ENDS] + WINDOW_MS:
            last += 1
        of_it = ordered[began : last + 1]
        ended = ordered[last + 1 - ENDS] + WINDOW_MS
        found.append(Flood(ordered[place], ended, len(of_it), most_in_ten_minutes(of_it)))
        place = last + 1
    return found
