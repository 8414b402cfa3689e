"""The judged state of a point: what its rules' comparators hold, and what stands because of it."""

from dataclasses import dataclass, field

from services.domain.reading import Quality, Reading, ReadingFlag
from services.domain.rule import Condition, Direction


@dataclass(frozen=True, slots=True)
class Cause:
    """The reading that started something, as far as identities need it.

    `measured_at` is as sent (epoch ms), or None where the reading came without a time and
    `boot`/`seq` of its message stand in for it; `boot` with the message's mark, for a gateway
    that takes an old `boot` again raises other alarms. `again_at`: when a changed rule judged it anew;
    what it starts then is another occurrence than the one it may have started before.
    """

    measured_at: int | None
    received_at: int = field(compare=False)
    value: float
    boot: str | None = None
    seq: int | None = None
    again_at: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, reading: Reading) -> "Cause":
        """The cause that a judged reading is (its value is not None)."""
        assert reading.value is not None
        numbered = reading.boot is not None and reading.seq is not None
        if numbered and reading.flags & ReadingFlag.NO_TIME:
            boot = f"{reading.boot}\x1f{reading.mark}" if reading.mark else reading.boot
            return cls(None, reading.received_at, reading.value, boot, reading.seq)
        return cls(reading.measured_at, reading.received_at, reading.value)


@dataclass(frozen=True, slots=True)
class Level:
    """The comparator of one rule: `active` or not, and the change it is waiting for.

    While inactive, `since` is the judging time of the first reading that reached the limit (it
    becomes active at `since` + on-delay) and `cause` that reading; while active, the first
    reading that left it (it becomes inactive at `since` + off-delay). None: waits for nothing.
    """

    rule: str
    version: int
    active: bool = False
    since: int | None = None
    cause: Cause | None = None

    @property
    def is_idle(self) -> bool:
        return not self.active and self.since is None


@dataclass(frozen=True, slots=True)
class Step:
    """An occurrence's arrival at a level: when, at which version of which rule, by which value."""

    at: int
    rule: str
    version: int
    condition: Condition
    limit: float
    grade: int
    value: float
    latch: bool = False
    realarm_ms: int | None = None

    @property
    def severity(self) -> tuple[int, float]:
        """Greater is worse: the worse grade, then the further limit."""
        sign = 1 if self.condition.direction is Direction.HIGH else -1
        return -self.grade, sign * self.limit


@dataclass(frozen=True, slots=True)
class Standing:
    """The occurrence that stands in one direction: its identity, its start, its level now."""

    id: str
    direction: Direction
    raised_at: int
    received_at: int = field(compare=False)
    step: Step


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest reading of a point that was judged. Times are epoch ms."""

    judged_at: int
    measured_at: int
    received_at: int
    value: float
    quality: Quality

    @classmethod
    def of(cls, reading: Reading) -> "Newest":
        """From a judged reading (its value is not None)."""
        assert reading.value is not None
        return cls(
            reading.judged_at,
            reading.measured_at,
            reading.received_at,
            reading.value,
            reading.quality,
        )


@dataclass(frozen=True, slots=True)
class PointState:
    """The complete judged state of a point from the judging time `at` on, until the next one.

    It includes everything judged at or before `at`. Idle comparators are left out of `levels`.
    `newest` is set where the state is a live one (and on the end of a replay).
    """

    point_id: int
    at: int
    levels: tuple[Level, ...] = ()
    standing: tuple[Standing, ...] = ()
    newest: Newest | None = None

    def is_like(self, other: "PointState") -> bool:
        """Whether both judge alike whatever follows."""
        return self.levels == other.levels and self.standing == other.standing
