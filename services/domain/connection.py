"""Whether a gateway is there: its readings decide, what its will says is a hint.

A gateway that drops out again and again is called unstable, once, instead of offline and online a
hundred times.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

DROPS = 5
DROPS_WITHIN_MS = 600_000
"""So many drops within ten minutes make a gateway unstable…"""

CALM_MS = 300_000
"""…until it has not dropped for five."""


class ConnectionState(StrEnum):
    """How a gateway stands."""

    UNKNOWN = "unknown"
    """Not heard since it is watched."""
    ONLINE = "online"
    LINK_LOST = "link_lost"
    """Its will was heard, and no reading since; its silence has not confirmed it yet."""
    OFFLINE = "offline"
    UNSTABLE = "unstable"


@dataclass(slots=True)
class Connection:
    """One gateway. Times are epoch milliseconds of our clock.

    `link`: what its state topic said last.
    """

    state: ConnectionState = ConnectionState.UNKNOWN
    since: int | None = None
    link: bool | None = None
    link_at: int | None = None
    _drops: deque[int] = field(default_factory=lambda: deque(maxlen=DROPS))
    _there: bool = False

    @classmethod
    def resume(
        cls, state: ConnectionState, since: int | None, link: bool | None, now: int
    ) -> "Connection":
        """As an earlier life left it."""
        found = cls(state, since, link)
        found._there = state is ConnectionState.ONLINE
        if state is ConnectionState.UNSTABLE:
            found._drops.append(now)
        return found

    def hear(self, at: int) -> bool:
        """A reading came, or what counts as one. Whether the state changed."""
        self._there = True
        if self.state is ConnectionState.UNSTABLE:
            return False
        return self._become(ConnectionState.ONLINE, at)

    def say(self, online: bool, at: int) -> bool:
        """Its state topic says this (or its will does). Whether the state changed."""
        self.link, self.link_at = online, at
        if online or not self._there:
            return False
        return self._drop(ConnectionState.LINK_LOST, at)

    def tick(self, now: int, silent: bool) -> bool:
        """Time passes. `silent`: nothing that counts came for longer than it may stay away, and
        we could have heard it. Whether the state changed."""
        changed = self._calm_down(now)
        if not silent:
            return changed
        if self._there:
            return self._drop(ConnectionState.OFFLINE, now) or changed
        if self.state is ConnectionState.LINK_LOST:
            return self._become(ConnectionState.OFFLINE, now)
        return changed

    def _drop(self, state: ConnectionState, at: int) -> bool:
        self._there = False
        self._drops.append(at)
        if self.state is ConnectionState.UNSTABLE:
            return False
        if len(self._drops) == DROPS and at - self._drops[0] <= DROPS_WITHIN_MS:
            return self._become(ConnectionState.UNSTABLE, at)
        return self._become(state, at)

    def _calm_down(self, now: int) -> bool:
        if self.state is not ConnectionState.UNSTABLE or now - self._drops[-1] < CALM_MS:
            return False
        there = ConnectionState.ONLINE if self._there else ConnectionState.OFFLINE
        return self._become(there, now)

    def _become(self, state: ConnectionState, at: int) -> bool:
        if state is self.state:
            return False
        self.state, self.since = state, at
        return True
