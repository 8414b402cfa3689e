"""How much a gateway may send: a window of a minute, and what happens to what goes beyond it.

Over the limit a message is stored apart and taken in later. A gateway is cut only when it sends
ten times the limit for a whole minute with values of now: what was buffered during an outage and
comes late, by its times or from the broker's queue, is never a reason. Time is passed in, in
seconds of a clock that never goes back.
"""

from dataclasses import dataclass, field
from enum import StrEnum

WINDOW_S = 60
"""The limit is a mean over this long, so that a burst (a resend, a full scan) is no excess."""

CUT_FACTOR = 10
"""Times the limit at which a gateway harms the others even with its messages stored apart."""

CUT_S = 300
"""How long a gateway stays cut: long enough to calm the broker, short enough for an edge buffer."""

LIVE_MS = 120_000
"""A reading further behind than this is a back-fill, not something happening now."""

GATEWAYS_MOST = 10_000
"""Gateways whose traffic is remembered; beyond it those that were quiet for a minute are forgotten,
and then who is new is not limited."""

_PAUSE_S = 10
"""Seconds without a message that end a flood."""

Owner = tuple[str, str]
"""Enterprise and gateway."""


class Passage(StrEnum):
    """What to do with a message."""

    STRAIGHT = "straight"
    """Store it at once."""
    APART = "apart"
    """Store it apart, take it in later."""
    CUT = "cut"
    """Store it apart, and cut its gateway: said once a cut."""


@dataclass(slots=True)
class Window:
    """Counts of the last minute by the second."""

    total: int = 0
    _slots: list[int] = field(default_factory=lambda: [0] * WINDOW_S)
    _second: int = -1
    _since: int = -1
    """The first second of those that were counted in without a pause of ten."""
    _last: int = -_PAUSE_S

    def turn(self, second: int) -> None:
        """Move on to this second, and forget what is older than the window."""
        passed = second - self._second
        if passed <= 0:
            return
        for each in range(max(second - WINDOW_S, self._second) + 1, second + 1):
            slot = each % WINDOW_S
            self.total -= self._slots[slot]
            self._slots[slot] = 0
        self._second = second

    def add(self, count: int) -> None:
        """Count in the present second."""
        self._slots[self._second % WINDOW_S] += count
        self.total += count
        if self._second - self._last >= _PAUSE_S:
            self._since = self._second
        self._last = self._second

    def lasted(self) -> bool:
        """Whether it was counted in for the whole of the window, without a pause of ten seconds."""
        return self._second - self._since + 1 >= WINDOW_S


@dataclass(slots=True)
class _Traffic:
    passed: Window = field(default_factory=Window)
    live: Window = field(default_factory=Window)
    cut_until: float = 0.0


class RateGate:
    """The windows of all gateways that send."""

    def __init__(self, rate: int) -> None:
        """`rate`: readings a second and gateway; 0 turns the limit off."""
        self._most = rate * WINDOW_S
        self._traffic: dict[Owner, _Traffic] = {}

    @property
    def is_on(self) -> bool:
        return self._most > 0

    def judge(self, owner: Owner, readings: int, live: bool, now: float) -> Passage:
        """What to do with a message of so many readings; `live`: none of them is a back-fill."""
        second = int(now)
        traffic = self._traffic.get(owner)
        if traffic is None:
            if len(self._traffic) >= GATEWAYS_MOST and not self._forget(second):
                return Passage.STRAIGHT
            traffic = self._traffic[owner] = _Traffic()
        passed = traffic.passed
        passed.turn(second)
        if live:
            traffic.live.turn(second)
            traffic.live.add(readings)
        if passed.total + readings <= self._most:
            passed.add(readings)
            return Passage.STRAIGHT
        if live and now >= traffic.cut_until and self._floods(traffic.live):
            # What is still with the broker comes in after the cut: it is no new flood.
            traffic.cut_until = now + CUT_S + WINDOW_S
            return Passage.CUT
        return Passage.APART

    def live(self, owner: Owner) -> int:
        """How many readings of now a gateway sent within the last minute."""
        traffic = self._traffic.get(owner)
        return 0 if traffic is None else traffic.live.total

    def _forget(self, second: int) -> bool:
        """Forget who was quiet for a minute; whether there is room now."""
        for each in self._traffic.values():
            each.passed.turn(second)
        quiet = [owner for owner, each in self._traffic.items() if not each.passed.total]
        for owner in quiet:
            del self._traffic[owner]
        return bool(quiet)

    def _floods(self, live: Window) -> bool:
        return live.total >= self._most * CUT_FACTOR and live.lasted()
