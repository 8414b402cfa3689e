"""The limits of a point: its rules in force, ready to judge by."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.domain.point import Point
from services.domain.rule import Direction, LimitRule

DIRECTIONS = (Direction.HIGH, Direction.LOW)
"""The order in which per-direction pairs are kept."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules in force of one point, in an order that does not depend on how they came.

    Strictly between `low_at` and `high_at` no rule is reached.
    """

    point: Point
    rules: tuple[LimitRule, ...]
    high_at: float = field(compare=False)
    low_at: float = field(compare=False)

    @classmethod
    def of(cls, point: Point, rules: Iterable[LimitRule]) -> "Limits":
        ordered = tuple(sorted(rules, key=lambda rule: (rule.direction, rule.id, rule.version)))
        highs = [rule.limit for rule in ordered if rule.direction is Direction.HIGH]
        lows = [rule.limit for rule in ordered if rule.direction is Direction.LOW]
        return cls(point, ordered, min(highs, default=math.inf), max(lows, default=-math.inf))


def severity(rule: LimitRule) -> tuple[int, float, str]:
    """Greater is worse: the worse grade, then the further limit (then the name, to be certain).

    The grade comes first, so that limits set in the wrong order never hide red behind orange.
    """
    sign = 1 if rule.direction is Direction.HIGH else -1
    return -rule.grade, sign * rule.limit, rule.id
