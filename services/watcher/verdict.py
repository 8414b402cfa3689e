"""When to scream, when to scream again, and when to say that all is well.

Pure: times are seconds of a monotonic clock and passed in. Time in which we did not run ourselves
(stopped, swapped out, the machine asleep) is no silence of anybody else.
"""

from dataclasses import dataclass
from enum import StrEnum

STEP_S = 2.0
"""Between two looks at most so much counts as silence."""


class Call(StrEnum):
    """What is to be said now."""

    SCREAM = "scream"
    AGAIN = "again"
    """It goes on."""
    WELL = "well"


@dataclass(slots=True)
class Verdict:
    """Judges one thing that must give signs: silent for `silence_s`, it screams, and again each
    `repeat_s` until a sign comes. `screaming`: an earlier life of ours did already."""

    silence_s: float
    repeat_s: float
    screaming: bool = False
    silent_s: float = 0.0
    outage_s: float = 0.0
    """How long the silence was that a scream was about, up to now or to its end."""
    _looked_at: float | None = None
    _said_s: float = 0.0

    def __post_init__(self) -> None:
        if self.screaming:
            self.silent_s = self.outage_s = self.silence_s

    def sign(self, age_s: float) -> None:
        """A sign that is so old came."""
        self.silent_s = min(self.silent_s, max(age_s, 0.0))

    def look(self, now: float) -> Call | None:
        """Time has passed."""
        step = 0.0 if self._looked_at is None else min(max(now - self._looked_at, 0.0), STEP_S)
        self._looked_at = now
        self.silent_s += step
        if self.silent_s < self.silence_s:
            was, self.screaming = self.screaming, False
            return Call.WELL if was else None
        self._said_s += step
        self.outage_s = self.silent_s
        if not self.screaming:
            self.screaming, self._said_s = True, 0.0
            return Call.SCREAM
        if self._said_s >= self.repeat_s:
            self._said_s = 0.0
            return Call.AGAIN
        return None
