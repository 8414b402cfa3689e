"""The slope of samples over time, robust against outliers, with how sure it is.

Theil-Sen: the median of the slopes of all pairs; up to 29 % of the samples may be wild without
moving it. Its range is that of the middle slopes, by Kendall's normal approximation (Sen 1968).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from services.domain.detector import Sample

MOST_SAMPLES = 40
"""More samples than this are thinned evenly: all pairs of forty are 780 slopes."""

FEWEST_SAMPLES = 5

SURE = 1.96
"""Standard deviations of the range: 95 %."""


@dataclass(frozen=True, slots=True)
class Slope:
    """Units per second: the estimate, and the range it lies in with 95 %."""

    value: float
    low: float
    high: float
    level: float
    """The value of the line at the newest sample, in the samples' unit."""


def slope(samples: Sequence[Sample]) -> Slope | None:
    """The slope of judged samples in order of time; None: too few, or no time between them."""
    thinned = _thin(samples)
    if len(thinned) < FEWEST_SAMPLES:
        return None
    pairs = sorted(_slopes(thinned))
    if not pairs:
        return None
    middle = median(pairs)
    half = _half_width(len(thinned), len(pairs))
    count = len(pairs)
    low = pairs[max(0, round((count - half) / 2) - 1)]
    high = pairs[min(count - 1, round((count + half) / 2))]
    end = thinned[-1].at
    level = median(_value(s) + middle * (end - s.at) / 1000 for s in thinned)
    return Slope(middle, low, high, level)


def _half_width(samples: int, pairs: int) -> float:
    """How many of the ordered slopes lie within the range."""
    spread = sqrt(samples * (samples - 1) * (2 * samples + 5) / 18)
    return min(SURE * spread, pairs)


def _slopes(samples: Sequence[Sample]) -> list[float]:
    points = [(each.at, _value(each)) for each in samples]
    found: list[float] = []
    for place, (at, value) in enumerate(points):
        found += [(v - value) * 1000 / (t - at) for t, v in points[place + 1 :] if t > at]
    return found


def _thin(samples: Sequence[Sample]) -> Sequence[Sample]:
    if len(samples) <= MOST_SAMPLES:
        return samples
    step = (len(samples) - 1) / (MOST_SAMPLES - 1)
    return [samples[round(place * step)] for place in range(MOST_SAMPLES)]


def _value(sample: Sample) -> float:
    assert sample.value is not None, "only judged samples have a slope"
    return sample.value
