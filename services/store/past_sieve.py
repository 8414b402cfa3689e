"""The sieve: which readings of a point's past can matter to its rules at all.

A reading that asks a comparator the same as the one before changes nothing: the comparator has
answered already, and a delay that runs out is dated exactly, whoever notices it. Where a comparator
is certainly inactive, only reaching its limit is something else; where it is certainly active,
only leaving its deadband.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from services.domain.rule import Direction, LimitRule
from services.store.past_columns import Columns, Marks, Times

Codes = NDArray[np.int8]


class Known(Enum):
    """What is certain of a comparator after a stretch of readings."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparator in values whose sign is that of its direction; delays in ms."""

    sign: float
    reached: float
    left: float
    on_delay_ms: int
    off_delay_ms: int

    @classmethod
    def of(cls, rule: LimitRule) -> "Bound":
        sign = 1.0 if rule.direction is Direction.HIGH else -1.0
        limit = sign * rule.limit
        return cls(sign, limit, limit - rule.deadband, rule.on_delay_ms, rule.off_delay_ms)


class Sieve:
    """Sifts the past of one point, slice after slice, for all its rules at once.

    It begins where the judge does: with every comparator inactive.
    """

    def __init__(self, rules: Iterable[LimitRule]) -> None:
        self._known = dict.fromkeys(map(Bound.of, rules), Known.INACTIVE)

    def sift(self, columns: Columns) -> Columns:
        """The readings of the next slice that may change something.

        Always among them are its first and its last, and those that share their instant with a
        neighbour, with the one behind them: an instant is judged as one, by its extremes.
        """
        count = len(columns.value)
        if count == 0:
            return columns
        same = (np.diff(columns.judged) == 0) & (np.diff(columns.measured) == 0)
        kept = np.zeros(count, dtype=bool)
        kept[0] = kept[-1] = True
        for codes in self._asked(columns, bool(same.any())):
            kept[1:] |= codes[1:] != codes[:-1]
        kept[1:] |= same
        kept[:-1] |= same
        kept[2:] |= same[:-1]
        return columns.chosen(kept)

    def _asked(self, columns: Columns, together: bool) -> Iterator[Codes]:
        """What each reading asks of each comparator that may turn in this slice."""
        high, low = float(columns.value.max()), float(columns.value.min())
        for bound, known in self._known.items():
            top, bottom = (high, low) if bound.sign > 0 else (-low, -high)
            if known is Known.INACTIVE and top < bound.reached:
                continue
            if known is Known.ACTIVE and bottom >= bound.left:
                continue
            value = bound.sign * columns.value
            reached, left = value >= bound.reached, value < bound.left
            codes = (reached.astype(np.int8) - left).astype(np.int8)
            if together:  # one instant is judged by another value in each direction
                self._known[bound] = Known.NOTHING
            else:
                inactive = _certain(
                    columns.judged, left, reached, bound.off_delay_ms, known is Known.INACTIVE
                )
                active = _certain(
                    columns.judged, reached, left, bound.on_delay_ms, known is Known.ACTIVE
                )
                codes[inactive & ~reached] = 2
                codes[active & ~left] = 3
                self._known[bound] = _after(bool(inactive[-1]), bool(active[-1]))
            yield codes


def _certain(judged: Times, here: Marks, beyond: Marks, delay_ms: int, before: bool) -> Marks:
    """Where a comparator is certainly on the side `here`: it was there for as long as its delay
    (or `before` the first reading), and nothing has been `beyond` since."""
    place = np.arange(len(judged))
    start = np.maximum.accumulate(np.where(here, -1, place)) + 1
    stayed = here & (judged - judged[np.minimum(start, place)] >= delay_ms)
    last_stayed = np.maximum.accumulate(np.where(stayed, place, -1))
    last_beyond = np.maximum.accumulate(np.where(beyond, place, -2 if before else -1))
    certain: Marks = last_stayed > last_beyond
    return certain


def _after(inactive: bool, active: bool) -> Known:
    if inactive:
        return Known.INACTIVE
    return Known.ACTIVE if active else Known.NOTHING
