"""The simulator's only readers of a clock.

Physics and encoders get times as arguments; whoever must wait or stamp gets a ``Clock``.
"""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamps, monotonic time for waiting."""

    def now_ms(self) -> int:
        """Epoch milliseconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never stepping back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass; nothing for zero or less."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


@dataclass
class VirtualClock:
    """A clock that moves only when told to, or when somebody sleeps on it."""

    at_ms: int = 0

    def now_ms(self) -> int:
        return self.at_ms

    def monotonic(self) -> float:
        return self.at_ms / 1000

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.at_ms += round(seconds * 1000)
