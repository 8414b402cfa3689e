"""How far a gateway's clock is from ours, and whether it can be believed at all.

Every message says measured - received = skew - delay, and no delay is negative: the largest of a
few seconds is nearest to the skew, and the median of these keeps a single wild stamp out. What is
back-filled drifts towards now while it catches up; a clock that is wrong stays where it is.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

SKEW_LIMIT_MS = 2_000
"""A clock further off than this is an event…"""

SKEW_OVER_MS = 1_500
"""…until it is nearer than this."""

BUCKET_MS = 5_000
BUCKETS = 12
"""A minute of buckets, each with its largest offset."""

FEWEST_BUCKETS = 3
STEADY_MS = 1_000
"""A clock behind is told from a delay by most buckets lying this near to their median."""

STUCK_MS = 60_000
"""Other values for so long under the same stamp: the clock stands still."""

STUCK_VALUES = 2
"""How often a point must have changed its value meanwhile."""

UNUSABLE_MS = 10_000
"""So long without one stamp that could be used, while some came that could not."""

WATCHED_POINTS = 1_000
"""Points whose values are compared while the stamp does not move."""


class ClockState(StrEnum):
    """What is known of a gateway's clock."""

    UNKNOWN = "unknown"
    RIGHT = "right"
    SKEWED = "skewed"
    STUCK = "stuck"
    UNUSABLE = "unusable"


@dataclass(slots=True)
class Skew:
    """One gateway's clock. Times are epoch milliseconds; `received_at` is ours.

    `skew_ms`: positive when the gateway's clock is ahead; None while nothing can be said.
    """

    state: ClockState = ClockState.UNKNOWN
    since: int | None = None
    skew_ms: int | None = None
    newest: int | None = None
    _buckets: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=BUCKETS))
    _same_since: int = 0
    _values: dict[int, float | None] = field(default_factory=dict)
    _changes: int = 0
    _unusable_since: int | None = None

    def hear(
        self, received_at: int, newest: int, values: Iterable[tuple[int, float | None]] = ()
    ) -> bool:
        """A message whose newest stamp is `newest`; `values` are (point, value), looked at only
        while the stamp stands still. Whether the state changed."""
        self._unusable_since = None
        if newest == self.newest:
            self._compare(values)
            stuck = received_at - self._same_since >= STUCK_MS and self._changes >= STUCK_VALUES
            return stuck and self._become(ClockState.STUCK, received_at)
        self.newest, self._same_since, self._changes = newest, received_at, 0
        self._values.clear()
        full = self._gather(received_at, newest - received_at)
        if self.state in (ClockState.STUCK, ClockState.UNUSABLE):
            self._buckets.clear()
            return self._become(ClockState.UNKNOWN, received_at)
        return full and self._estimate(received_at)

    def hear_unusable(self, received_at: int) -> bool:
        """A message none of whose stamps could be used. Whether the state changed."""
        if self._unusable_since is None:
            self._unusable_since = received_at
        if received_at - self._unusable_since < UNUSABLE_MS:
            return False
        return self._become(ClockState.UNUSABLE, received_at)

    def _compare(self, values: Iterable[tuple[int, float | None]]) -> None:
        for point, value in values:
            known = self._values.get(point, value)
            if known != value:
                self._changes += 1
            if point in self._values or len(self._values) < WATCHED_POINTS:
                self._values[point] = value

    def _gather(self, received_at: int, offset: int) -> bool:
        """Whether a bucket is full, and it is time to look."""
        number = received_at // BUCKET_MS
        if self._buckets and self._buckets[-1][0] == number:
            if offset > self._buckets[-1][1]:
                self._buckets[-1] = (number, offset)
            return False
        while self._buckets and self._buckets[0][0] <= number - BUCKETS:
            self._buckets.popleft()
        self._buckets.append((number, offset))
        return len(self._buckets) > FEWEST_BUCKETS

    def _estimate(self, received_at: int) -> bool:
        offsets = [offset for _, offset in list(self._buckets)[:-1]]
        middle = round(median(offsets))
        steady = sum(abs(each - middle) <= STEADY_MS for each in offsets) * 3 >= len(offsets) * 2
        if middle < -SKEW_OVER_MS and not steady:
            return False  # delayed, or catching up: nothing new is known of the clock
        self.skew_ms = middle
        limit = SKEW_OVER_MS if self.state is ClockState.SKEWED else SKEW_LIMIT_MS
        return self._become(
            ClockState.SKEWED if abs(middle) > limit else ClockState.RIGHT, received_at
        )

    def _become(self, state: ClockState, at: int) -> bool:
        if state is self.state:
            return False
        self.state, self.since = state, at
        if state in (ClockState.STUCK, ClockState.UNUSABLE):
            self.skew_ms = None
        return True
