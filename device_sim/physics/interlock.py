"""Safety interlocks: voting, trip, hold, reset, and the valve they close.

Latched until somebody resets it, and what is bypassed or faulty does not act: IEC 61511-1 and
GB/T 50770. The times are a sample's, in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from device_sim.physics.voting import Channel, Voting

ORDERS = frozenset({"bypass_maintenance", "bypass_operational", "removed", "fault", "proof_test"})
"""States that people or a defect put it into; in none of them it acts on its demands."""
PRESSED = "tripped"
"""Somebody trips it by hand, and keeps it so."""


@dataclass
class Interlock:
    """Trips when ``needed`` of its inputs demand it for ``confirm_s``; latched.

    After ``hold_s`` without any demand it waits for its reset (``reset_pending``), which
    the field gives after ``reset_s``. ``state`` is a name of the contract's closed list.
    ``missed_s``: how long a demand has stood that it could not act upon.
    """

    needed: int = 1
    confirm_s: float = 2.0
    hold_s: float = 60.0
    reset_s: float = 30.0
    state: str = "in_service"
    missed_s: float = 0.0
    _timer_s: float = 0.0

    def step(
        self, dt_s: float, demands: Sequence[bool | Channel], ordered: str | None = None
    ) -> None:
        """Let ``dt_s`` pass with these demands, one for each input.

        ``ordered``: one of ``ORDERS`` that holds now, or ``PRESSED`` by hand; ``None``: none.
        A function that comes back from an order is in service, and trips again if its demand
        still stands.
        """
        channels = [each if isinstance(each, Channel) else Channel(each) for each in demands]
        trips = Voting(self.needed, len(channels)).demands(channels)
        standing = trips or any(each.demand and each.votes for each in channels)
        if ordered == PRESSED:
            self._enter(PRESSED)
            return
        if ordered is not None:
            self._keep(ordered)
            self.missed_s += dt_s if trips else 0.0
            return
        if self.state in ORDERS:
            self._enter("in_service")
        match self.state:
            case "in_service":
                self._wait(dt_s, trips, self.confirm_s, "tripped")
            case "tripped":
                self._wait(dt_s, not standing, self.hold_s, "reset_pending")
            case "reset_pending":
                if standing:
                    self._enter("tripped")
                else:
                    self._wait(dt_s, True, self.reset_s, "in_service")

    @property
    def tripped(self) -> bool:
        """Whether it keeps its final element in the safe place."""
        return self.state in ("tripped", "reset_pending")

    def _keep(self, ordered: str) -> None:
        if ordered not in ORDERS:
            raise ValueError(f"an interlock cannot be ordered into {ordered!r}")
        if self.state != ordered:
            self._enter(ordered)

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
