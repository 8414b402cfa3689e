"""What holds for every kind of rule that is more than a limit, and for what it remembers."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.detector import LATE_MS, Detector, Sample
from services.domain.deviation import Deviation
from services.domain.forecast import Forecast
from services.domain.rate_of_change import RateOfChange
from services.domain.reading import Quality
from services.domain.recurrence import Recurrence
from services.domain.rule import Direction
from services.domain.sample_memory import Memory, extremes_of_each, last_of_each, turns
from services.domain.signal_band import BadQuality, SignalFault
from services.domain.state_watch import StateWatch
from services.domain.stuck import Stuck
from services.domain.voting import Voting
from tests.unit.domain.test_detectors import S

MAKERS: dict[str, Callable[[], Detector]] = {
    "rate": lambda: RateOfChange(1, Direction.HIGH, 0.5),
    "deviation": lambda: Deviation([1, 2], 5),
    "stuck": lambda: Stuck(1, 60, 0.1),
    "signal": lambda: SignalFault(1, (0, 100)),
    "bad": lambda: BadQuality(1),
    "voting": lambda: Voting([1, 2], 2, 25),
    "recurrence": lambda: Recurrence(1, lambda value: value > 25, 2, 60),
    "forecast": lambda: Forecast(1, Direction.HIGH, 50, 600, 60),
    "state": lambda: StateWatch(1, {1}),
}

SAMPLES = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from([0.0, 10.0, 20.0, 30.0, 40.0, 60.0])),
    min_size=1,
    max_size=40,
    unique_by=lambda each: each[0],
)


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in ("rate", "deviation")])
@given(samples=SAMPLES, seed=st.integers(0, 1_000))
def test_the_order_of_arrival_does_not_change_what_is_known(
    name: str, samples: list[tuple[int, float]], seed: int
) -> None:
    """All within the time a late one is judged live; what has a deadband depends on its past."""
    ordered, shuffled = MAKERS[name](), MAKERS[name]()
    mixed = list(samples)
    random.Random(seed).shuffle(mixed)
    end = max(second for second, _ in samples) * S
    for second, value in sorted(samples):
        ordered.take(1, Sample(second * S, value))
    for second, value in mixed:
        shuffled.take(1, Sample(second * S, value))
    one, other = ordered.pass_to(end), shuffled.pass_to(end)
    assert (one.active, one.value) == (other.active, other.value)


@pytest.mark.parametrize("name", MAKERS)
@given(samples=SAMPLES)
def test_a_repeat_changes_nothing(name: str, samples: list[tuple[int, float]]) -> None:
    once, twice = MAKERS[name](), MAKERS[name]()
    for second, value in sorted(samples):
        sample = Sample(second * S, value)
        found = once.take(1, sample)
        twice.take(1, sample)
        assert twice.take(1, sample) == found


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "bad"])
def test_what_is_not_judged_never_makes_an_alarm_nor_ends_one(name: str) -> None:
    detector = MAKERS[name]()
    found = [detector.take(1, Sample(s * S, math.inf, Quality.BAD)).active for s in range(100)]
    assert True not in found
    assert False not in found


def test_a_memory_is_bounded_in_time_and_number_and_takes_nothing_too_late() -> None:
    memory = Memory(10 * S, most=5)
    for second in range(100):
        memory.keep(Sample(second * S, 1.0))
    assert [sample.at // S for sample in memory] == [95, 96, 97, 98, 99]
    assert not memory.keep(Sample(99 * S - LATE_MS - 1, 1.0))
    assert not memory.keep(Sample(99 * S, 1.0))


def test_what_is_old_is_thinned_and_what_may_still_change_is_not() -> None:
    memory = Memory(3_600 * S, last_of_each(36 * S))
    for tenth in range(36_000):
        memory.keep(Sample(tenth * 100, float(tenth)))
    fresh = [sample for sample in memory if sample.at >= memory.samples[-1].at - LATE_MS]
    assert len(fresh) == 1_201
    assert len(memory) < 2 * 1_201 + 2 * 100
    assert memory.oldest is not None
    assert memory.oldest.at <= 36 * S


def test_extremes_and_turns_survive_the_thinning() -> None:
    spike = [Sample(s * S, 100.0 if s == 777 else 5.0) for s in range(2_000)]
    extremes, flips = Memory(3_600 * S, extremes_of_each(36 * S)), Memory(3_600 * S, turns(_high))
    for sample in spike:
        extremes.keep(sample)
        flips.keep(sample)
    assert max(sample.value or 0.0 for sample in extremes) == 100.0
    began = [s.at for s, before in zip(flips.samples[1:], flips.samples, strict=False)
             if _high(s.value or 0.0) and not _high(before.value or 0.0)]  # fmt: skip
    assert began == [777 * S]
    assert len(flips) < 600


def _high(value: float) -> bool:
    return value > 50


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=30)
@given(samples=SAMPLES)
def test_what_was_saved_goes_on_as_it_was(name: str, samples: list[tuple[int, float]]) -> None:
    ordered = sorted(samples)
    half = len(ordered) // 2
    whole, first, second = MAKERS[name](), MAKERS[name](), MAKERS[name]()
    for at, value in ordered[:half]:
        whole.take(1, Sample(at * S, value))
        first.take(1, Sample(at * S, value))
    second.restore(first.save())
    for at, value in ordered[half:]:
        assert second.take(1, Sample(at * S, value)) == whole.take(1, Sample(at * S, value))
    assert second.due(0) == whole.due(0)
    assert second.pass_to(500 * S) == whole.pass_to(500 * S)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=30)
@given(samples=SAMPLES)
def test_silence_changes_nothing_before_it_is_due(
    name: str, samples: list[tuple[int, float]]
) -> None:
    detector, last = MAKERS[name](), 0
    for second, value in sorted(samples):
        last = second * S
        detector.take(1, Sample(last, value))
    said = detector.pass_to(last).active
    due = detector.due(last)
    assert detector.pass_to((due or last + 10_000 * S) - 1).active is said
