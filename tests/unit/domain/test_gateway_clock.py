"""The edges of a gateway's clock: usable to the millisecond, and an alarm when the time is up."""

import pytest

from services.domain.gateway_clock import ClockState, Fault, TimesHeard, is_usable, judge_clock

SECOND = 1_000
MINUTE = 60 * SECOND
DAY = 86_400_000
NOW = 1_795_000_000_000


@pytest.mark.parametrize(
    ("measured", "usable"),
    [
        (NOW, True),
        (NOW + 5 * SECOND, True),
        (NOW + 5 * SECOND + 1, False),
        (NOW - DAY, True),
        (NOW - DAY - 1, False),
    ],
)
def test_a_time_is_usable_from_a_day_behind_to_five_seconds_ahead(
    measured: int, usable: bool
) -> None:
    assert is_usable(measured, NOW) is usable


def behind(at: int, by: int) -> TimesHeard:
    """Heard at `at`, with a newest time that far back."""
    return TimesHeard(at, at - by)


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        (behind(NOW, 2 * MINUTE), None),
        (behind(NOW, 2 * MINUTE + 1), Fault.BEHIND),
        (TimesHeard(NOW, None, NOW + DAY, True), Fault.UNUSABLE),
        (TimesHeard(NOW, None, None, True), Fault.UNUSABLE),
        (TimesHeard(NOW, NOW, NOW + DAY, True), None),
        (TimesHeard(NOW, None), None),
    ],
)
def test_what_is_wrong_at_a_moment(heard: TimesHeard, fault: Fault | None) -> None:
    assert heard.fault is fault


def walk(*found: TimesHeard) -> list[bool]:
    """Whether it is an alarm after each."""
    state: ClockState | None = None
    told = []
    for each in found:
        state = judge_clock(state, each)
        told.append(state is not None and state.alarmed)
    return told


def test_behind_for_a_minute_is_an_alarm_and_a_millisecond_less_is_not() -> None:
    far = 3 * MINUTE
    assert walk(behind(NOW, far), behind(NOW + MINUTE - 1, far)) == [False, False]
    assert walk(behind(NOW, far), behind(NOW + MINUTE, far)) == [False, True]


def test_unusable_for_ten_seconds_is_one() -> None:
    ahead = [TimesHeard(NOW + s, None, NOW + s + DAY, True) for s in (0, 9_999, 10_000)]
    assert walk(*ahead) == [False, False, True]


def test_what_gains_five_seconds_on_our_clock_is_a_backlog_and_less_is_not() -> None:
    far = 10 * MINUTE
    for gained, alarm in ((5 * SECOND, False), (5 * SECOND - 1, True)):
        found = walk(behind(NOW, far), behind(NOW + MINUTE, far - gained))
        assert found == [False, alarm]


def test_what_begins_again_five_seconds_back_is_a_backlog_and_less_is_not() -> None:
    first = NOW - 10 * MINUTE
    for back, alarm in ((5 * SECOND, False), (5 * SECOND - 1, True)):
        found = walk(TimesHeard(NOW, first), TimesHeard(NOW + MINUTE, first - back))
        assert found == [False, alarm]


def test_times_in_our_future_are_no_backlog_however_fast_they_run() -> None:
    far = [TimesHeard(NOW + s, None, NOW + DAY + 10 * s, True) for s in (0, 10_000)]
    assert walk(*far) == [False, True]


def test_another_fault_begins_anew_and_nothing_said_changes_nothing() -> None:
    unusable = TimesHeard(NOW, None, NOW + DAY, True)
    later = behind(NOW + 9_000, 3 * MINUTE)
    silent = TimesHeard(NOW + 30_000, None)
    state = judge_clock(judge_clock(None, unusable), later)
    assert state == ClockState(Fault.BEHIND, NOW + 9_000, later.usable)
    assert judge_clock(state, silent) is state
    assert judge_clock(state, behind(NOW + 40_000, 0)) is None


def test_an_alarm_stays_one_until_the_clock_is_right() -> None:
    alarmed = ClockState(Fault.BEHIND, NOW, NOW - 3 * MINUTE, alarmed=True)
    assert judge_clock(alarmed, behind(NOW + SECOND, 3 * MINUTE)) is alarmed
