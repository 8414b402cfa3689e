"""Which stretch of time is rolled up next."""

from services.domain.rollup import AHEAD_MS, GRACE_MS, HOUR_MS, MINUTE_MS, Pass, Window, next_pass

NINE = 1_795_000_000_000 // HOUR_MS * HOUR_MS
OPEN = Window(NINE, NINE, NINE + AHEAD_MS)


def at(minutes: float) -> int:
    return NINE + round(minutes * MINUTE_MS)


def test_a_minute_is_closed_once_it_is_over_and_a_while_has_passed() -> None:
    assert next_pass(OPEN, at(1) + GRACE_MS - 1) is None

    step = next_pass(OPEN, at(1) + GRACE_MS)

    assert step == Pass(Window(NINE, at(1), at(1) + AHEAD_MS), NINE, at(1))
    assert step.hours == (NINE, NINE)  # no hour is over


def test_an_hour_is_over_with_its_last_minute() -> None:
    step = next_pass(Window(at(59), at(59), at(69)), at(60) + GRACE_MS)

    assert step is not None
    assert step.hours == (NINE, NINE + HOUR_MS)


def test_after_a_long_sleep_only_what_was_not_noted_is_rolled_up() -> None:
    step = next_pass(OPEN, at(600) + GRACE_MS)

    assert step is not None
    assert (step.first, step.past) == (NINE, OPEN.horizon)
    assert step.window.closed == at(600)
    assert step.hours == (NINE, NINE + 10 * HOUR_MS)


def test_a_pass_that_was_cut_off_is_made_again_as_a_whole() -> None:
    broken = Window(NINE, at(3), at(13))

    assert next_pass(broken, at(4.5)) == Pass(broken, NINE, at(3))


def test_a_clock_that_goes_back_closes_nothing() -> None:
    assert next_pass(OPEN, at(-60)) is None
