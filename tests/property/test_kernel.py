"""The numpy kernel and the scalar judge: the same transitions and states, whatever comes."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.kernel import Kernel, TooManyRules
from services.domain.judgement import Cause
from services.domain.limits import Limits
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, LimitRule
from services.domain.verdict import Judged, Trace, judge

T0 = 1_767_225_600_000
ORDER = (Condition.HH, Condition.H, Condition.L, Condition.LL)


def limits_of(row: int, chosen: list[tuple[Condition, float, float, int, int]]) -> Limits:
    point = Point(row + 1, "acme", f"T-{row}", PointKind.TEMPERATURE, "Cel")
    rules = [
        LimitRule(f"{row}-{condition}", 1, "acme", row + 1, condition, limit, grade, band, on, off)
        for grade, (condition, limit, band, on, off) in enumerate(chosen, start=1)
    ]
    return Limits.of(point, rules)


delays = st.sampled_from([0, 0, 1_000, 3_000, 10_000])
numbers = st.sampled_from([-10.0, -0.0, 0.0, 5.0, 9.5, 10.0, 10.5, 20.0, 25.0, 30.0, 50.0, 60.0])
rule_sets = st.lists(
    st.tuples(st.sampled_from(ORDER), numbers, st.sampled_from([0.0, 0.5, 5.0]), delays, delays),
    max_size=4,
    unique_by=lambda each: each[0],
)
fleets = st.lists(rule_sets, min_size=1, max_size=6)
readings = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 30), numbers), min_size=1, max_size=60
)


class Pair:
    """The same points, judged twice: alone by the scalar code, and through the kernel."""

    def __init__(self, rule_sets: list[list[tuple[Condition, float, float, int, int]]]) -> None:
        self.limits = [limits_of(row, chosen) for row, chosen in enumerate(rule_sets)]
        self.scalar = [Judged.quiet(limits) for limits in self.limits]
        self.fast = list(self.scalar)
        self.kernel = Kernel(1)
        for row, limits in enumerate(self.limits):
            self.kernel.place(row, limits, self.fast[row])
        self.traces: tuple[list[Trace], list[Trace]] = (
            [Trace() for _ in self.limits],
            [Trace() for _ in self.limits],
        )
        self.steps = 0

    def judge(self, batch: list[tuple[int, int, float]]) -> None:
        """A batch of (row, epoch ms, value), each row's in order of time."""
        for row, at, value in batch:
            self.scalar[row] = self._step(self.scalar[row], row, at, value, self.traces[0][row])
        rows, ats, values = (list(column) for column in zip(*batch, strict=True))

        def step(row: int, index: int) -> Judged:
            self.steps += 1
            trace = self.traces[1][row]
            self.fast[row] = self._step(self.fast[row], row, ats[index], values[index], trace)
            return self.fast[row]

        self.kernel.judge(
            np.array(rows, dtype=np.int64),
            np.array(ats, dtype=np.int64),
            np.array(values, dtype=np.float64),
            self.limits,
            step,
        )

    def agree(self) -> None:
        assert self.fast == self.scalar
        for one, other in zip(*self.traces, strict=True):
            assert other.verdicts == one.verdicts
            assert other.changes == one.changes

    def _step(self, state: Judged, row: int, at: int, value: float, trace: Trace) -> Judged:
        cause = Cause(at, at + 20, value)
        return judge(self.limits[row], state, at, cause, cause, trace)


def in_order(sent: list[tuple[int, int, float]], points: int) -> list[tuple[int, int, float]]:
    """One value for each point and second, in order of time."""
    once = {(row % points, second): value for row, second, value in sent}
    return [(row, T0 + second * 1000, value) for (row, second), value in sorted(
        once.items(), key=lambda item: item[0][1])]  # fmt: skip


@settings(max_examples=150)
@given(fleets, readings, st.data())
def test_kernel_and_scalar_judge_alike_however_a_stream_is_split(
    rule_sets: list[list[tuple[Condition, float, float, int, int]]],
    sent: list[tuple[int, int, float]],
    data: st.DataObject,
) -> None:
    pair = Pair(rule_sets)
    stream = in_order(sent, len(rule_sets))
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        batch, stream = stream[:size], stream[size:]
        pair.judge(batch)
        pair.agree()


def test_a_reading_that_changes_nothing_never_reaches_the_scalar_code() -> None:
    pair = Pair([[(Condition.HH, 50.0, 2.0, 0, 0), (Condition.L, 5.0, 0.0, 3_000, 0)]] * 20)
    quiet = [(row, T0 + second * 1000, 20.0) for second in range(50) for row in range(20)]
    pair.judge(quiet)
    assert pair.steps == 0
    inside = [(3, T0 + 61_000 + n, 48.0) for n in range(100)]
    pair.judge([(3, T0 + 60_000, 50.0), *inside])
    assert pair.steps == 1, "a standing alarm whose value stays within its deadband is no change"
    pair.agree()


def test_a_point_that_chatters_goes_the_scalar_way() -> None:
    pair = Pair([[(Condition.H, 10.0, 0.0, 0, 0)]] * 3)
    chance = random.Random(1)
    storm = [(0, T0 + n * 10, float(n // 2 % 2 * 20)) for n in range(2_000)]
    calm = [(row, T0 + n * 10, chance.random()) for n in range(2_000) for row in (1, 2)]
    pair.judge(sorted([*storm, *calm], key=lambda each: each[1]))
    assert 999 < pair.steps <= 2_000
    pair.agree()


def test_more_rules_than_slots_are_refused() -> None:
    rules = [(condition, 50.0, 0.0, 0, 0) for condition in (*ORDER, Condition.HH)]
    with pytest.raises(TooManyRules):
        Kernel().place(0, limits_of(0, rules), Judged.quiet(limits_of(0, rules)))
