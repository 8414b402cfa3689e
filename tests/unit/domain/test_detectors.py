"""Rules that are more than a limit: what each finds, and what it refuses to judge."""

import random
from collections.abc import Iterable
from statistics import linear_regression

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.detector import Detector, Finding, Sample
from services.domain.deviation import Deviation
from services.domain.forecast import Forecast
from services.domain.rate_of_change import RateOfChange
from services.domain.reading import Quality
from services.domain.recurrence import Recurrence
from services.domain.rule import Direction
from services.domain.signal_band import BadQuality, Band, SignalFault, band
from services.domain.slope import slope
from services.domain.state_watch import StateWatch
from services.domain.stuck import Stuck
from services.domain.voting import Voting

S = 1000


def told(
    detector: Detector, values: Iterable[tuple[float, float | None]], point: int = 1
) -> Finding:
    """The finding after readings at (seconds, value)."""
    last = Finding(0, None)
    for second, value in values:
        last = detector.take(point, Sample(round(second * S), value))
    return last


def ramp(start: float, per_s: float, seconds: Iterable[int]) -> list[tuple[float, float | None]]:
    return [(second, start + per_s * second) for second in seconds]


# Rate of change


def test_a_rise_faster_than_its_limit_is_found_and_over_beyond_its_deadband() -> None:
    detector = RateOfChange(1, Direction.HIGH, limit=0.5, deadband=0.2, span_s=60)
    assert told(detector, ramp(0, 0.4, range(0, 61, 10))).active is False
    assert told(
        detector, [(second, 24 + 1.0 * (second - 60)) for second in range(70, 131, 10)]
    ).active
    held = told(detector, [(second, 94 + 0.35 * (second - 130)) for second in range(140, 201, 10)])
    assert held.active is True
    assert held.value == pytest.approx(0.35)
    assert told(detector, [(second, 118.5) for second in range(210, 300, 10)]).active is False


def test_a_fall_mirrors_a_rise() -> None:
    detector = RateOfChange(1, Direction.LOW, limit=0.5)
    assert told(detector, ramp(100, -0.6, range(0, 61, 5))).active is True


def test_too_little_time_or_a_gap_is_no_rate() -> None:
    detector = RateOfChange(1, Direction.HIGH, limit=0.1, span_s=60)
    assert told(detector, [(0, 0), (20, 50)]).active is None
    assert told(detector, [(500, 5_000)]).active is None


# Deviation


def pair(smooth_s: float = 10) -> Deviation:
    return Deviation([1, 2], limit=5, deadband=1, smooth_s=smooth_s, fresh_s=60)


def test_two_that_disagree_deviate() -> None:
    detector = pair()
    told(detector, [(0, 50)], 1)
    assert told(detector, [(1, 53)], 2).active is False
    told(detector, [(20, 50)], 1)
    found = told(detector, [(21, 56)], 2)
    assert (found.active, found.value, found.low, found.high) == (True, 6, 50, 56)
    assert told(detector, [(40, 51.5)], 1).active is True
    assert told(detector, [(60, 52.5)], 1).active is False
    assert detector.outlier(60 * S) is None


def test_of_three_the_one_apart_is_named() -> None:
    detector = Deviation([1, 2, 3], limit=5)
    for point, value in ((1, 50), (2, 61), (3, 51)):
        told(detector, [(0, value)], point)
    assert detector.outlier(0) == 2


def test_one_wild_sample_among_many_is_no_deviation() -> None:
    detector = pair()
    told(detector, [(second, 50) for second in range(10)], 2)
    assert told(detector, [*((s, 50) for s in range(9)), (9, 90)], 1).active is False


def test_a_silent_or_bad_partner_leaves_nothing_to_compare() -> None:
    detector = pair()
    told(detector, [(0, 50)], 2)
    assert told(detector, [(61, 90)], 1).active is None
    told(detector, [(62, 50)], 2)
    assert detector.take(2, Sample(63 * S, 50, Quality.BAD)).active is None


# Stuck


def test_a_value_that_does_not_move_is_stuck() -> None:
    detector = Stuck(1, span_s=100, tolerance=0.1)
    still = [(second, 7.0 + 0.05 * (second % 20 == 0)) for second in range(0, 101, 10)]
    assert told(detector, still[:-3]).active is None
    assert told(detector, still).active is True
    assert told(detector, [(110, 7.5)]).active is False


