"""Where a suppression stands: whether its condition is there, and whether it is held for a while
after. Times are epoch milliseconds by our clock.

It fails to the loud side: a condition without an answer suppresses nothing, at once.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unknown(StrEnum):
    """Why there is no answer."""

    NO_VALUE = "no_value"
    BAD_QUALITY = "bad_quality"
    """Bad or uncertain: only a good value takes alarms off the board."""
    SILENT = "silent"
    """It, its gateway or its enterprise is silent, or was since it told its value."""
    LATE = "late"
    """A point that reports at a period told it more than two minutes late."""
    UNDER_TEST = "under_test"
    UNREGISTERED = "unregistered"
    LOOP = "loop"
    """By way of other rules it suppresses what it waits for."""


class Phase(StrEnum):
    """Where it stands, as outsiders see it."""

    WAITING = "waiting"
    HOLDING = "holding"
    ENDING = "ending"
    """Its condition is over; it is held for the start-up."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the condition is there (`met` None: nobody knows, and `why`). `value` is what its
    point says; `alarm` the id of the parent's alarm."""

    met: bool | None
    why: Unknown | None = None
    value: float | None = None
    alarm: str | None = None


@dataclass(frozen=True, slots=True)
class SuppressionState:
    """Where a rule stands: spooled when that changes. `since`: it suppresses since then, by
    `value` or `alarm`; `ends_at`: until when it is held; `stale_at`: what its point said up to
    this judging time counts no more."""

    enterprise: str
    rule: str
    version: int
    holding: bool = False
    since: int | None = None
    value: float | None = None
    alarm: str | None = None
    ends_at: int | None = None
    stale_at: int | None = None


@dataclass(slots=True)
class Hold:
    """A rule's state over time. `off_delay_ms`: how long it is held after its condition."""

    off_delay_ms: int
    holding: bool = False
    since: int | None = None
    value: float | None = None
    alarm: str | None = None
    ends_at: int | None = None

    def take(self, answer: Answer, now: int) -> None:
        """What is known of the condition now."""
        if answer.met is None:
            self._release()
        elif answer.met:
            if not self.holding or self.ends_at is not None:
                self.since = now if self.since is None else self.since
                self.value, self.alarm = answer.value, answer.alarm
            self.holding, self.ends_at = True, None
        elif self.holding:
            self._run_out(now)

    def phase(self, answer: Answer) -> Phase:
        """As outsiders see it, after that answer was taken."""
        if answer.met is None:
            return Phase.UNKNOWN
        if not self.holding:
            return Phase.WAITING
        return Phase.HOLDING if self.ends_at is None else Phase.ENDING

    def _run_out(self, now: int) -> None:
        """Its condition is over. A clock that was set back makes no end later than it was meant."""
        if self.ends_at is None or self.ends_at - now > self.off_delay_ms:
            self.ends_at = now + self.off_delay_ms
        if self.ends_at <= now:
            self._release()

    def _release(self) -> None:
        self.holding = False
        self.since = self.value = self.alarm = self.ends_at = None
