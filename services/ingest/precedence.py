"""Which topics go first when our queue grows: those that bring gas and interlocks.

Learned from what the topics bring, for a point need not name its gateway. Asked on the network
thread, told on ours: a set of names that is only looked into and added to.
"""

from collections.abc import Sequence

from services.domain.directory import Directory
from services.domain.point import PointKind
from services.domain.reading import Reading

FIRST = frozenset(
    {
        PointKind.COMBUSTIBLE_GAS,
        PointKind.TOXIC_GAS,
        PointKind.OXYGEN,
        PointKind.FIRE,
        PointKind.SMOKE,
        PointKind.INTERLOCK,
    }
)
"""What people run from, and what shuts the plant down."""

LOOK_EVERY = 50
"""A topic without any of these is looked at again after so many messages: points change, and
a look at every reading of every message would cost more than it brings."""

TOPICS_MOST = 20_000
"""Topics remembered; beyond it all are learned anew."""


class Precedence:
    """The urgent topics, as far as they are known."""

    def __init__(self) -> None:
        self._urgent: set[str] = set()
        self._next_look: dict[str, int] = {}

    def is_urgent(self, topic: str) -> bool:
        """Whether what comes on this topic goes first."""
        return topic in self._urgent

    def learn(self, topic: str, readings: Sequence[Reading], directory: Directory) -> None:
        """Note what a message on this topic brought."""
        if topic in self._urgent:
            return
        left = self._next_look.get(topic, 0)
        if left > 0:
            self._next_look[topic] = left - 1
            return
        if len(self._next_look) >= TOPICS_MOST:
            self._next_look.clear()
            self._urgent.clear()
        self._next_look[topic] = LOOK_EVERY
        points = directory.by_id
        if any(points[each.point_id].kind in FIRST for each in readings):
            self._urgent.add(topic)
