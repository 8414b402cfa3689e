"""Our own queue of deliveries: when it grows, what saves lives goes first.

Two lanes, each first in, first out. The urgent one is emptied first, but every so often the other
gets its turn, so that nothing waits for ever. Without a backlog both are emptied at once and the
order makes no difference. The broker's own session is first in, first out: what waits there
cannot be overtaken.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from services.runtime.feed import Delivery

Urgency = Callable[[str], bool]
"""Whether a topic's deliveries go first. Asked on the network thread: fast, and never raises."""

TURN = 5
"""Of so many deliveries that are taken, one is from the ordinary lane."""


def nothing_urgent(_topic: str) -> bool:
    """One lane is enough."""
    return False


class Lanes:
    """Not bounded by itself: whoever puts in holds the bound. Callers lock."""

    def __init__(self, urgent: Urgency = nothing_urgent) -> None:
        self._is_urgent = urgent
        self._urgent: deque[Delivery] = deque()
        self._ordinary: deque[Delivery] = deque()
        self._turn = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._ordinary)

    def __iter__(self) -> Iterator[Delivery]:
        return chain(self._urgent, self._ordinary)

    def put(self, delivery: Delivery) -> None:
        """Add it at the end of its lane."""
        lane = self._urgent if self._is_urgent(delivery.topic) else self._ordinary
        lane.append(delivery)

    def take(self, limit: int) -> list[Delivery]:
        """Up to `limit` of them, in the order in which they are to be dealt with."""
        taken: list[Delivery] = []
        urgent, ordinary = self._urgent, self._ordinary
        while len(taken) < limit and (urgent or ordinary):
            self._turn = (self._turn + 1) % TURN
            lane = ordinary if not urgent or (ordinary and self._turn == 0) else urgent
            taken.append(lane.popleft())
        return taken

    def replace(self, kept: Iterable[Delivery]) -> None:
        """Hold just these."""
        self._urgent.clear()
        self._ordinary.clear()
        for delivery in kept:
            self.put(delivery)
