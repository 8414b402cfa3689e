"""Safety interlocks: voting, trip, hold, reset, and the valve they close."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Interlock:
    """Trips when ``needed`` of its inputs demand it for ``confirm_s``; latched.

    After ``hold_s`` without any demand it waits for its reset (``reset_pending``), which
    the field gives after ``reset_s``. ``state`` is a name of the contract's closed list.
    """

    needed: int = 1
    confirm_s: float = 2.0
    hold_s: float = 60.0
    reset_s: float = 30.0
    state: str = "in_service"
    _timer_s: float = 0.0

    def step(self, dt_s: float, demands: Sequence[bool]) -> None:
        """Let ``dt_s`` pass with these demands, one for each input."""
        match self.state:
            case "in_service":
                self._wait(dt_s, sum(demands) >= self.needed, self.confirm_s, "tripped")
            case "tripped":
                self._wait(dt_s, not any(demands), self.hold_s, "reset_pending")
            case "reset_pending":
                if any(demands):
                    self._enter("tripped")
                else:
                    self._wait(dt_s, True, self.reset_s, "in_service")

    def _wait(self, dt_s: float, holds: bool, for_s: float, then: str) -> None:
        self._timer_s = self._timer_s + dt_s if holds else 0.0
        if self._timer_s >= for_s:
            self._enter(then)

    def _enter(self, state: str) -> None:
        self.state, self._timer_s = state, 0.0


@dataclass
class ShutOffValve:
    """``opening``: 0 closed to 1 open; a full stroke takes ``travel_s`` seconds."""

    travel_s: float = 6.0
    opening: float = 1.0

    def step(self, dt_s: float, open_it: bool) -> None:
        """Move towards where it is told to be."""
        change = dt_s / self.travel_s
        self.opening = (
            min(1.0, self.opening + change) if open_it else max(0.0, self.opening - change)
        )

    @property
    def state(self) -> str:
        """A name of the contract's closed list."""
        if self.opening >= 1.0:
            return "open"
        return "closed" if self.opening <= 0.0 else "moving"
