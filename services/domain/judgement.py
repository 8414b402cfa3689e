"""The judged state of a point: what its rules' comparators hold, and what stands because of it."""

from dataclasses import dataclass

from services.domain.reading import Quality
from services.domain.rule import Direction


@dataclass(frozen=True, slots=True)
class Cause:
    """The reading that started something, as far as identities need it.

    `measured_at` is as sent (epoch ms), or None where the reading came without a time and
    `boot`/`seq` of its message stand in for it.
    """

    measured_at: int | None
    received_at: int
    value: float
    boot: str | None = None
    seq: int | None = None


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
    value: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The occurrence that stands in one direction: its identity, its start, its level now."""

    id: str
    direction: Direction
    raised_at: int
    received_at: int
    step: Step


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest reading of a point that was judged live. Times are epoch ms."""

    judged_at: int
    measured_at: int
    received_at: int
    value: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class PointState:
    """The complete judged state of a point from the judging time `at` on, until the next one.

    It includes everything judged at or before `at`. Idle comparators are left out of `levels`.
    Two states are alike (`levels` and `standing` equal) when whatever follows is judged alike.
    """

    point_id: int
    at: int
    levels: tuple[Level, ...] = ()
    standing: tuple[Standing, ...] = ()
    newest: Newest | None = None

    def is_like(self, other: "PointState") -> bool:
        """Whether both judge alike whatever follows."""
        return self.levels == other.levels and self.standing == other.standing
