"""While the gateway was away nobody knows the state of a loop: the history says so as live does."""

from services.domain.absence import Mark, absences, believed
from services.domain.use_rate import Change, use_over

HOUR = 3_600_000
HELD = [Change(0, "in_service")]


def gone(at: int, last_at: int | None = None) -> Mark:
    return Mark(True, at, at if last_at is None else last_at)


def back(at: int, last_at: int | None = None) -> Mark:
    return Mark(False, at, at if last_at is None else last_at)


def test_a_silence_is_time_that_nobody_knows() -> None:
    away = absences([gone(2 * HOUR), back(5 * HOUR)])
    assert away == [(2 * HOUR, 5 * HOUR)]
    use = use_over(believed(HELD, away), [], 0, 10 * HOUR)
    assert (use.serving, use.unknown, use.rate, use.at_least) == (7 * HOUR, 3 * HOUR, 1.0, 0.7)


def test_who_never_came_back_is_unknown_to_the_end() -> None:
    away = absences([back(1), gone(2 * HOUR)])
    assert away == [(2 * HOUR, None)]
    assert believed(HELD, away) == [HELD[0], Change(2 * HOUR, None)]


def test_several_drops_in_one_mark_are_one_absence_up_to_the_last_return() -> None:
    marks = [gone(2 * HOUR, 4 * HOUR), back(3 * HOUR, 5 * HOUR), gone(5 * HOUR), back(6 * HOUR)]
    assert absences(marks) == [(2 * HOUR, 6 * HOUR)]


def test_what_was_read_meanwhile_and_came_later_is_not_lost() -> None:
    told = [*HELD, Change(3 * HOUR, "bypass_maintenance"), Change(8 * HOUR, "in_service")]
    use = use_over(believed(told, [(2 * HOUR, 5 * HOUR)]), [], 0, 10 * HOUR)
    assert (use.serving, use.out, use.unknown) == (4 * HOUR, 5 * HOUR, HOUR)


def test_who_was_always_there_told_what_it_told() -> None:
    assert believed(HELD, absences([back(1)])) is HELD
