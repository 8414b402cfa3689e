"""How far the roll-ups of readings are, and which stretch of time comes next.

A reading measured in the live window, from `closed` up to `horizon`, is rolled up with all of its
minute once that is over. One measured outside of it is noted when it is stored, and its minute is
rolled up (again) by itself. So nothing is rolled up twice a second, and nothing late is missed.
"""

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

GRACE_MS = 20_000
"""How long after its end a minute stays open: what comes later is late, and noted."""

AHEAD_MS = 10 * MINUTE_MS
"""How far the live window reaches beyond what is closed; a clock further ahead is noted, too."""


@dataclass(frozen=True, slots=True)
class Window:
    """Epoch ms, whole minutes: rolled up before `rolled`, noted before `closed` and from `horizon`.

    `rolled` is behind `closed` only while a pass is under way, or was cut off.
    """

    rolled: int
    closed: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Pass:
    """What is rolled up next for all points: minutes from `first` up to `past`, and the hours
    that are over with them. `window`: how it stands from the beginning of the pass on."""

    window: Window
    first: int
    past: int

    @property
    def hours(self) -> tuple[int, int]:
        """The hours that are over then and were not before: from, and up to (not included)."""
        return floor(self.window.rolled, HOUR_MS), floor(self.window.closed, HOUR_MS)


def next_pass(window: Window, now: int) -> Pass | None:
    """The next stretch to roll up; None while no further minute is over."""
    if window.rolled < window.closed:
        # Cut off in the middle: what lay open then is not known any more, so all of it again.
        return Pass(window, window.rolled, window.closed)
    closed = floor(now - GRACE_MS, MINUTE_MS)
    if closed <= window.closed:
        return None
    moved = Window(window.rolled, closed, closed + AHEAD_MS)
    # What lies beyond the old horizon was noted: a long sleep is not rolled up minute by minute.
    return Pass(moved, window.rolled, min(closed, window.horizon))


def floor(moment: int, width: int) -> int:
    """The beginning of the stretch of this width that a moment lies in."""
    return moment - moment % width
