"""Rules that are more than a limit, at the very edge: what still counts, and what no more."""

import pytest

from services.domain.detector import DetectorState, Finding, Sample
from services.domain.deviation import Deviation
from services.domain.forecast import Forecast
from services.domain.rate_of_change import RateOfChange
from services.domain.reading import Quality
from services.domain.recurrence import Recurrence
from services.domain.rule import Direction
from services.domain.signal_band import BadQuality, SignalFault
from services.domain.state_watch import StateWatch
from services.domain.stuck import Stuck
from services.domain.voting import Voting
from tests.unit.domain.test_detectors import S, ramp, told

# Rate of change


@pytest.mark.parametrize(
    ("last_ms", "rate"),
    [(29_999, None), (30_000, 0.4), (120_000, 0.1), (120_001, None)],
)
def test_a_rate_needs_half_its_span_and_no_gap_of_twice_it(
    last_ms: int, rate: float | None
) -> None:
    detector = RateOfChange(1, Direction.HIGH, limit=0.05, span_s=60)
    detector.take(1, Sample(0, 0.0))
    found = detector.take(1, Sample(last_ms, 12.0))
    assert (found.at, found.value) == (last_ms, rate)
    assert found.active is (None if rate is None else True)


def test_a_rate_at_its_limit_is_found_and_without_a_deadband_over_right_below_it() -> None:
    detector = RateOfChange(1, Direction.HIGH, limit=0.5)
    assert told(detector, [(0, 0.0), (60, 30.0)]) == Finding(60 * S, True, 0.5)
    assert told(detector, [(120, 59.9)]).active is False
    banded = RateOfChange(1, Direction.HIGH, limit=0.5, deadband=0.25)
    assert told(banded, [(0, 0.0), (60, 30.0), (120, 45.0)]).active is True
    assert told(banded, [(180, 59.9)]).active is False


def test_one_reading_is_no_rate_and_silence_never_due() -> None:
    detector = RateOfChange(1, Direction.HIGH, limit=0.5)
    assert told(detector, [(7, 5.0)]) == Finding(7 * S, None)
    assert detector.due(0) is None
    assert detector.pass_to(8 * S) == Finding(8 * S, None)


# Deviation


def test_two_that_lie_exactly_the_limit_apart_deviate_and_no_deadband_is_none() -> None:
    detector = Deviation([1, 2], limit=5.0)
    told(detector, [(0, 50.0)], 1)
    assert told(Deviation([1], limit=5.0), [(0, 50.0)]).active is None
    assert told(detector, [(0, 54.9)], 2).active is False
    told(detector, [(20, 50.0)], 1)
    assert told(detector, [(20, 55.0)], 2) == Finding(20 * S, True, 5.0, 50.0, 55.0)
    assert told(detector, [(40, 54.5)], 2).active is False


def test_a_deadband_is_left_by_more_than_itself() -> None:
    detector = Deviation([1, 2], limit=5.0, deadband=1.0)
    told(detector, [(0, 50.0)], 1)
    assert told(detector, [(0, 55.0)], 2).active is True
    assert told(detector, [(20, 54.0)], 2).active is True
    assert told(detector, [(40, 53.9)], 2).active is False


def test_who_spoke_a_minute_ago_is_fresh_and_a_moment_later_no_more() -> None:
    detector = Deviation([1, 2], limit=5.0)
    told(detector, [(0, 50.0)], 1)
    told(detector, [(5, 50.0)], 2)
    assert detector.due(0) == 60_001
    assert detector.due(60_001) == 65_001
    assert detector.due(65_001) is None
    assert detector.pass_to(60_000).active is False
    assert detector.pass_to(60_001) == Finding(60_001, None)


def test_a_value_is_the_median_of_its_last_ten_seconds() -> None:
    detector = Deviation([1, 2], limit=5.0)
    told(detector, [(0, 10.0), (1, 20.0), (10, 40.0)], 1)
    assert detector.levels(10 * S) == {1: 30.0}, "the one of ten seconds ago is out"
    told(detector, [(10.999, 60.0)], 1)
    assert detector.levels(11 * S) == {1: 40.0}


@pytest.mark.parametrize(("second", "judged"), [(4, False), (5, None), (6, None)])
def test_bad_quality_leaves_nothing_to_compare_unless_it_is_of_before(
    second: int, judged: bool | None
) -> None:
    detector = Deviation([1, 2], limit=5.0)
    told(detector, [(5, 50.0)], 1)
    told(detector, [(5, 50.0)], 2)
    assert detector.take(2, Sample(second * S, 50.0, Quality.BAD)).active is judged


def test_of_two_apart_alike_the_later_number_is_named_and_of_two_nobody() -> None:
    detector = Deviation([1, 2, 3], limit=5.0)
    told(detector, [(0, 40.0)], 1)
    told(detector, [(0, 60.0)], 3)
    assert detector.outlier(0) is None
    told(detector, [(0, 50.0)], 2)
    assert detector.outlier(0) == 3


