"""The canary at the door: it is let pass, stored nowhere, and acknowledged behind a commit."""

from collections import deque

from services.domain.canary import is_canary
from services.runtime.feed import Delivery, Feed

WAITING = 4
"""While the database is away the newest wait for its return; what is older proves nothing then."""


class Canary:
    """`stored_at` is when the newest one came that went behind a commit (epoch ms)."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._waiting: deque[Delivery] = deque()
        self.stored_at: int | None = None

    def takes(self, delivery: Delivery) -> bool:
        """Whether it is the canary's; then nobody else needs to see it."""
        if not is_canary(delivery.topic):
            return False
        self._waiting.append(delivery)
        if len(self._waiting) > WAITING:
            self._feed.ack([self._waiting.popleft()])
        return True

    def committed(self) -> None:
        """The database has taken what came with them, or has just answered us."""
        if not self._waiting:
            return
        self._feed.ack(list(self._waiting))
        self.stored_at = max(self.stored_at or 0, self._waiting[-1].received_at)
        self._waiting.clear()
