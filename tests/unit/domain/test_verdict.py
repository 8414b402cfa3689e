"""Comparators, step by step: what they hold between readings, and when they turn."""

from services.domain.alarm import EventKind
from services.domain.judgement import Cause, PointState
from services.domain.limits import Limits
from services.domain.rule import LimitRule
from services.domain.verdict import Judged, Trace, advance, freeze, is_like, judge, rebook, thaw
from tests.stories.park import GAS, ms, rule

H = rule("H", 25, deadband=5, on=10, off=20)
HH = rule("HH", 50, 1)


def limits(*rules: LimitRule) -> Limits:
    return Limits.of(GAS, rules)


def run(rules: Limits, *samples: tuple[float, float]) -> tuple[Judged, Trace]:
    state, trace = Judged.quiet(rules), Trace()
    for at, value in samples:
        cause = Cause(ms(at), ms(at), value)
        state = judge(rules, state, ms(at), cause, cause, trace)
    return state, trace


def test_the_order_of_rules_does_not_matter() -> None:
    assert limits(H, HH) == limits(HH, H)
    assert limits(H, HH).high_at == 25
    assert limits(rule("L", 10), rule("LL", 5)).low_at == 10


def test_quiet_is_the_very_same_state() -> None:
    rules = limits(H, HH)
    state, trace = run(rules, (0, 1))
    assert state.is_quiet
    cause = Cause(ms(1), ms(1), 2)
    assert judge(rules, state, ms(1), cause, cause, trace) is state
    assert trace == Trace()


def test_a_pending_comparator_is_due_and_remembers_its_reading() -> None:
    state, trace = run(limits(H), (0, 30), (4, 31))
    (level,) = state.levels
    assert (level.active, level.since, state.due) == (False, ms(0), ms(10))
    assert level.cause == Cause(ms(0), ms(0), 30)
    assert list(trace.changes) == [ms(0)]
    assert trace.verdicts == []


def test_delays_run_out_one_after_the_other() -> None:
    rules = limits(H, rule("HH", 50, 1, on=15))
    state, trace = run(rules, (0, 60))
    state = advance(rules, state, ms(100), trace)
    assert [(v.event, v.at) for v in trace.verdicts] == [
        (EventKind.RAISED, ms(10)),
        (EventKind.ESCALATED, ms(15)),
    ]
    assert state.due is None
    assert [level.active for level in state.levels] == [True, True]


def test_a_delay_is_not_out_before_its_time() -> None:
    rules = limits(H)
    state, trace = run(rules, (0, 60))
    assert advance(rules, state, ms(10) - 1, trace) is state
    assert advance(rules, state, ms(10), trace) is not state


def test_the_worse_of_one_instant_per_direction() -> None:
    rules = limits(HH, rule("L", 10))
    trace = Trace()
    high, low = Cause(ms(0), ms(0), 70), Cause(ms(0), ms(0), 3)
    state = judge(rules, Judged.quiet(rules), ms(0), high, low, trace)
    assert [v.standing.step.value for v in trace.verdicts] == [70, 3]
    assert None not in state.standing


def test_frozen_and_thawed_it_judges_alike() -> None:
    rules = limits(H, HH)
    state, _ = run(rules, (0, 60), (5, 30), (12, 10))
    again = thaw(rules, freeze(1, ms(12), state))
    assert again == state
    assert is_like(again, state)


def test_idle_comparators_are_left_out_of_the_record() -> None:
    state, _ = run(limits(H, HH), (0, 1))
    assert freeze(1, ms(0), state) == PointState(1, ms(0))


def test_states_differ_by_what_they_wait_for() -> None:
    rules = limits(H)
    one, other = run(rules, (0, 30))[0], run(rules, (1, 30))[0]
    assert not freeze(1, ms(1), one).is_like(freeze(1, ms(1), other))
    assert freeze(1, ms(1), one).is_like(freeze(1, ms(9), one))


def test_what_stands_by_a_rule_that_is_gone_is_not_thawed() -> None:
    state, _ = run(limits(HH), (0, 60))
    assert thaw(limits(H), freeze(1, ms(0), state)).is_quiet


def test_a_new_rule_on_a_quiet_point_is_no_change() -> None:
    old, new = limits(), limits(HH)
    trace = Trace()
    state = rebook(old, new, Judged.quiet(old), ms(5), Cause(ms(0), ms(0), 1), trace)
    assert state.is_quiet
    assert trace == Trace()


def test_delays_that_were_out_before_the_change_still_count() -> None:
    old = limits(H)
    state, trace = run(old, (0, 30))
    rebook(old, limits(), state, ms(30), Cause(ms(0), ms(0), 30), trace)
    assert [(v.event, v.at) for v in trace.verdicts] == [
        (EventKind.RAISED, ms(10)),
        (EventKind.WITHDRAWN, ms(30)),
    ]


def test_a_pending_comparator_keeps_its_start_when_only_its_delay_moves() -> None:
    old = limits(H)
    state, trace = run(old, (0, 30))
    longer = limits(rule("H", 25, deadband=5, on=60, version=2))
    state = rebook(old, longer, state, ms(5), Cause(ms(0), ms(0), 30), trace)
    assert state.due == ms(60)


def test_a_pending_comparator_begins_anew_when_its_limit_moves() -> None:
    old = limits(H)
    state, trace = run(old, (0, 30))
    moved = limits(rule("H", 28, on=10, version=2))
    state = rebook(old, moved, state, ms(5), Cause(ms(0), ms(0), 30), trace)
    assert state.due == ms(15)
