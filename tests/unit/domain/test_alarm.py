"""An alarm before anything has happened to it, and the name that its first reading gives it."""

import hashlib

import pytest

from services.domain.alarm import Alarm, AlarmState, alarm_id, next_id
from services.domain.alarm_performance import DAY_MS, is_fleeting, is_stale
from services.domain.rule import Direction
from services.domain.subject import Subject

BARE = Alarm(
    "a", "acme", 1, "GT-1", Direction.HIGH, "r", 1, "H", 25.0, 2, AlarmState.UNACKNOWLEDGED, 30.0, 0, 0
)  # fmt: skip


def test_nothing_has_happened_to_it_yet() -> None:
    assert (BARE.historical, BARE.exercise, BARE.latch, BARE.judged) == (False, False, False, True)
    assert (BARE.superseded, BARE.in_minute, BARE.first_out_rank) == (0, 1, None)
    assert (BARE.cleared_at, BARE.closed_as, BARE.acknowledged_by, BARE.off) == (None,) * 4
    assert BARE.facts == {}


def test_without_a_subject_it_is_about_its_point() -> None:
    assert BARE.subject == Subject.point("GT-1")
    tank = Subject("equipment", "V-1")
    about = Alarm(
        "a", "acme", 1, "GT-1", None, "k", 1, "c", None, 2, AlarmState.UNACKNOWLEDGED, None, 0, 0,
        subject=tank,
    )  # fmt: skip
    assert about.subject is tank
    assert (about.is_claimed, BARE.is_claimed) == (True, False)


def test_its_name_is_half_a_sha256_of_what_it_is_made_of() -> None:
    name = alarm_id("acme", "GT-1", Direction.HIGH, "r", 5, 30.0)
    text = "\x1f".join(("acme", "point", "GT-1", "high", "r", "5", "30.0"))
    assert name == hashlib.sha256(text.encode()).hexdigest()[:32]
    assert len(next_id(name, 7)) == 32
    assert next_id(name, 7) != next_id(name, 8)


def test_a_message_stands_in_for_a_time_that_is_not_there_and_only_then() -> None:
    made = {
        alarm_id("acme", "GT-1", Direction.HIGH, "r", at, 30.0, message)
        for at in (None, 5)
        for message in (None, ("g", "b", 1), ("g", "b", 2))
    }
    assert len(made) == 4, "by its time, by either message, and by neither"


@pytest.mark.parametrize(("cleared", "fleeting"), [(9_999, True), (10_000, False), (None, False)])
def test_over_within_ten_seconds_is_fleeting(cleared: int | None, fleeting: bool) -> None:
    assert is_fleeting(0, cleared) is fleeting


def test_standing_for_longer_than_a_day_is_stale_and_what_is_over_is_not() -> None:
    assert [is_stale(0, None, now) for now in (DAY_MS, DAY_MS + 1)] == [False, True]
    assert is_stale(0, 5, 3 * DAY_MS) is False
