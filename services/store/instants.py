"""Which readings of a batch may meet another value of the same point and instant.

Nearly all readings are newer than all before them of their point and meet none: only the others
are worth a question to the store.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.domain.reading import Reading, ReadingFlag

Owner = tuple[str, str]
"""Enterprise, gateway."""

Instant = tuple[int, int]
"""Point, measured at (epoch ms)."""

POINTS = 1_000_000
"""Points remembered; beyond it all are forgotten and every reading is asked for once more."""


class Instants:
    """Knows the newest instant of each point, whichever gateway sent it.

    An instant too many is asked for, none too few: of a point not heard of since the start all up
    to its first receipt, for what others stored before is no newer. What is stored by another way
    (adoption, dead letters anew) has a look of its own, and is `met` here for those that come after.
    """

    def __init__(self, points: int = POINTS) -> None:
        self._most = points
        self._newest: dict[int, int] = {}
        self._epochs: dict[int, int | None] = {}

    def met(self, instants: Iterable[Instant]) -> None:
        """These are stored by another way: who sends one of them later meets them."""
        newest = self._newest
        for point, at in instants:
            if newest.get(point, at) < at:
                newest[point] = at

    def follow(self, owned: Mapping[int, int | None]) -> None:
        """Under these epochs buckets are ours now: of one that was another's meanwhile nothing is
        known of what that one stored."""
        for bucket, epoch in owned.items():
            if self._epochs.get(bucket, epoch) != epoch:
                self._newest.clear()
            self._epochs[bucket] = epoch

    def suspects(self, messages: Iterable[tuple[Owner, Sequence[Reading]]]) -> dict[Instant, Owner]:
        """The instants of a batch's readings that may hold another value already, with the last
        sender of each in this batch."""
        found: dict[Instant, Owner] = {}
        newest = self._newest
        for owner, readings in messages:
            for each in readings:
                point, at = each.point_id, each.measured_at
                if newest.get(point, at) < at:  # the usual case
                    newest[point] = at
                else:
                    # Two without a time that came within a millisecond contradict nobody.
                    if not each.flags & ReadingFlag.NO_TIME:
                        found[point, at] = owner
                    if point not in newest:
                        newest[point] = max(at, each.received_at)
        if len(newest) > self._most:
            newest.clear()
        return found