def test_where_its_witness_rests_it_may_rest_too() -> None:
    level = [(second, 5.0) for second in range(0, 101, 10)]
    resting = Stuck(1, 100, 0.1, witness=2, witness_moves=1.0)
    told(resting, [(second, 3.0) for second in range(0, 101, 10)], 2)
    assert told(resting, level).active is None
    fed = Stuck(1, 100, 0.1, witness=2, witness_moves=1.0)
    told(fed, [(second, second / 10) for second in range(0, 101, 10)], 2)
    assert told(fed, level).active is True


def test_a_silent_point_is_not_stuck_but_silent() -> None:
    detector = Stuck(1, 100)
    assert told(detector, [(second, 5.0) for second in range(0, 101, 10)]).active is True
    assert detector.pass_to(120 * S).active is None


# Signal


@pytest.mark.parametrize(
    ("current", "found"),
    [(0, Band.FAILURE_LOW), (3.6, Band.FAILURE_LOW), (3.7, Band.SATURATED_LOW),
     (3.8, Band.MEASURING), (12, Band.MEASURING), (20.5, Band.MEASURING),
     (20.8, Band.SATURATED_HIGH), (21, Band.FAILURE_HIGH), (25, Band.FAILURE_HIGH)],
)  # fmt: skip
def test_the_bands_of_ne_43(current: float, found: Band) -> None:
    assert band(current) is found


def test_a_value_below_its_range_gives_the_broken_wire_away() -> None:
    detector = SignalFault(1, (0.0, 100.0))
    assert told(detector, [(0, 0.0)]).active is False
    found = told(detector, [(1, -2.6)])
    assert found.active is True
    assert found.value == pytest.approx(3.584)
    assert told(detector, [(2, None)]).active is True


def test_bad_quality_is_a_finding_of_its_own() -> None:
    detector = BadQuality(1)
    assert detector.take(1, Sample(0, 5.0, Quality.UNCERTAIN)).active is False
    assert detector.take(1, Sample(1, 5.0, Quality.BAD)).active is True
    assert detector.take(1, Sample(2, None, Quality.BAD)).active is True
    assert detector.take(1, Sample(1, 5.0)).active is True, "an older one says nothing new"
    assert detector.take(1, Sample(3, 5.0)).active is False


# Voting


def test_two_of_three_within_a_minute() -> None:
    detector = Voting([1, 2, 3], needed=2, limit=25, window_s=60)
    assert detector.pass_to(0).active is None
    assert told(detector, [(0, 30), (5, 0)], 1).active is False
    found = told(detector, [(40, 26)], 2)
    assert (found.active, found.value) == (True, 2)
    assert told(detector, [(100, 0)], 3).active is False


def test_who_stays_beyond_its_limit_votes_however_long_ago_it_said_so() -> None:
    detector = Voting([1, 2], needed=2, limit=25, window_s=60)
    told(detector, [(0, 30)], 1)
    assert told(detector, [(3_600, 30)], 2).active is True
    assert detector.voters(3_600 * S) == [1, 2]


# Recurrence


def test_the_third_beginning_within_the_span_is_too_often() -> None:
    detector = Recurrence(1, lambda value: value >= 10, needed=3, span_s=100)
    beats = [(0, 0), (10, 10), (15, 12), (20, 0), (30, 10), (40, 0)]
    assert told(detector, [(s, float(v)) for s, v in beats]).active is False
    assert told(detector, [(50, 11.0)]).active is True
    assert detector.pass_to(111 * S).active is False


def trembling(seconds: Iterable[int]) -> list[tuple[float, float | None]]:
    """About a limit of 10, never back beyond a deadband of 1."""
    return [(second, 10.0 if second % 2 else 9.5) for second in seconds]


def test_who_trembles_about_a_limit_counts_once_with_a_deadband() -> None:
    def counted(deadband: float) -> Recurrence:
        return Recurrence(
            1, lambda value: value >= 10, 3, 100, lambda v: v >= 10 or v < 10 - deadband
        )

    assert told(counted(0), [(0, 0.0), *trembling(range(1, 9))]).active is True
    wide = counted(1)
    assert told(wide, [(0, 0.0), *trembling(range(1, 9))]).value == 1
    assert told(wide, [(20, 8.9), (21, 9.5), (22, 10.0)]).value == 2, "back, and reached anew"
    assert told(wide, [(30, 8.9), (31, 10.0)]).active is True


