"""The past in any order of arrival ends in the alarms of the whole past."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.property.oracle import lives
from tests.stories.park import DAY, Park, rule

values = st.sampled_from([2.0, 8.0, 12.0, 22.0, 24.0, 40.0, 45.0, 60.0])
pasts = st.dictionaries(st.integers(0, 200), values, min_size=1, max_size=30)
deadbands = st.sampled_from([0.0, 3.0, 6.0])


@settings(max_examples=200, deadline=None)
@given(pasts, deadbands, st.integers(1, 8), st.randoms(use_true_random=False))
def test_shuffled_batches(
    past: dict[int, float], deadband: float, size: int, chance: random.Random
) -> None:
    rules = (
        rule("H", 25, deadband=deadband),
        rule("HH", 50, 1, deadband=deadband),
        rule("L", 5, deadband=deadband),
    )
    arriving = list(past.items())
    chance.shuffle(arriving)
    park = Park(*rules)
    for first in range(0, len(arriving), size):
        batch = arriving[first : first + size]
        park.judge([park.reading(value, at, 10 * DAY) for at, value in batch])
        park.replay()
    expected = lives(rules, {at: [value] for at, value in past.items()}, max(past))
    found = {
        (
            str(alarm.direction),
            round(start),
            None if end is None else round(end),
            condition,
        )
        for alarm in park.alarms.values()
        for start, end, condition in [park.life(alarm)]
    }
    assert found == expected
    assert len(park.alarms) == len(expected)
    assert all(alarm.historical for alarm in park.alarms.values())
    assert park.engine.judge([], 0).dirty == []


@settings(max_examples=100, deadline=None)
@example(
    {0: 40.0, 7: 2.0, 11: 2.0, 1: 2.0, 2: 2.0, 3: 2.0, 8: 40.0, 4: 40.0, 15: 2.0}, 0.0, 1
)  # one alarm was corrected to where another one had begun
@given(pasts, deadbands, st.integers(1, 8))
def test_the_same_past_twice_says_nothing(
    past: dict[int, float], deadband: float, size: int
) -> None:
    park = Park(rule("H", 25, deadband=deadband, on=3, off=4), rule("HH", 50, 1, off=9))
    arriving = list(past.items())
    for turn in range(2):
        for first in range(0, len(arriving), size):
            batch = arriving[first : first + size]
            park.judge([park.reading(value, at, 10 * DAY) for at, value in batch])
            told = park.replay()
            assert turn == 0 or told == []
            assert turn == 0 or not park.last
