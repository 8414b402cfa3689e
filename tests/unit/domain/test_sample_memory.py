"""The memory of a detector: what it keeps, and when it thins it."""

import pytest

from services.domain.detector import LATE_MS, Sample
from services.domain.sample_memory import Memory, extremes_of_each, last_of_each, turns

S = 1000


def samples(*values: float, every: int = 1) -> list[Sample]:
    return [Sample(place * every, value) for place, value in enumerate(values)]


def test_a_late_one_takes_its_place_for_two_minutes() -> None:
    memory = Memory(3_600 * S)
    memory.keep(Sample(LATE_MS + 5, 2.0))
    assert memory.keep(Sample(5, 1.0)) is True
    assert [each.value for each in memory] == [1.0, 2.0]
    assert memory.keep(Sample(4, 1.0)) is False
    assert memory.keep(Sample(5, 1.0)) is False
    assert memory.keep(Sample(LATE_MS + 5, 2.0)) is False
    assert memory.keep(Sample(LATE_MS + 5, 3.0)) is True, "another value of the same time"
    assert len(memory) == 3


def test_the_one_that_held_into_the_span_stays() -> None:
    memory = Memory(10)
    for at in (0, 5, 10, 15):
        memory.keep(Sample(at, 1.0))
    assert [each.at for each in memory] == [5, 10, 15]
    memory.forget(21)
    assert [each.at for each in memory] == [10, 15]
    memory.forget(1_000)
    assert [each.at for each in memory] == [15]
    assert memory.oldest == memory.newest == Sample(15, 1.0)
    memory.clear()
    assert list(memory) == memory.save() == []


def test_what_holds_nothing_has_neither_end() -> None:
    memory = Memory(10)
    assert memory.oldest is None
    assert memory.newest is None


def test_what_was_heard_within_two_minutes_is_never_thinned() -> None:
    memory = Memory(3_600 * S, extremes_of_each(10 * S))
    for place in range(257):
        memory.keep(Sample(place * 468, float(place % 2)))
    assert memory.samples[-1].at < LATE_MS
    memory.keep(Sample(LATE_MS, 0.5))
    assert len(memory) == 258


def test_a_sample_of_just_two_minutes_ago_may_still_be_joined_by_others() -> None:
    asked: list[int] = []

    def thin(old: list[Sample]) -> list[Sample]:
        asked.append(len(old))
        return old

    memory = Memory(3_600 * S, thin)
    for place in range(256):
        memory.keep(Sample(place, 1.0))
    memory.keep(Sample(LATE_MS, 1.0))
    assert asked == []
    for place in range(257):
        memory.keep(Sample(LATE_MS + 1 + place, 1.0))
    assert asked == []
    memory.keep(Sample(LATE_MS + 258, 1.0))
    assert asked == [256], "all that lie more than two minutes back; 515 are more than twice 257"


@pytest.mark.parametrize("held", [10, 200])
def test_it_thins_again_when_it_has_doubled(held: int) -> None:
    asked: list[int] = []

    def thin(old: list[Sample]) -> list[Sample]:
        asked.append(len(old))
        return old[-held:]

    memory = Memory(10**9, thin)
    place = 0
    while len(asked) < 2:
        memory.keep(Sample(place * LATE_MS, 1.0))
        place += 1
    assert asked[0] == 257 - 2
    assert asked[1] == max(257, 2 * (held + 2) + 1) - 2


def test_what_was_restored_is_thinned_when_it_has_doubled() -> None:
    asked: list[int] = []

    def thin(old: list[Sample]) -> list[Sample]:
        asked.append(len(old))
        return old

    memory = Memory(10**9, thin)
    memory.restore(Sample(place * LATE_MS, 1.0) for place in range(300))
    assert len(memory.save()) == 300
    for place in range(300, 600):
        memory.keep(Sample(place * LATE_MS, 1.0))
    assert asked == []
    memory.keep(Sample(600 * LATE_MS, 1.0))
    assert asked == [599]


def test_the_last_of_each_stretch_and_the_very_first() -> None:
    found = last_of_each(3)(samples(0, 1, 2, 3, 4, 5, 6, 7))
    assert [each.at for each in found] == [0, 2, 5, 7]


def test_the_lowest_and_the_highest_of_each_stretch_and_the_very_first() -> None:
    found = extremes_of_each(4)(samples(5, 9, 1, 5, 3, 3, 8, 2))
    assert [each.at for each in found] == [0, 1, 2, 6, 7]
    flat = extremes_of_each(4)(samples(5, 5, 5, 5, 5))
    assert [each.at for each in flat] == [0, 4]


def test_where_it_turns_and_the_very_first() -> None:
    found = turns(lambda value: value >= 5)(samples(0, 1, 5, 6, 4, 3, 9))
    assert [each.at for each in found] == [0, 2, 4, 6]


def test_thinning_twice_is_thinning_once() -> None:
    values = samples(*(float((7 * n) % 13) for n in range(60)))
    for thin in (last_of_each(7), extremes_of_each(7), turns(lambda value: value > 6)):
        assert thin(thin(values)) == thin(values)
