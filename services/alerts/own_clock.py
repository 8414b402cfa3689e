"""Our own clock, looked at: when it was set, that is said, for every time since then is another."""

import structlog

from services.runtime.clock import Clock

JUMP_MS = 900
"""More than this between two looks is no drift: the clock was set."""
SHOWN_S = 600.0
"""So long it is said in the sign of life."""

_log = structlog.get_logger()


class OwnClock:
    """To be looked at about once a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._now()
        self._jump: tuple[float, int] | None = None

    def look(self) -> None:
        """Notice if it was set since the last look."""
        now = self._now()
        moved, self._offset = now - self._offset, now
        if abs(moved) > JUMP_MS:
            _log.error("our own clock was set: look at the machine's time", seconds=moved / 1000)
            self._jump = self._clock.monotonic(), moved

    @property
    def told(self) -> str | None:
        """One sentence about it, for a while."""
        if self._jump is None or self._clock.monotonic() - self._jump[0] > SHOWN_S:
            return None
        return f"The engine's own clock was set by {self._jump[1] / 1000:+.1f} s."

    def _now(self) -> int:
        """What the wall says beyond the steady clock, ms."""
        return self._clock.now_ms() - round(self._clock.monotonic() * 1000)
