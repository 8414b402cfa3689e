"""How often one console may ask for another view: each asking costs a snapshot of all that it sees."""

from services.runtime.clock import Clock

BURST = 20
"""Subscriptions at once: somebody who flips through screens."""
PER_S = 1.0
"""And from then on."""


class Pace:
    """Of one connection. A bucket of BURST turns, refilled with PER_S a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left = float(BURST)
        self._at = clock.monotonic()

    def take(self) -> bool:
        """Whether there was a turn."""
        now = self._clock.monotonic()
        self._left = min(float(BURST), self._left + (now - self._at) * PER_S)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
