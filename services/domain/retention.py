"""What of the readings may go, and what goes first when room is short.

Readings are kept as long as was chosen, counted from when the newest of their day was received:
a past that was replayed yesterday is not old. When room is short the oldest days go earlier, but
never what was received in the last 30 days (State Administration of Work Safety, order 40, 13).
Before that it is told: first that room runs out, then that days go early, last that nothing more
may go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 86_400_000

LAW_DAYS = 30
"""Below this nothing is dropped, however short room is."""

LOW_SHARE = 0.25
"""With less of the room free it is told, while nothing goes early yet."""

TIGHT_SHARE = 0.20
"""With less of the room free, days of readings go before their time."""

FULL_SHARE = 0.10
"""With less of it free and nothing left that may go, somebody must make room."""

EASIER = 0.05
"""So much more than where a shortage begins has to be free for its end: it is not told again and
again at the border."""

NOTICE_S = 60.0
"""So long days of readings stay after the shortage was told, for whoever can still make room."""

SMALL_ROOM = 5 * 2**30
"""Bytes: with less than this free it counts how much of it is, however small the database is."""

ORDINARY_DAYS = 90
"""How long what nobody is obliged to keep stays: readings of tags that nobody registered."""

IDENTITY_DAYS = 30
"""How long the identity of a message is known: longer than any gateway buffers."""

EVENT_DAYS = 365
"""How long the events of gateways are kept."""

GAP_DAYS = 400
"""How long a gap that is over is kept: what was missing can be shown for a year and a month."""

FIGURE_DAYS = 1_100
"""How long it is kept what became of the readings of a gateway and day, like the roll-ups."""


class Why(StrEnum):
    """Why a day of readings goes."""

    AGE = "age"
    SPACE = "space"


class Room(StrEnum):
    """How much room there is for what comes."""

    ENOUGH = "enough"
    LOW = "low"
    """It runs out."""
    TIGHT = "tight"
    """Days of readings go before their time."""
    FULL = "full"
    """What may go does not suffice, or soon will not: the last 30 days stay."""


BEGINS_BELOW = {Room.LOW: LOW_SHARE, Room.TIGHT: TIGHT_SHARE, Room.FULL: FULL_SHARE}
ROOMS = tuple(Room)
"""From the best to the worst."""
SHORT = frozenset({Room.TIGHT, Room.FULL})
"""Where what nobody is obliged to keep goes early."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of readings by their own time: its beginning and its newest receipt, epoch ms."""

    start: int
    newest_received_at: int

    @property
    def old_since(self) -> int:
        """From when its age counts; a day that is not over is not old."""
        return max(self.newest_received_at, self.start + DAY_MS)


@dataclass(frozen=True, slots=True)
class Drop:
    """The decision to let a day go."""

    start: int
    why: Why


def room(free: float | None, before: Room = Room.ENOUGH) -> Room:
    """What a share of free room means, where it meant `before` until now; None: nobody can see it,
    so it means the same as before."""
    if free is None:
        return before
    found = Room.ENOUGH
    for each, share in BEGINS_BELOW.items():
        stood = ROOMS.index(before) >= ROOMS.index(each)
        if free < (share + EASIER if stood else share):
            found = each
    return found


def free_share(size: int, free: int | None, limit: int | None) -> float | None:
    """What share of the database's room is free: of what it takes (`size`) and the disk has left
    (`free`), and of its own limit. Bytes; None: not to be seen, no limit."""
    shares = []
    if free is not None:
        shares += [free / max(1, free + size), min(1.0, free / SMALL_ROOM)]
    if limit is not None:
        shares.append(max(0.0, 1 - size / limit))
    return min(shares, default=None)


def next_drop(days: Iterable[Day], now: int, raw_days: int, space: Room) -> Drop | None:
    """The day that goes next, the oldest receipt first; None when all of them stay."""
    oldest = min(days, key=lambda day: (day.old_since, day.start), default=None)
    if oldest is None:
        return None
    age = now - oldest.old_since
    if age > max(raw_days, LAW_DAYS) * DAY_MS:
        return Drop(oldest.start, Why.AGE)
    if space in SHORT and age > LAW_DAYS * DAY_MS:
        return Drop(oldest.start, Why.SPACE)
    return None


def patience_days(ordinary: int, space: Room) -> int:
    """How long what nobody is obliged to keep stays: no longer than 30 days when room is short."""
    return min(ordinary, LAW_DAYS) if space in SHORT else ordinary