# Stuck


def still(seconds: range, value: float = 5.0) -> list[tuple[float, float | None]]:
    return [(second, value) for second in seconds]


@pytest.mark.parametrize(("last_ms", "found"), [(89_999, None), (90_000, True)])
def test_stillness_is_told_from_nine_tenths_of_the_span(last_ms: int, found: bool | None) -> None:
    detector = Stuck(1, 100)
    told(detector, still(range(0, 89, 8)))
    assert detector.take(1, Sample(last_ms, 5.0)) == Finding(last_ms, found, 0.0)


def test_stillness_is_told_by_ten_readings() -> None:
    assert told(Stuck(1, 100), still(range(0, 100, 12))).active is None
    assert told(Stuck(1, 100), still(range(0, 100, 11))).active is True


def test_it_is_silent_after_a_tenth_of_the_span() -> None:
    detector = Stuck(1, 100)
    assert detector.due(0) is None
    assert detector.pass_to(5) == Finding(5, None)
    told(detector, still(range(0, 101, 10)))
    assert detector.due(0) == 110_001
    assert detector.due(110_001) is None
    assert detector.pass_to(110_000).active is True
    assert detector.pass_to(110_001).active is None


def test_what_moved_by_its_tolerance_is_still_and_by_more_is_not() -> None:
    detector = Stuck(1, 100, tolerance=0.5)
    told(detector, still(range(0, 91, 9)))
    assert told(detector, [(95, 5.5)]) == Finding(95 * S, True, 0.5)
    assert told(detector, [(96, 4.75)]) == Finding(96 * S, False, 0.75)
    untold = Stuck(1, 100)
    told(untold, still(range(0, 91, 9)))
    assert told(untold, [(95, 5.125)]) == Finding(95 * S, False, 0.125)


def test_a_witness_moves_it_from_its_measure_on_and_a_silent_one_never() -> None:
    fed = Stuck(1, 100, witness=2, witness_moves=1.0)
    told(fed, [(0, 3.0), (50, 4.0)], 2)
    assert told(fed, still(range(0, 101, 10))).active is True
    idle = Stuck(1, 100, witness=2, witness_moves=1.0)
    told(idle, [(0, 3.0), (50, 3.75)], 2)
    assert told(idle, still(range(0, 101, 10))).active is None
    unheard = Stuck(1, 100, witness=2, witness_moves=0.5)
    assert told(unheard, still(range(0, 101, 10))) == Finding(100 * S, None, 0.0)
    assert unheard.points == {1, 2}
    assert Stuck(1, 100).points == {1}


@pytest.mark.parametrize(("second", "left"), [(99, True), (100, None), (101, None)])
def test_bad_quality_begins_its_stillness_anew_unless_it_is_of_before(
    second: int, left: bool | None
) -> None:
    detector = Stuck(1, 100)
    told(detector, still(range(0, 101, 10)))
    assert detector.take(1, Sample(second * S, 5.0, Quality.BAD)).active is left


def test_bad_quality_of_the_witness_begins_nothing_anew() -> None:
    fed = Stuck(1, 100, witness=2, witness_moves=1.0)
    told(fed, [(0, 3.0), (50, 4.0)], 2)
    told(fed, still(range(0, 101, 10)))
    assert fed.take(2, Sample(100 * S, None, Quality.BAD)).active is True


def test_what_it_and_its_witness_remember_is_saved() -> None:
    fed = Stuck(1, 100, witness=2, witness_moves=1.0)
    told(fed, [(0, 3.0), (50, 4.0)], 2)
    told(fed, still(range(0, 101, 10)))
    again = Stuck(1, 100, witness=2, witness_moves=1.0)
    again.restore(fed.save())
    assert again.pass_to(101 * S) == Finding(100 * S, True, 0.0)
    assert set(Stuck(1, 100).save().samples) == {1}


# Voting


@pytest.mark.parametrize(
    ("direction", "votes", "votes_not"),
    [(Direction.HIGH, 25.0, 24.9), (Direction.LOW, 25.0, 25.1)],
)
def test_a_vote_is_given_at_the_limit(direction: Direction, votes: float, votes_not: float) -> None:
    detector = Voting([1, 2], 2, 25.0, direction)
    told(detector, [(0, votes)], 1)
    assert told(detector, [(0, votes_not)], 2) == Finding(0, False, 1.0)
    assert told(detector, [(1, votes)], 2) == Finding(S, True, 2.0)


def test_a_vote_expires_a_window_after_it_was_taken_back() -> None:
    detector = Voting([1, 2], 1, 25.0)
    told(detector, [(0, 30.0), (10, 0.0), (20, 0.0)], 1)
    assert detector.due(0) == 70_000
    assert detector.due(70_000) is None
    assert detector.pass_to(69_999).active is True
    assert detector.pass_to(70_000).active is False


