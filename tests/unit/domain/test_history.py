"""Rules looked up over time, and a replay that stops where it meets the record."""

from dataclasses import replace

import pytest

from services.domain.directory import Directory
from services.domain.history import RulesOverTime, judge_history
from services.domain.judgement import PointState
from services.domain.reading import Quality, Reading
from services.domain.rule import LimitRule
from tests.stories.park import GAS, ms, rule

FIRST = rule("H", 25, since=0, until=100)
SECOND = rule("H", 40, version=2, since=100, until=200)


def directory() -> Directory:
    made = Directory()
    made.put(GAS)
    made.put_rule(FIRST)
    made.put_rule(SECOND)
    return made


@pytest.mark.parametrize(
    "order", [(-1, 0, 50, 99.999, 100, 199.999, 200), (200, 100, 99.999, 0, -1), (150, 50, 150)]
)
def test_the_rules_of_a_moment_are_those_in_force_then_in_whatever_order_one_asks(
    order: tuple[float, ...],
) -> None:
    known = directory()
    rules_at = RulesOverTime(known, GAS.id)
    for at in order:
        version = next((v for v, a, b in ((1, 0, 100), (2, 100, 200)) if a <= at < b), None)
        assert [each.version for each in rules_at(ms(at))] == ([version] if version else [])


def readings(*values: tuple[float, float]) -> list[Reading]:
    return [Reading(GAS.id, ms(at), ms(at), value, Quality.GOOD) for at, value in values]


def always(*rules: LimitRule) -> RulesOverTime:
    made = Directory()
    made.put(GAS)
    for each in rules:
        made.put_rule(each)
    return RulesOverTime(made, GAS.id)


PAST = readings((0, 10), (10, 40), (20, 10), (30, 10), (40, 50), (50, 10))


def test_where_the_record_agrees_after_what_was_dirty_judging_stops() -> None:
    rules = always(rule("H", 25))
    record = judge_history(GAS, rules, PAST).states
    again = judge_history(GAS, rules, PAST, None, record, settle_after=ms(20))
    assert again.settled_at == ms(30)
    assert again.states == ()
    assert [o.raised_at for o in again.occurrences] == [ms(10)]


def test_where_it_does_not_it_goes_on_and_puts_the_record_right() -> None:
    rules = always(rule("H", 25))
    record = judge_history(GAS, rules, PAST).states
    wrong = [replace(state, standing=(), levels=()) for state in record]
    again = judge_history(GAS, rules, PAST, None, wrong, settle_after=ms(5))
    assert ([state.at for state in again.states], again.settled_at) == ([ms(10)], ms(20))
    whole = judge_history(GAS, rules, PAST, None, wrong)
    assert ([state.at for state in whole.states], whole.settled_at) == ([ms(10), ms(40)], None)


def test_a_state_on_record_that_should_not_be_is_put_right() -> None:
    rules = always(rule("H", 25))
    found = judge_history(GAS, rules, PAST[:1])
    assert found.states == ()
    stray = PointState(GAS.id, ms(0), judge_history(GAS, rules, PAST[:2]).states[-1].levels)
    (right,) = judge_history(GAS, rules, PAST[:1], None, [stray]).states
    assert (right.at, right.levels, right.standing) == (ms(0), (), ())


def test_a_limit_that_came_between_two_readings_is_judged_from_its_beginning() -> None:
    known = directory()
    past = readings((0, 45), (150, 45), (250, 45))
    found = judge_history(GAS, RulesOverTime(known, GAS.id), past)
    told = [(o.raised_at, o.ended_at, o.steps[-1].limit) for o in found.occurrences]
    assert told == [(ms(0), ms(100), 25), (ms(100), ms(200), 40)]


def test_before_any_reading_there_is_nothing_to_hold_a_new_limit_against() -> None:
    late = always(rule("H", 25, since=100))
    found = judge_history(GAS, late, readings((150, 45)))
    assert [o.raised_at for o in found.occurrences] == [ms(150)]
