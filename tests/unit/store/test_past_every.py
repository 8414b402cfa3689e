"""What detectors are told of the stored past: what they were told live, in the order of judging."""

import numpy as np

from services.domain.reading import Quality
from services.store.past_columns import Columns
from services.store.past_every import in_order, taken_live

NAN = float("nan")
DAY_MS = 86_400_000


def columns(*rows: tuple[int, int, float, int]) -> Columns:
    """By (measured, received, value, quality); times in ms."""
    measured, received, value, quality = zip(*rows, strict=True)
    times = np.array(measured, dtype=np.int64), np.array(received, dtype=np.int64)
    judged = np.minimum(*times)
    return Columns(judged, *times, np.array(value), np.array(quality, dtype=np.int64))


def test_a_late_reading_takes_its_place_up_to_two_minutes_behind_the_newest() -> None:
    past = columns((0, 0, 1.0, 0), (80_000, 200_000, 2.0, 0), (79_999, 200_001, 3.0, 0),
                   (200_000, 200_000, 4.0, 0))  # fmt: skip
    assert [each.value for each in in_order({1: taken_live([past])})] == [1.0, 2.0, 4.0]


def test_a_backlog_that_comes_in_order_is_told_whole_unless_it_is_a_day_old() -> None:
    now = 3 * DAY_MS
    past = columns((now - DAY_MS - 1, now, 1.0, 0), (now - DAY_MS, now + 0, 2.0, 0),
                   (now - DAY_MS + 500_000, now + 1, 3.0, 0), (now, now + 2, 4.0, 0))  # fmt: skip
    assert [each.value for each in in_order({1: taken_live([past])})] == [2.0, 3.0, 4.0]


def test_what_was_late_in_another_slice_is_late() -> None:
    first, second = (
        columns((0, 0, 1.0, 0), (10_000, 500_001, 2.0, 0)),
        columns((500_000, 500_000, 3.0, 0)),
    )
    assert len(taken_live([first, second]).value) == 2


def test_points_are_told_in_one_order_bad_readings_and_missing_values_among_them() -> None:
    one = columns((10, 10, 1.0, 0), (30, 30, NAN, 2), (40, 40, 5.0, 2))
    other = columns((10, 10, 7.0, 1), (20, 20, 8.0, 0))
    told = [(r.point_id, r.measured_at, r.value, r.quality) for r in in_order({2: other, 1: one})]
    assert told == [
        (1, 10, 1.0, Quality.GOOD),
        (2, 10, 7.0, Quality.UNCERTAIN),
        (2, 20, 8.0, Quality.GOOD),
        (1, 30, None, Quality.BAD),
        (1, 40, 5.0, Quality.BAD),
    ]
    assert list(in_order({})) == []
