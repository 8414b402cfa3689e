"""A gateway's clock, as its stamps tell it."""

from collections.abc import Iterable

from services.domain.skew import ClockState, Skew

NOW = 1_767_542_400_000
SECOND = 1_000


def stands(subject: Skew) -> ClockState:
    return subject.state


def sent(
    skew: Skew, seconds: Iterable[int], ahead_ms: int = 0, delay_ms: int = 20
) -> list[ClockState]:
    """One message a second; the states it went through."""
    found = []
    for second in seconds:
        at = NOW + second * SECOND
        if skew.hear(at + delay_ms, at + ahead_ms, [(1, float(second))]):
            found.append(skew.state)
    return found


def test_a_clock_that_is_right_is_known_as_right() -> None:
    skew = Skew()
    assert sent(skew, range(30)) == [ClockState.RIGHT]
    assert skew.skew_ms == -20


def test_a_clock_three_seconds_off_is_told_and_so_is_its_end() -> None:
    for ahead in (3_000, -3_000):
        skew = Skew()
        assert sent(skew, range(60), ahead) == [ClockState.SKEWED]
        assert skew.skew_ms == ahead - 20
        assert sent(skew, range(60, 180)) == [ClockState.RIGHT]


def test_near_the_limit_it_does_not_go_to_and_fro() -> None:
    skew = Skew()
    assert sent(skew, range(60), 2_100, 0) == [ClockState.SKEWED]
    assert sent(skew, range(60, 200), 1_900, 0) == []
    assert sent(skew, range(200, 300), 1_400, 0) == [ClockState.RIGHT]


def test_a_slow_network_is_no_skew() -> None:
    """Every other message is four seconds late; the others tell."""
    skew = Skew()
    for second in range(60):
        at = NOW + second * SECOND
        skew.hear(at + (4_000 if second % 2 else 30), at)
    assert stands(skew) == ClockState.RIGHT
    assert skew.skew_ms == -30


def test_what_is_filled_in_later_is_no_skew() -> None:
    """An hour is sent in three minutes, alone, and then among what is live."""
    skew = Skew()
    for second in range(180):
        skew.hear(NOW + second * SECOND, NOW - 3_600_000 + second * 20 * SECOND)
    assert stands(skew) == ClockState.UNKNOWN
    assert sent(skew, range(180, 300)) == [ClockState.RIGHT]
    for second in range(300, 400):
        at = NOW + second * SECOND
        assert not skew.hear(at + 20, at)
        assert not skew.hear(at + 30, at - 7_200_000 + second * 30)
    assert stands(skew) == ClockState.RIGHT


def test_a_gateway_that_stays_an_hour_behind_is_skewed() -> None:
    skew = Skew()
    assert sent(skew, range(60), -3_600_000) == [ClockState.SKEWED]


def test_one_wild_stamp_says_nothing() -> None:
    skew = Skew()
    sent(skew, range(60))
    skew.hear(NOW + 60 * SECOND, NOW + 9 * 365 * 86_400_000)
    assert sent(skew, range(61, 180)) == []


def test_a_clock_that_stands_still_while_values_change() -> None:
    skew = Skew()
    sent(skew, range(30))
    stuck = NOW + 29 * SECOND
    changes = [
        skew.state
        for second in range(30, 120)
        if skew.hear(NOW + second * SECOND, stuck, [(1, float(second % 3))])
    ]
    assert changes == [ClockState.STUCK]
    assert skew.skew_ms is None
    assert sent(skew, range(120, 180)) == [ClockState.UNKNOWN, ClockState.RIGHT]


def test_a_message_sent_again_and_again_is_no_stuck_clock() -> None:
    skew = Skew()
    for second in range(300):
        for point in range(5):
            skew.hear(NOW + second * SECOND, NOW, [(point, 1.5)])
    assert stands(skew) == ClockState.UNKNOWN


def test_stamps_that_nobody_can_use_for_ten_seconds() -> None:
    skew = Skew()
    changes = [second for second in range(30) if skew.hear_unusable(NOW + second * SECOND)]
    assert changes == [10]
    assert stands(skew) == ClockState.UNUSABLE
    assert sent(skew, range(30, 90)) == [ClockState.UNKNOWN, ClockState.RIGHT]


def test_one_good_stamp_in_ten_seconds_is_enough() -> None:
    skew = Skew()
    for second in range(60):
        assert not skew.hear_unusable(NOW + second * SECOND)
        if second % 9 == 8:
            skew.hear(NOW + second * SECOND, NOW + second * SECOND)
    assert skew.state is not ClockState.UNUSABLE


def test_a_stamp_that_stands_for_a_minute_while_values_change_is_stuck_and_not_before() -> None:
    skew = Skew()
    skew.hear(NOW, NOW, [(1, 0.0)])
    changes = [skew.hear(NOW + ms, NOW, [(1, float(ms))]) for ms in (10, 20, 30)]
    assert not any(changes)
    assert not skew.hear(NOW + 59_999, NOW, [(1, 4.0)])
    assert skew.hear(NOW + 60_000, NOW, [(1, 4.0)])
    assert skew.state is ClockState.STUCK


def test_values_that_stand_as_well_are_no_stuck_clock() -> None:
    skew = Skew()
    for second in range(120):
        skew.hear(NOW + second * SECOND, NOW, [(1, 7.0)])
    assert skew.state is ClockState.UNKNOWN


def test_unusable_for_ten_seconds_to_the_millisecond() -> None:
    skew = Skew()
    assert [skew.hear_unusable(NOW + ms) for ms in (0, 9_999, 10_000, 10_001)] == [
        False,
        False,
        True,
        False,
    ]
    assert (skew.state, skew.since) == (ClockState.UNUSABLE, NOW + 10_000)
