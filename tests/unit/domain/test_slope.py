"""The robust slope, by hand."""

import random
from statistics import median

import pytest

from services.domain.detector import Sample
from services.domain.slope import Slope, slope

S = 1000


def line(*values: float) -> list[Sample]:
    return [Sample(second * S, value) for second, value in enumerate(values)]


def test_four_samples_are_too_few_and_five_are_enough() -> None:
    assert slope(line(0, 1, 2, 3)) is None
    assert slope(line(0, 2, 4, 6, 8)) == Slope(2.0, 2.0, 2.0, 8.0)


def test_its_range_is_that_of_the_ranks_of_sen() -> None:
    """n = 10: C = 1.96·√(10·9·25/18) = 21.9; of 45 slopes the (45 - 21.9)/2 ≈ 12th and, from the
    other end, the (45 + 21.9)/2 + 1 ≈ 34th."""
    values = [2.0**n for n in range(10)]
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(10) for j in range(i + 1, 10))
    found = slope(line(*values))
    assert found is not None
    assert (found.low, found.value, found.high) == (slopes[11], slopes[22], slopes[33])
    reached = [value + slopes[22] * (9 - second) for second, value in enumerate(values)]
    assert found.level == pytest.approx(median(reached))


def test_of_five_samples_nearly_all_slopes_are_in_the_range() -> None:
    """n = 5: C = 1.96·√(5·4·15/18) = 8.0; of 10 slopes the 1st and the 10th."""
    values = [2.0**n for n in range(5)]
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(5) for j in range(i + 1, 5))
    found = slope(line(*values))
    assert found is not None
    assert (found.low, found.high) == (slopes[0], slopes[9])


def test_samples_of_one_moment_have_no_slope_between_them() -> None:
    assert slope([Sample(0, float(n)) for n in range(5)]) is None
    twice = [*line(0, 1, 2, 3, 4), Sample(4 * S, 4.0)]
    found = slope(twice)
    assert found is not None
    assert (found.value, found.level) == (1.0, 4.0)


def test_more_than_forty_are_thinned_evenly_from_the_first_to_the_last() -> None:
    chance = random.Random(3)
    values = [chance.uniform(0, 10) for _ in range(79)]
    whole = line(*values)
    assert slope(whole) == slope(whole[::2])
    assert slope(whole[:40]) != slope(whole[:39])
