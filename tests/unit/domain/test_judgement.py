"""What a reading is to the occurrence that it begins, and how levels compare."""

from dataclasses import replace

import pytest

from services.domain.judgement import Cause, Level, Newest, PointState, Step
from services.domain.reading import Quality, Reading, ReadingFlag
from services.domain.rule import Condition

OURS = Reading(1, 1_000, 2_000, 30.0, Quality.GOOD)
NO_TIME = ReadingFlag.NO_TIME


def test_a_reading_with_a_time_of_its_own_is_known_by_it_whoever_counts_messages() -> None:
    assert Cause.of(OURS) == Cause(1_000, 2_000, 30.0)
    assert Cause.of(replace(OURS, boot="b", seq=7)) == Cause(1_000, 2_000, 30.0)


def test_without_one_its_message_stands_in_if_it_is_numbered() -> None:
    numbered = replace(OURS, flags=NO_TIME, boot="b", seq=7)
    assert Cause.of(numbered) == Cause(None, 2_000, 30.0, "b", 7)
    assert Cause.of(replace(numbered, flags=NO_TIME | ReadingFlag.REDELIVERED)).seq == 7


@pytest.mark.parametrize(("boot", "seq"), [(None, 7), ("b", None), (None, None)])
def test_a_message_with_half_a_number_is_not_numbered(boot: str | None, seq: int | None) -> None:
    found = Cause.of(replace(OURS, flags=NO_TIME, boot=boot, seq=seq))
    assert (found.measured_at, found.boot, found.seq) == (1_000, None, None)


def test_message_zero_is_a_number_too() -> None:
    assert Cause.of(replace(OURS, flags=NO_TIME, boot="b", seq=0)).seq == 0


def test_two_receipts_of_one_reading_are_one_cause() -> None:
    assert Cause.of(OURS) == Cause.of(replace(OURS, received_at=9_000))


def test_a_comparator_is_idle_when_it_is_neither_active_nor_waiting() -> None:
    idle = Level("H", 1)
    assert idle.is_idle
    assert not replace(idle, active=True).is_idle
    assert not replace(idle, since=0).is_idle
    assert not replace(idle, active=True, since=5).is_idle


def step(condition: Condition, limit: float, grade: int) -> Step:
    return Step(0, "r", 1, condition, limit, grade, limit)


@pytest.mark.parametrize(
    ("worse", "milder"),
    [
        (step(Condition.H, 20, 1), step(Condition.HH, 90, 2)),
        (step(Condition.HH, 21, 2), step(Condition.H, 20, 2)),
        (step(Condition.LL, 5, 2), step(Condition.L, 10, 2)),
        (step(Condition.L, 30, 1), step(Condition.LL, 5, 3)),
        (step(Condition.LL, -20, 2), step(Condition.L, -10, 2)),
    ],
)
def test_the_worse_grade_is_worse_then_the_further_limit(worse: Step, milder: Step) -> None:
    assert worse.severity > milder.severity


def test_states_are_alike_by_what_they_judge_not_by_when_or_what_was_newest() -> None:
    one = PointState(1, 10, (Level("H", 1, True),))
    newest = Newest.of(OURS)
    assert (newest.judged_at, newest.measured_at, newest.received_at) == (1_000, 1_000, 2_000)
    assert one.is_like(replace(one, at=20, newest=newest))
    assert not one.is_like(replace(one, levels=(Level("H", 2, True),)))
    assert not one.is_like(PointState(1, 10))
