"""The only place that reads a clock; everything else is told the time.

Wall-clock times are integer epoch milliseconds (UTC); durations come from a
monotonic clock in seconds, so that a jump of the wall clock moves no deadline.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Passed in wherever time matters."""

    def now_ms(self) -> int:
        """Wall clock, epoch milliseconds UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to: a citizen for tests and replays."""

    def __init__(self, now_ms: int = 1_767_225_600_000) -> None:
        self._now_ms = now_ms
        self._monotonic = 0.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks on by `seconds`."""
        self._now_ms += round(seconds * 1000)
        self._monotonic += seconds

    def set_wall(self, now_ms: int) -> None:
        """Let the wall clock jump; the monotonic one does not notice."""
        self._now_ms = now_ms


def to_datetime(epoch_ms: int) -> datetime:
    """Epoch milliseconds as an aware UTC datetime."""
    return datetime.fromtimestamp(epoch_ms // 1000, UTC).replace(microsecond=epoch_ms % 1000 * 1000)


def to_ms(moment: datetime) -> int:
    """An aware datetime as epoch milliseconds, rounded to the nearest one."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset has no place here")
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + (delta.microseconds + 500) // 1000