# Recurrence


def test_what_began_a_whole_span_ago_counts_no_more() -> None:
    detector = Recurrence(1, lambda value: value > 0, 2, 100)
    assert detector.pass_to(0) == Finding(0, None)
    told(detector, [(0, 0.0), (10, 1.0), (20, 0.0), (30, 1.0)])
    assert detector.due(0) == 110_000
    assert detector.due(110_000) == 130_000
    assert detector.due(130_000) is None
    assert detector.pass_to(109_999) == Finding(109_999, True, 2.0)
    assert detector.pass_to(110_000) == Finding(110_000, False, 1.0)


def test_what_was_going_on_at_first_did_not_begin() -> None:
    detector = Recurrence(1, lambda value: value > 0, 1, 100)
    assert told(detector, [(0, 1.0), (1, 1.0)]) == Finding(S, False, 0.0)
    assert told(detector, [(2, 0.0), (3, 1.0)]) == Finding(3 * S, True, 1.0)


def test_a_late_one_parts_what_was_one_time() -> None:
    detector = Recurrence(1, lambda value: value > 0, 2, 100)
    assert told(detector, [(0, 0.0), (10, 1.0), (30, 1.0)]).value == 1.0
    told(detector, [(20, 0.0)])
    assert detector.pass_to(30 * S) == Finding(30 * S, True, 2.0)


# Forecast: binary fractions, so that the arithmetic is exact

RISE = ramp(50, 0.0625, range(0, 601, 10))
"""At 87.5 in the end: 600 s below 125."""


def test_a_limit_at_the_horizon_is_foreseen_and_one_beyond_it_is_not() -> None:
    at_it = told(Forecast(1, Direction.HIGH, 125.0, 600), RISE)
    assert at_it == Finding(600 * S, True, 600.0, 600.0, 600.0)
    beyond = told(Forecast(1, Direction.HIGH, 125.0625, 600), RISE)
    assert beyond == Finding(600 * S, False, 601.0, 601.0, 601.0)


def test_a_value_at_the_limit_is_there_at_once() -> None:
    detector = Forecast(1, Direction.HIGH, 125.0, 600)
    told(detector, RISE)
    assert told(detector, [(600.5, 125.0)]) == Finding(600_500, False, 0.0, 0.0, 0.0)


def test_between_two_looks_a_hundredth_of_the_span_passes() -> None:
    detector = Forecast(1, Direction.HIGH, 125.0, 600)
    told(detector, RISE)
    assert told(detector, [(605.9, 88.0)]).at == 600_000
    assert told(detector, [(606, 88.0)]).at == 606_000


@pytest.mark.parametrize(("last", "judged"), [(470, None), (480, True)])
def test_a_line_is_laid_from_four_fifths_of_the_span(last: int, judged: bool | None) -> None:
    detector = Forecast(1, Direction.HIGH, 100.0, 600)
    assert told(detector, ramp(50, 0.0625, range(0, last + 1, 10))).active is judged


def test_a_line_is_carried_on_for_a_fifth_of_the_span() -> None:
    detector = Forecast(1, Direction.HIGH, 125.0, 600)
    assert detector.due(0) is None
    told(detector, RISE)
    assert detector.due(0) == 720_001
    assert detector.due(720_001) is None
    assert detector.pass_to(720_000).active is True
    assert detector.pass_to(720_001) == Finding(720_001, None)


def test_one_that_made_no_part_of_the_way_is_on_no_line() -> None:
    """Two fifths of the way that a line to the limit within the horizon makes in the span."""
    least = ramp(50, 0.0625, range(0, 601, 10))
    resting = told(Forecast(1, Direction.HIGH, 185.0, 600), least)
    assert resting == Finding(600 * S, False), "97.5 to go: 39 of them in the span, it made 37.5"
    moving = told(Forecast(1, Direction.HIGH, 180.0, 600), least)
    assert moving.value == 1480.0, "92.5 to go: 37 of them in the span"


# What was said last


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SignalFault(1), SignalFault(1)),
        (BadQuality(1), BadQuality(1)),
        (StateWatch(1, {30}), StateWatch(1, {30})),
        (Forecast(1, Direction.HIGH, 10, 60), Forecast(1, Direction.HIGH, 10, 60)),
    ],
)
def test_after_a_restart_it_says_what_it_said(
    one: SignalFault | BadQuality | StateWatch | Forecast,
    other: SignalFault | BadQuality | StateWatch | Forecast,
) -> None:
    said = one.take(1, Sample(7 * S, 30.0))
    assert said.at in (0, 7 * S)
    other.restore(one.save())
    assert other.pass_to(7 * S) == one.pass_to(7 * S) == said
    other.restore(DetectorState({}))
    assert other.pass_to(7 * S) == said
    assert one.due(7 * S + 10**6) is None
