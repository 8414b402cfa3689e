"""Who is told of what, and what becomes of a try to tell it."""

from dataclasses import replace

import pytest

from services.domain.alarm import EventKind, Transition
from services.domain.notice import (
    LONGEST_WAIT_S,
    REFUSALS,
    REMEMBERED_MS,
    NoticeState,
    delivery_id,
    fate,
    is_news,
    is_told,
    wait_s,
)
from services.domain.suppression import Off, OffBoard
from tests.unit.alerts.samples import acknowledged, alarm, cleared, raised


def test_each_failure_doubles_the_wait_up_to_five_minutes() -> None:
    assert [wait_s(n, 0.0) for n in (1, 2, 3, 9)] == [1.0, 2.0, 4.0, 256.0]
    assert wait_s(10, 0.0) == wait_s(10_000, 0.0) == LONGEST_WAIT_S


def test_jitter_takes_up_to_half_of_the_wait_away() -> None:
    assert wait_s(3, 0.5) == 3.0
    assert 2.0 < wait_s(3, 0.999) < 2.1


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_what_is_taken_is_sent(status: int) -> None:
    assert fate(status, 7, 7, 0.5).state is NoticeState.SENT


@pytest.mark.parametrize("status", [None, 199, 301, 401, 403, 404, 408, 429, 500, 503])
def test_who_fails_is_tried_again_however_often(status: int | None) -> None:
    after = fate(status, 1000, 2, 0.0)
    assert (after.state, after.wait_s) == (NoticeState.FAILED, 2.0)


def test_a_message_that_is_refused_for_itself_is_given_up_after_three_tries() -> None:
    assert fate(400, REFUSALS - 1, 1, 0.0).state is NoticeState.FAILED
    after = fate(400, REFUSALS, 1, 0.0)
    assert (after.state, after.wait_s) == (NoticeState.GIVEN_UP, 0.0)


def off(made: Transition) -> Transition:
    why = OffBoard(Off.SHELVED, "li.wei", "检修", since=0, until=None, grade=2)
    return replace(made, alarm=replace(made.alarm, off=why))


def test_an_alarm_that_comes_to_notice_is_news_and_what_follows_is_not() -> None:
    assert is_news(raised(1))
    assert is_news(Transition(EventKind.ESCALATED, alarm(1), 1, 2))
    assert is_news(Transition(EventKind.EXERCISE_ENDED, alarm(1), 1, 2))
    assert not is_news(acknowledged(1))
    assert not is_news(cleared(1))


def test_what_is_off_the_board_is_no_news_until_it_is_back() -> None:
    assert not is_news(off(raised(1)))
    assert is_news(Transition(EventKind.UNSHELVED, alarm(1), 1, 2))
    ended = replace(cleared(1), event=EventKind.UNSHELVED)
    assert not is_news(ended)


def test_of_an_alarm_that_is_older_than_what_is_remembered_everything_goes_by_grade() -> None:
    old = replace(cleared(1), noted_at=cleared(1).alarm.raised_at + REMEMBERED_MS + 1)
    assert is_news(old)


def test_of_what_is_past_nobody_is_told() -> None:
    assert is_told(raised(1))
    assert not is_told(replace(raised(1), alarm=alarm(1, historical=True)))


def test_a_message_has_one_name() -> None:
    assert delivery_id("k3v7qm2x", "E001", 42) == "k3v7qm2x.E001.42"
