"""Whether an occurrence has time in common with another one, and what verdicts amount to."""

import pytest

from services.domain.alarm import EventKind
from services.domain.judgement import Standing, Step
from services.domain.occurrence import Occurrence, found
from services.domain.rule import Condition, Direction
from services.domain.verdict import Verdict

STEP = Step(10, "H", 1, Condition.H, 25.0, 2, 30.0)
WORSE = Step(12, "HH", 1, Condition.HH, 50.0, 1, 60.0)
STANDING = Standing("a", Direction.HIGH, 10, 10, STEP)
OVER = Occurrence("a", Direction.HIGH, 10, 10, (STEP,), 20)
STILL = Occurrence("a", Direction.HIGH, 10, 10, (STEP,))


@pytest.mark.parametrize(
    ("start", "end", "shares"),
    [
        (0, 10, False),
        (0, 11, True),
        (0, None, True),
        (19, 30, True),
        (20, 30, False),
        (10, 10, True),
        (15, 16, True),
        (30, None, False),
    ],
)
def test_two_share_time_when_one_begins_before_the_other_ends(
    start: int, end: int | None, shares: bool
) -> None:
    assert OVER.overlaps(start, end) is shares


def test_one_that_stands_shares_time_with_all_that_comes() -> None:
    assert STILL.overlaps(1_000, None)
    assert not STILL.overlaps(0, 10)


def test_those_closer_than_a_gap_count_as_one() -> None:
    assert OVER.overlaps(24, 30, gap=5)
    assert not OVER.overlaps(25, 30, gap=5)
    assert OVER.overlaps(0, 6, gap=5)
    assert not OVER.overlaps(0, 5, gap=5)


def test_what_stood_and_what_came_are_listed_by_their_start() -> None:
    low = Standing("b", Direction.LOW, 5, 5, STEP)
    verdicts = [
        Verdict(EventKind.ESCALATED, 12, Standing("a", Direction.HIGH, 10, 10, WORSE)),
        Verdict(EventKind.RETURNED, 20, STANDING),
        Verdict(EventKind.RAISED, 30, Standing("c", Direction.HIGH, 30, 30, STEP)),
        Verdict(EventKind.WITHDRAWN, 40, low),
    ]
    told = [(o.id, o.raised_at, o.ended_at, len(o.steps)) for o in found((STANDING, low), verdicts)]
    assert told == [("b", 5, 40, 1), ("a", 10, 20, 2), ("c", 30, None, 1)]
