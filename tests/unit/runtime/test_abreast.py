"""Whether what a session brings can have waited at the broker, in virtual time."""

import pytest

from services.runtime.abreast import CALM_S, LIVE_S, SETTLED_S, SHARE, Abreast
from services.runtime.clock import ManualClock
from services.stack.broker import SMALL_WINDOW

LOOKS_S = 0.25


class Course:
    """A session's life: so many seconds with so many deliveries unacknowledged."""

    def __init__(self, window: int = SMALL_WINDOW) -> None:
        self.clock = ManualClock()
        self.abreast = Abreast(self.clock, window)

    def pass_(self, seconds: float, unacked: int = 0) -> None:
        for _ in range(round(seconds / LOOKS_S)):
            self.clock.advance(LOOKS_S)
            self.abreast.note(unacked)
            self.abreast.look(unacked)


def settled() -> Course:
    course = Course()
    course.abreast.granted()
    course.pass_(SETTLED_S)
    return course


def test_without_a_connection_and_until_it_has_settled_nobody_knows() -> None:
    course = Course()
    course.pass_(300)
    assert not course.abreast.says()

    course.abreast.granted()
    course.pass_(SETTLED_S - LOOKS_S)
    assert not course.abreast.says()

    course.pass_(LOOKS_S)
    assert course.abreast.says()


def test_while_a_backlog_comes_it_is_not_and_a_second_behind_it_it_is() -> None:
    course = Course()
    course.abreast.granted()
    course.pass_(600, SMALL_WINDOW)
    assert not course.abreast.says()

    course.pass_(CALM_S - LOOKS_S, SMALL_WINDOW // SHARE - 1)
    assert not course.abreast.says()

    course.pass_(LOOKS_S, 10)
    assert course.abreast.says()


def test_a_window_that_is_emptied_at_one_stroke_and_filled_again_is_a_backlog() -> None:
    course = Course()
    course.abreast.granted()
    for _ in range(400):
        course.clock.advance(0.4)
        course.abreast.note(SMALL_WINDOW)
        course.clock.advance(0.2)
        course.abreast.look(0)

    assert not course.abreast.says()


def test_a_flood_that_we_cannot_keep_up_with_is_of_now_for_two_minutes() -> None:
    course = settled()
    course.pass_(LIVE_S, SMALL_WINDOW)
    assert course.abreast.says()

    course.pass_(LOOKS_S, SMALL_WINDOW)
    assert not course.abreast.says()


def test_a_lost_connection_forgets_it() -> None:
    course = settled()
    course.abreast.lost()
    course.pass_(1)

    assert not course.abreast.says()


@pytest.mark.parametrize(("unacked", "is_abreast"), [(0, True), (1, False)])
def test_of_a_window_that_nobody_knows_not_one_may_be_waiting(
    unacked: int, is_abreast: bool
) -> None:
    course = Course(0)
    course.abreast.granted()
    course.pass_(60, unacked)

    assert course.abreast.says() is is_abreast
