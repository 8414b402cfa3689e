"""The rate of a gateway over a minute, in virtual time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.rate import CUT_S, GATEWAYS_MOST, Passage, RateGate, Window

OWNER = ("acme", "g")
RATE = 10
A_MINUTE = RATE * 60


def sent(gate: RateGate, seconds: range, each: int, live: bool = True) -> list[Passage]:
    """One message of so many readings every second."""
    return [gate.judge(OWNER, each, live, float(second)) for second in seconds]


def test_what_stays_within_the_rate_goes_straight_in() -> None:
    gate = RateGate(RATE)

    assert set(sent(gate, range(300), RATE)) == {Passage.STRAIGHT}


def test_a_burst_of_a_whole_minute_is_no_excess_and_one_reading_more_is() -> None:
    gate = RateGate(RATE)

    assert gate.judge(OWNER, A_MINUTE, True, 0.0) is Passage.STRAIGHT
    assert gate.judge(OWNER, 1, True, 59.9) is Passage.APART
    assert gate.judge(OWNER, 1, True, 60.0) is Passage.STRAIGHT


def test_over_the_rate_just_the_excess_goes_apart() -> None:
    gate = RateGate(RATE)

    found = sent(gate, range(600), 2 * RATE)

    assert found.count(Passage.STRAIGHT) == pytest.approx(300, abs=30)
    assert set(found) == {Passage.STRAIGHT, Passage.APART}


def test_one_gateways_excess_is_not_anothers() -> None:
    gate = RateGate(RATE)
    sent(gate, range(60), 5 * RATE)

    assert gate.judge(("acme", "other"), 1, True, 60.0) is Passage.STRAIGHT
    assert gate.judge(("other", "g"), 1, True, 60.0) is Passage.STRAIGHT


def test_ten_times_the_rate_for_a_minute_is_cut_once() -> None:
    gate = RateGate(RATE)

    found = sent(gate, range(120), 10 * RATE)

    assert found.index(Passage.CUT) == 59
    assert found.count(Passage.CUT) == 1


def test_less_than_ten_times_is_never_cut() -> None:
    gate = RateGate(RATE)

    assert Passage.CUT not in sent(gate, range(600), 10 * RATE - 1)


def test_a_flood_that_ends_before_the_minute_does_is_not_cut() -> None:
    gate = RateGate(RATE)

    assert Passage.CUT not in sent(gate, range(59), 14 * RATE)


def test_a_flood_with_a_pause_begins_anew() -> None:
    gate = RateGate(RATE)
    first = sent(gate, range(50), 14 * RATE)
    after = sent(gate, range(61, 180), 14 * RATE)

    assert Passage.CUT not in first
    assert after.index(Passage.CUT) == 59


def test_a_burst_is_not_cut_however_large() -> None:
    gate = RateGate(RATE)

    assert gate.judge(OWNER, 100 * A_MINUTE, True, 0.0) is Passage.APART
    assert Passage.CUT not in sent(gate, range(1, 45), 1)


def test_a_back_fill_is_never_cut() -> None:
    gate = RateGate(RATE)

    found = sent(gate, range(600), 100 * RATE, live=False)

    assert Passage.CUT not in found
    assert Passage.APART in found


def test_after_a_cut_it_is_cut_again_only_when_it_goes_on() -> None:
    gate = RateGate(RATE)
    first = sent(gate, range(60), 10 * RATE)
    # What is still with the broker comes in while it is cut.
    drained = sent(gate, range(60, CUT_S + 60), 10 * RATE)
    quiet = sent(gate, range(CUT_S + 120, CUT_S + 180), RATE)
    again = sent(gate, range(CUT_S + 300, CUT_S + 420), 10 * RATE)

    assert Passage.CUT in first
    assert Passage.CUT not in drained
    assert set(quiet) == {Passage.STRAIGHT}
    assert again.count(Passage.CUT) == 1


def test_a_rate_of_zero_is_no_limit() -> None:
    assert not RateGate(0).is_on
    assert RateGate(1).is_on


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 1000)), max_size=60),
)
def test_a_window_holds_just_what_was_counted_in_its_last_minute(
    steps: list[tuple[int, int]],
) -> None:
    window, second = Window(), 0
    counted: list[tuple[int, int]] = []
    for step, count in steps:
        second += step
        window.turn(second)
        window.add(count)
        counted.append((second, count))

        assert window.total == sum(n for at, n in counted if at > second - 60)


def test_with_room_for_nobody_else_a_stranger_goes_straight_in_until_somebody_was_quiet() -> None:
    gate = RateGate(RATE)
    for number in range(GATEWAYS_MOST):
        gate.judge(("acme", str(number)), 1, True, 0.0)
    assert [gate.judge(OWNER, 10 * A_MINUTE, True, 59.0) for _ in range(2)] == [
        Passage.STRAIGHT,
        Passage.STRAIGHT,
    ]
    assert gate.live(OWNER) == 0, "nobody counts it"
    assert gate.judge(OWNER, A_MINUTE + 1, True, 60.0) is Passage.APART
    assert gate.live(OWNER) == A_MINUTE + 1