def test_in_whatever_order_and_over_a_restart_a_deadband_finds_the_same() -> None:
    course: list[tuple[float, float | None]] = [
        (0, 0.0), (2, 10.0), (4, 9.5), (6, 10.0), (8, 8.0), (10, 9.5), (12, 10.0), (14, 9.2),
    ]  # fmt: skip
    counts: set[float | None] = set()
    for seed in range(20):
        orders = course[:]
        random.Random(seed).shuffle(orders)
        kind = Recurrence(1, lambda v: v >= 10, 3, 100, lambda v: v >= 10 or v < 9)
        told(kind, orders[:4])
        again = Recurrence(1, lambda v: v >= 10, 3, 100, lambda v: v >= 10 or v < 9)
        again.restore(kind.save())
        told(again, orders[4:])
        counts.add(again.pass_to(14 * S).value)
    assert counts == {2.0}


# Forecast


def test_a_steady_rise_is_foreseen_with_its_range() -> None:
    chance = random.Random(7)
    rise = [(s, 50 + 0.05 * s + chance.gauss(0, 0.2)) for s in range(0, 601, 10)]
    found = told(Forecast(1, Direction.HIGH, limit=95, horizon_s=600), rise)
    assert found.active is True
    assert found.value == pytest.approx((95 - 80) / 0.05, rel=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 300 <= found.high


def test_noise_without_a_trend_is_no_forecast() -> None:
    for seed in range(50):
        chance = random.Random(seed)
        calm = [(s, 90 + chance.gauss(0, 1)) for s in range(0, 601, 10)]
        assert told(Forecast(1, Direction.HIGH, 95, 600), calm).active is not True


def test_wild_samples_do_not_turn_the_line() -> None:
    rise = ramp(50, 0.05, range(0, 601, 10))
    wild = [(s, 0.0 if index % 5 == 0 else v) for index, (s, v) in enumerate(rise)]
    found = told(Forecast(1, Direction.HIGH, 95, 600), wild)
    assert found.value == pytest.approx(300, rel=0.05)


def test_a_fall_towards_a_low_limit() -> None:
    found = told(Forecast(1, Direction.LOW, 20, 900), ramp(80, -0.08, range(0, 601, 10)))
    assert found.active is True
    assert found.value == pytest.approx(150)


def test_one_that_is_there_already_is_an_alarm_not_a_forecast() -> None:
    beyond = ramp(60, 0.1, range(0, 601, 10))
    assert told(Forecast(1, Direction.HIGH, 95, 600), beyond).active is False


def test_it_says_nothing_before_its_span_and_after_a_silence() -> None:
    detector = Forecast(1, Direction.HIGH, 95, 600)
    assert told(detector, ramp(50, 0.05, range(0, 401, 10))).active is None
    assert told(detector, ramp(50, 0.05, range(410, 601, 10))).active is True
    assert detector.pass_to(800 * S).active is None


@given(
    st.lists(st.floats(-100, 100), min_size=5, max_size=30),
    st.floats(-5, 5),
    st.floats(-1000, 1000),
)
def test_a_slope_follows_a_line_laid_under_it(
    values: list[float], per_s: float, start: float
) -> None:
    plain = slope([Sample(second * S, value) for second, value in enumerate(values)])
    laid = [Sample(s * S, value + start + per_s * s) for s, value in enumerate(values)]
    tilted = slope(laid)
    assert plain is not None
    assert tilted is not None
    for one, other in zip(
        (plain.value, plain.low, plain.high), (tilted.value, tilted.low, tilted.high), strict=True
    ):
        assert other == pytest.approx(one + per_s, abs=1e-6)
    assert tilted.low <= tilted.value <= tilted.high


def test_without_outliers_it_is_the_line_of_least_squares_and_as_sure_as_it_says() -> None:
    xs = list(range(0, 300, 10))
    covered = 0
    for seed in range(100):
        chance = random.Random(seed)
        ys = [3 + 0.2 * x + chance.gauss(0, 0.5) for x in xs]
        found = slope([Sample(x * S, y) for x, y in zip(xs, ys, strict=True)])
        assert found is not None
        assert found.value == pytest.approx(linear_regression(xs, ys).slope, rel=0.05)
        covered += found.low <= 0.2 <= found.high
    assert covered >= 90


# State


def test_a_state_that_is_an_alarm_holds_until_the_next() -> None:
    detector = StateWatch(1, {1, 6})
    assert told(detector, [(0, 0.0)]).active is False
    assert told(detector, [(1, 1.0)]).active is True
    assert detector.pass_to(10**9).active is True
    assert told(detector, [(2, None)]).active is True
    assert told(detector, [(3, 0.0)]).active is False
