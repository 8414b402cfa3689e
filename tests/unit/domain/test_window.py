"""The window keeps its order, its bounds, and the state before what it forgot."""

from services.domain.limits import Limits
from services.domain.reading import Quality, Reading
from services.domain.verdict import Judged
from services.domain.window import CAPACITY, LATE_MS, Window, extremes
from tests.stories.park import GAS

QUIET = Judged.quiet(Limits.of(GAS, ()))


def reading(measured_at: int, value: float = 1.0, received_at: int | None = None) -> Reading:
    arrival = measured_at if received_at is None else received_at
    return Reading(1, measured_at, arrival, value, Quality.GOOD)


def filled(*times: int) -> Window:
    window = Window(QUIET)
    for at in times:
        window.append(at, reading(at), QUIET)
    return window


def test_a_fresh_window_reaches_back_for_ever() -> None:
    assert filled(10_000).reaches(-(10**12))


def test_one_from_a_saved_state_reaches_to_that() -> None:
    window = Window(QUIET, 5_000)
    assert not window.reaches(5_000)
    assert window.reaches(5_001)


def test_what_fell_out_is_the_new_base() -> None:
    window = filled(0, 1_000, LATE_MS * 2)
    assert [entry.judged_at for entry in window.entries] == [LATE_MS * 2]
    assert window.base_at == 1_000
    assert window.reaches(LATE_MS), "120 s behind the newest are always within its reach"


def test_it_holds_no_more_than_its_capacity() -> None:
    window = filled(*range(CAPACITY + 10))
    assert len(window.entries) == CAPACITY
    assert window.base_at == 9


def test_an_instant_is_forgotten_whole() -> None:
    window = Window(QUIET)
    for place in range(CAPACITY + 1):
        window.append(7, reading(100 + place, received_at=7), QUIET)
    assert window.entries == []
    assert window.base_at == 7


def test_a_late_one_takes_its_place_and_says_from_where_to_judge() -> None:
    window = filled(0, 1_000, 3_000)
    state, since = window.split(reading(2_000))
    assert (state, since) == (QUIET, 1_000)
    assert [entry.judged_at for entry in window.entries] == [0, 1_000, 2_000, 3_000]
    assert [at for _, _, at, _, _ in window.again(2_000)] == [2_000, 3_000]


def test_before_the_first_one_the_base_is_the_state() -> None:
    window = filled(1_000)
    assert window.split(reading(500)) == (QUIET, None)


def test_one_instant_is_judged_once_by_its_extremes() -> None:
    window = filled(1_000)
    for value in (5.0, -3.0):
        window.split(reading(1_000, value))
    ((_, _, at, high, low),) = window.again(1_000)
    assert (at, high.value, low.value) == (1_000, 5.0, -3.0)


def test_it_knows_a_repeat_by_time_value_and_quality() -> None:
    window = filled(1_000, 2_000)
    assert window.holds(reading(1_000, received_at=9_000))
    assert not window.holds(reading(1_000, 2.0))
    assert not window.holds(reading(1_500))
    assert not window.holds(Reading(1, 1_000, 1_000, 1.0, Quality.UNCERTAIN))
    assert not window.holds(reading(9_000))


def test_a_repeat_from_a_clock_ahead_is_known_until_it_falls_out() -> None:
    window = Window(QUIET)
    ahead = reading(10**9, received_at=0)
    window.append(0, ahead, QUIET)
    window.append(10, reading(10), QUIET)
    assert window.holds(ahead)
    window.append(LATE_MS * 2, reading(LATE_MS * 2), QUIET)
    assert not window.holds(ahead)
    assert window.measured_to == LATE_MS * 2


def test_the_extremes_of_one_reading_are_itself() -> None:
    high, low = extremes([reading(1, 4.0)])
    assert high is low
