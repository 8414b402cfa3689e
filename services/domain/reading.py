"""A reading: one value of one point at one instant, as the field sent it."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

FUTURE_TOLERANCE_MS = 5_000
"""A reading further ahead of our clock than this is flagged (not refused)."""

LIVE_HORIZON_MS = 24 * 3_600_000
"""A reading older than this at its receipt is historical."""


class Quality(IntEnum):
    """How far a value can be trusted; the codes are those of the live push."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class ReadingFlag(IntFlag):
    """What was noticed about a reading; stored beside it, never a reason to drop it."""

    NONE = 0
    FUTURE = 1
    """`measured_at` more than 5 s ahead of `received_at`."""
    OLD = 2
    """`measured_at` more than 24 h behind `received_at`."""
    NO_TIME = 4
    """Sent without a time, or with one relative to now; `measured_at` rests on the receipt."""
    REDELIVERED = 8
    """The broker gave the message again and its first fate is not known."""
    OUT_OF_RANGE = 16
    """Outside the point's range; judged all the same."""
    TRANSCODED = 32
    """Its message was GB18030 text, not UTF-8."""


@dataclass(slots=True, unsafe_hash=True)
class Reading:
    """One value of one point. Times are epoch milliseconds UTC. Nobody changes one: it is not
    frozen only because freezing makes its construction, once for each value of the park, ten
    times as dear.

    `value` is in the point's unit, or the code of a state; None when there is none
    (then `quality` is BAD). (point, measured_at, value, quality) is its identity.
    """

    point_id: int
    measured_at: int
    received_at: int
    value: float | None
    quality: Quality
    flags: ReadingFlag = ReadingFlag.NONE
    boot: str | None = None
    seq: int | None = None
    mark: int = 0
    """With `boot` and `seq`: of what its message said, see `services.wire.mark`."""

    @property
    def judged_at(self) -> int:
        """The time it is judged at: a clock that runs ahead cannot blind a point."""
        return min(self.measured_at, self.received_at)

    @property
    def is_judged(self) -> bool:
        """Bad quality and missing values are not judged, and end no alarm."""
        return self.value is not None and self.quality is not Quality.BAD

    @property
    def is_old(self) -> bool:
        """More than 24 h behind at receipt: historical whatever the point's newest is."""
        return self.received_at - self.measured_at > LIVE_HORIZON_MS


def time_flags(measured_at: int, received_at: int) -> ReadingFlag:
    """The flags that a reading's two times earn it."""
    if measured_at - received_at > FUTURE_TOLERANCE_MS:
        return ReadingFlag.FUTURE
    if received_at - measured_at > LIVE_HORIZON_MS:
        return ReadingFlag.OLD
    return ReadingFlag.NONE
