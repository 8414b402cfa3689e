"""What an approval holds for: the subject and direction, and nothing graver."""

from dataclasses import replace

import pytest

from services.domain.alarm import Alarm, AlarmState
from services.domain.application import GRAVER, Application
from services.domain.rule import Direction
from services.domain.subject import Subject

ALARM = Alarm(
    "a", "acme", 1, "LT-1", Direction.HIGH, "r1", 1, "H", 80.0, 3, AlarmState.UNACKNOWLEDGED,
    85.0, 0, 0,
)  # fmt: skip
ASKED = Application("acme", Subject.point("LT-1"), Direction.HIGH, "r1", 3, 80.0)
CLAIMED = replace(ALARM, direction=None, limit=None, rule="stuck")


def test_another_occurrence_or_level_of_the_same_subject_and_direction_is_the_same() -> None:
    assert ASKED.is_for(ALARM)
    assert ASKED.is_for(replace(ALARM, id="b", raised_at=9, rule="r2", grade=4))


@pytest.mark.parametrize(
    "other",
    [
        replace(ALARM, enterprise="zeta"),
        replace(ALARM, tag="LT-2", subject=Subject.point("LT-2")),
        replace(ALARM, direction=Direction.LOW),
        replace(ALARM, historical=True),
        CLAIMED,
    ],
)
def test_another_subject_or_direction_or_the_past_is_not(other: Alarm) -> None:
    assert not ASKED.is_for(other)


def test_what_a_rule_finds_is_the_same_by_the_rule() -> None:
    asked = replace(ASKED, direction=None, rule="stuck", limit=None)
    assert asked.is_for(CLAIMED)
    assert not asked.is_for(replace(CLAIMED, rule="stale"))


@pytest.mark.parametrize(
    ("grade", "limit", "why"),
    [(3, 80.0, None), (3, 79.0, None), (4, 99.0, None), (3, 81.0, GRAVER), (2, 70.0, GRAVER)],
)
def test_it_covers_nothing_graver(grade: int, limit: float, why: str | None) -> None:
    assert ASKED.refusal(replace(ALARM, grade=grade, limit=limit)) == why


def test_low_is_graver_below_and_without_limits_the_grade_decides() -> None:
    low = replace(ASKED, direction=Direction.LOW)
    assert [low.refusal(replace(ALARM, limit=at)) for at in (79.0, 80.0)] == [GRAVER, None]
    bare = replace(ASKED, direction=None, limit=None)
    assert [bare.refusal(replace(CLAIMED, grade=at)) for at in (2, 3, 4)] == [GRAVER, None, None]
