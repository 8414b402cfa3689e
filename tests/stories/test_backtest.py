"""Back-tests: other rules over the same past, and which alarms appear and vanish."""

import random

import numpy as np
import pytest

from services.domain.backtest import Backtest, Comparison, Trial
from services.domain.history import judge_history
from services.domain.reading import Quality, Reading
from services.domain.rule import LimitRule
from services.store.past_columns import Columns
from services.store.past_sieve import Sieve
from tests.stories.park import GAS, ms, rule


def told(*values: tuple[float, float]) -> list[Reading]:
    """Readings by (second, value)."""
    return [Reading(GAS.id, ms(at), ms(at), value, Quality.GOOD) for at, value in values]


def tried(
    today: tuple[LimitRule, ...], proposed: tuple[LimitRule, ...], *values: tuple[float, float]
) -> Backtest:
    comparison = Comparison()
    comparison.add(Trial(GAS, today, proposed), told(*values))
    return comparison.result(ms(0), ms(100_000), len(values), 0)


def test_a_higher_limit_makes_the_small_one_vanish_and_keeps_the_big_one() -> None:
    past = ((0, 10.0), (10, 28.0), (20, 10.0), (30, 60.0), (40, 10.0))
    found = tried((rule("H", 25),), (rule("H", 35),), *past)
    assert (found.today.alarms, found.proposed.alarms) == (2, 1)
    assert (found.appearing, found.vanishing) == (0, 1)
    (gone,) = found.vanishes
    assert (gone.tag, gone.condition, gone.limit, gone.value) == ("GT-101", "H", 25, 28.0)
    assert (gone.raised_at, gone.ended_at) == (ms(10), ms(20))


def test_a_new_low_limit_makes_alarms_appear_beside_those_of_the_other_direction() -> None:
    past = ((0, 30.0), (10, 4.0), (20, 30.0))
    found = tried((rule("H", 25),), (rule("H", 25), rule("L", 5, 3)), *past)
    assert found.today.by_grade == (0, 2, 0, 0)
    assert found.proposed.by_grade == (0, 2, 1, 0)
    assert [(each.condition, each.raised_at) for each in found.appears] == [("L", ms(10))]
    assert found.vanishing == 0


def test_what_begins_elsewhere_but_overlaps_is_the_same_alarm() -> None:
    past = ((0, 10.0), (10, 22.0), (20, 30.0), (60, 10.0))
    found = tried((rule("H", 25),), (rule("H", 20, 1, on=5),), *past)
    assert (found.appearing, found.vanishing) == (0, 0)
    assert (found.today.by_grade, found.proposed.by_grade) == ((0, 1, 0, 0), (1, 0, 0, 0))


def test_an_alarm_counts_by_its_worst_grade() -> None:
    past = ((0, 10.0), (10, 30.0), (20, 60.0), (30, 30.0), (40, 0.0))
    found = tried((), (rule("H", 25), rule("HH", 50, 1)), *past)
    assert found.proposed.by_grade == (1, 0, 0, 0)
    assert [(each.condition, each.value) for each in found.appears] == [("HH", 60.0)]


def test_a_deadband_ends_the_flood_that_it_would_have_spared() -> None:
    past = [(second * 10.0, 24.0 if second % 2 else 26.0) for second in range(60)]
    found = tried((rule("H", 25),), (rule("H", 25, deadband=3),), *past)
    assert (found.today.alarms, found.proposed.alarms) == (30, 1)
    assert (len(found.today.floods), len(found.proposed.floods)) == (1, 0)
    assert found.today.floods[0].peak == 30
    # The one that lasts is the first of today's; the other 29 are within it: the same.
    assert (found.appearing, found.vanishing) == (0, 0)


def columns(readings: list[Reading]) -> Columns:
    return Columns(
        np.array([each.judged_at for each in readings], dtype=np.int64),
        np.array([each.measured_at for each in readings], dtype=np.int64),
        np.array([each.received_at for each in readings], dtype=np.int64),
        np.array([each.value for each in readings], dtype=np.float64),
    )


@pytest.mark.parametrize("seed", range(200))
def test_the_sieve_loses_no_occurrence(seed: int) -> None:
    """Whatever the rules and however slices cut the past: as if every reading had been judged."""
    chance = random.Random(seed)
    rules = tuple(
        rule(name, chance.randrange(-3, 4), chance.randrange(1, 5), deadband=chance.choice((0, 1, 2)),
             on=chance.choice((0, 0, 1, 3)), off=chance.choice((0, 0, 1, 3)))
        for name in chance.sample(("HH", "H", "L", "LL"), chance.randrange(1, 5))
    )  # fmt: skip
    times = [chance.randrange(60) / 2 for _ in range(120)] if seed % 2 else range(30)
    past = told(*((at, float(chance.randrange(-6, 7))) for at in times))
    for each in past:
        each.received_at += chance.choice((0, 0, 500, -500)) if seed % 4 else 0
    past.sort(key=lambda r: (r.judged_at, r.measured_at, r.value))
    sieve = Sieve(rules)
    cuts = [*sorted(chance.choices(range(60), k=chance.randrange(3))), 61]
    kept: list[Reading] = []
    start = -10.0
    for cut in cuts:
        part = [r for r in past if ms(start) <= r.judged_at < ms(cut / 2)]
        kept += sieve.sift(columns(part)).readings(GAS.id) if part else []
        start = cut / 2
    whole = judge_history(GAS, lambda _at: rules, past).occurrences
    assert judge_history(GAS, lambda _at: rules, kept).occurrences == whole


def test_the_sieve_lets_through_only_what_changes_something() -> None:
    quiet = told(*((second, 10.0 + second % 7) for second in range(1000)))
    sieve = Sieve((rule("H", 25, deadband=2), rule("L", 2)))
    assert len(sieve.sift(columns(quiet)).value) == 2
    # Inactive, the lower bound of the deadband is no bound: first, last, the crossing and its end.
    near = told(*((second, 24.0 if second % 2 else 22.0) for second in range(100)), (200, 30.0),
                (201, 24.0), (202, 30.0), (300, 22.0), (301, 24.0), (302, 22.0))  # fmt: skip
    found = sieve.sift(columns(near)).readings(GAS.id)
    assert [(each.measured_at - ms(0)) // 1000 for each in found] == [0, 200, 300, 302]
