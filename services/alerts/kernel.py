"""The kernel: which readings of a batch change anything, for all points at once.

Almost every reading leaves its point's comparators as they are. The kernel holds a copy of all
comparators in columns, finds those readings with numpy, and hands only the others, one by one, to
the scalar judge (`services.domain.verdict`), which is the truth: identical transitions follow
from an identical test of "does this change a comparator", and a property test compares the two.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.domain.limits import Limits
from services.domain.rule import Direction
from services.domain.verdict import Judged, levels_of

SLOTS = 4
"""Comparators of a point: one for each of HH, H, L, LL."""

NEVER = np.iinfo(np.int64).max

FEW = 8
"""Readings left a changing row at which the scalar way is the faster one."""

ROUNDS = 16
"""Looks at a batch: a point that changes more often in it chatters, and goes the scalar way."""

Step = Callable[[int, int], Judged]
"""(row, index in the batch): judge that reading by the scalar way; the state after it."""

Rows = NDArray[np.int64]
Times = NDArray[np.int64]
Values = NDArray[np.float64]


class TooManyRules(ValueError):
    """A point with more comparators than the kernel has slots."""


class Kernel:
    """Comparators of many points in columns. A row is a point; its caller numbers them.

    For each comparator: `edge`, the bound at which it turns next, and `is_active`, in values
    whose sign is that of its direction; `is_pending` and `due`, the delay that runs.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self._sign = np.ones((capacity, SLOTS))
        self._edge = np.full((capacity, SLOTS), np.inf)
        self._is_active = np.zeros((capacity, SLOTS), dtype=bool)
        self._is_pending = np.zeros((capacity, SLOTS), dtype=bool)
        self._due = np.full(capacity, NEVER, dtype=np.int64)

    def place(self, row: int, limits: Limits, state: Judged) -> None:
        """Take over a point's comparators as they are now. Raises TooManyRules."""
        if len(limits.rules) > SLOTS:
            raise TooManyRules(f"{limits.point.tag} has {len(limits.rules)} rules, not {SLOTS}")
        self._reserve(row)
        empty = SLOTS - len(limits.rules)
        signs = [1.0 if r.direction is Direction.HIGH else -1.0 for r in limits.rules]
        levels = levels_of(limits, state)
        edges = [
            sign * rule.limit - (rule.deadband if level.active else 0.0)
            for sign, rule, level in zip(signs, limits.rules, levels, strict=True)
        ]
        self._sign[row] = signs + [1.0] * empty
        self._edge[row] = edges + [np.inf] * empty
        self._is_active[row] = [level.active for level in levels] + [False] * empty
        pending = [level.since is not None for level in levels]
        self._is_pending[row] = pending + [False] * empty
        self._due[row] = NEVER if state.due is None else state.due

    def judge(
        self, rows: Rows, at: Times, values: Values, limits: list[Limits], step: Step
    ) -> None:
        """Judge a batch: the readings of each row in order of time, rows in any order.

        `limits` are by row. `step` is called for exactly those readings that change something,
        in order of time within a row; whatever it answers is taken over.
        """
        left = np.argsort(rows, kind="stable")
        for _ in range(ROUNDS):
            asked = rows[left]
            found = np.flatnonzero(self._changes(asked, at[left], values[left]))
            if not found.size:
                return
            changing, first = np.unique(asked[found], return_index=True)
            places = found[first]
            for row, place in zip(changing.tolist(), places.tolist(), strict=True):
                self.place(row, limits[row], step(row, int(left[place])))
            left = self._behind(left, asked, changing, places)
            if left.size <= changing.size * FEW:
                break
        self._one_by_one(left, rows, limits, step)

    def _changes(self, rows: Rows, at: Times, values: Values) -> NDArray[np.bool_]:
        """Whether each reading, coming next, changes a comparator of its row."""
        beyond = values[:, None] * self._sign[rows] >= self._edge[rows]
        turning = beyond != self._is_active[rows]
        changes: NDArray[np.bool_] = (turning != self._is_pending[rows]).any(axis=1)
        return changes | (self._due[rows] <= at)

    @staticmethod
    def _behind(left: Rows, asked: Rows, changing: Rows, places: Rows) -> Rows:
        """What comes after the first change of its row; rows without one are done with."""
        which = np.searchsorted(changing, asked)
        which[which == changing.size] = 0
        kept = (changing[which] == asked) & (np.arange(asked.size) > places[which])
        behind: Rows = left[kept]
        return behind

    def _one_by_one(self, left: Rows, rows: Rows, limits: list[Limits], step: Step) -> None:
        """The scalar way for the rest, where columns would not pay any more."""
        indexed = zip(left.tolist(), rows[left].tolist(), strict=True)
        states = {row: step(row, index) for index, row in indexed}
        for row, state in states.items():
            self.place(row, limits[row], state)

    def _reserve(self, row: int) -> None:
        have = len(self._due)
        if row < have:
            return
        more = max(row + 1, 2 * have) - have
        self._sign = np.vstack([self._sign, np.ones((more, SLOTS))])
        self._edge = np.vstack([self._edge, np.full((more, SLOTS), np.inf)])
        nothing = np.zeros((more, SLOTS), dtype=bool)
        self._is_active = np.vstack([self._is_active, nothing])
        self._is_pending = np.vstack([self._is_pending, nothing])
        self._due = np.concatenate([self._due, np.full(more, NEVER, dtype=np.int64)])
