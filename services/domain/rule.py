"""Limit rules: one limit of one point, its grade, deadband and delays, version by version."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """To which side a limit is crossed; a point has one occurrence at a time per direction."""

    HIGH = "high"
    LOW = "low"


class Condition(StrEnum):
    """The levels of a limit, and what else an alarm can name as its condition."""

    HH = "HH"
    H = "H"
    L = "L"
    LL = "LL"

    @property
    def direction(self) -> Direction:
        return _DIRECTION[self]


_DIRECTION = {
    Condition.HH: Direction.HIGH,
    Condition.H: Direction.HIGH,
    Condition.L: Direction.LOW,
    Condition.LL: Direction.LOW,
}


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A limit: `limit` and `deadband` in the point's unit, delays in milliseconds.

    A high limit is reached at value >= limit and left at value < limit - deadband; a low one
    mirrors. `valid_from` (epoch ms) is when this version came into force, `valid_to` when the
    next version or the removal ended it. `id` stays over versions.
    """

    id: str
    version: int
    enterprise: str
    point_id: int
    condition: Condition
    limit: float
    grade: int
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    valid_from: int = 0
    valid_to: int | None = None
    owner: str | None = None
    """Whose it is, where a work order, a permit or an exercise brought it."""
    valid_until: int | None = None
    """When it dies by itself (epoch ms)."""
    latch: bool = False
    """Its alarm stays after its return until it is reset (acknowledged then)."""
    realarm_ms: int | None = None
    """How long after its acknowledgement an alarm that still stands asks again."""

    @property
    def direction(self) -> Direction:
        return _DIRECTION[self.condition]

    def reached(self, value: float) -> bool:
        """At or beyond the limit."""
        return value >= self.limit if self.direction is Direction.HIGH else value <= self.limit

    def left(self, value: float) -> bool:
        """Back inside by more than the deadband."""
        if self.direction is Direction.HIGH:
            return value < self.limit - self.deadband
        return value > self.limit + self.deadband
