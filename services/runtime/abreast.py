"""Whether a session is abreast of the field: what it brings cannot have waited long at the broker.

A durable session gives first what waited. While more waits than the broker's window holds, the
window stays full; so where for a second few deliveries were unacknowledged at any time, nothing
waited, and whatever comes later was published later. Asked on the network thread, looked at on
ours.
"""

import math

from services.domain.rate import LIVE_MS
from services.runtime.clock import Clock

SHARE = 4
"""With less than a quarter of the window unacknowledged nothing waits."""

CALM_S = 1.0
"""For so long it must be few: a broker fills its window in much less."""

SETTLED_S = 10.0
"""So long after a subscription what an earlier connection left unacknowledged has come again."""

LIVE_S = LIVE_MS / 1000
"""What was published longer ago is a back-fill."""


class Abreast:
    """Of one session. Without a connection, and until it has settled, nothing is known."""

    def __init__(self, clock: Clock, window: int) -> None:
        """`window`: how many deliveries the broker gives before the first is acknowledged; 0 where
        nobody knows: then not one may be unacknowledged."""
        self._clock = clock
        self._few = max(window // SHARE, 1)
        self._since = math.inf
        self._at = -math.inf

    def granted(self) -> None:
        """The broker hears us from now on, and gives what waited."""
        self._since = self._clock.monotonic() + SETTLED_S - CALM_S

    def lost(self) -> None:
        """The connection is gone; what comes now waits."""
        self._since, self._at = math.inf, -math.inf

    def note(self, unacked: int) -> None:
        """So many are unacknowledged, the newest among them."""
        if unacked >= self._few:
            self._since = max(self._since, self._clock.monotonic())

    def look(self, unacked: int) -> None:
        """Now and then, on our thread: whether it is abreast at this moment."""
        self.note(unacked)
        now = self._clock.monotonic()
        if now - self._since >= CALM_S:
            self._at = now

    def says(self) -> bool:
        """Whether what comes now was published within the last two minutes."""
        return self._clock.monotonic() - self._at <= LIVE_S
