"""Whatever the order, repetition, splitting and ticking: the same readings, the same occurrences."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine import Engine
from services.domain.alarm import Alarm, ClosedAs
from services.domain.directory import Directory
from services.domain.history import judge_history
from services.domain.judgement import PointState
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading, ReadingFlag
from services.domain.rule import Condition, LimitRule
from tests.property.oracle import Life, lives

T0 = 1_767_225_600_000
POINT = Point(1, "acme", "GT-101", PointKind.COMBUSTIBLE_GAS, "%LEL")
SECONDS = 110
LATER = 10_000


def rule(condition: Condition, limit: float, deadband: int, on_s: int, off_s: int) -> LimitRule:
    name = condition.value
    return LimitRule(name, 1, "acme", 1, condition, limit, 2, deadband, on_s * 1000, off_s * 1000)


delays = st.integers(0, 25)
rule_sets = st.tuples(
    *(
        st.builds(rule, st.just(condition), st.just(limit), st.integers(0, 8), delays, delays)
        for condition, limit in (
            (Condition.H, 25.0),
            (Condition.HH, 50.0),
            (Condition.L, 10.0),
            (Condition.LL, 5.0),
        )
    )
)
values = st.sampled_from([0.0, 4.0, 5.0, 8.0, 12.0, 20.0, 24.0, 25.0, 40.0, 45.0, 50.0, 60.0])
second = st.one_of(st.integers(0, SECONDS), st.integers(0, 30))


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[str, int, float]]:
    """("reading", second, value), ("tick", seconds that pass, 0) and batch ends, in any order."""
    readings = draw(st.lists(st.tuples(second, values), min_size=1, max_size=14, unique=True))
    again = draw(st.lists(st.sampled_from(readings), max_size=4))
    arriving = draw(st.permutations(readings + again))
    steps: list[tuple[str, int, float]] = []
    for at, value in arriving:
        steps.append(("reading", at, value))
        kind = draw(st.sampled_from(["", "", "end", "tick"]))
        if kind:
            steps.append((kind, draw(st.integers(0, 40)), 0.0))
    return steps


def engine_of(rules: tuple[LimitRule, ...]) -> Engine:
    directory = Directory()
    directory.put(POINT)
    for one in rules:
        directory.put_rule(one)
    return Engine(directory)


def reading(at: int, value: float, received_at: int) -> Reading:
    return Reading(1, T0 + at * 1000, received_at, value, Quality.GOOD, ReadingFlag.NONE)


def run(
    engine: Engine,
    steps: list[tuple[str, int, float]],
    states: dict[int, PointState] | None = None,
) -> tuple[dict[str, Alarm], list[Reading]]:
    now = T0 + SECONDS * 1000 + 500
    alarms: dict[str, Alarm] = {}
    batch: list[Reading] = []
    seen: list[Reading] = []
    for kind, number, value in [*steps, ("tick", LATER, 0.0)]:
        if kind == "reading":
            now += 1
            batch.append(reading(number, value, now))
            continue
        seen += batch
        outcome = engine.judge(batch, now)
        batch = []
        assert not outcome.dirty
        if kind == "tick":
            now += number * 1000
            outcome.add(engine.tick(now))
        for transition in outcome.transitions:
            alarms[transition.alarm.id] = transition.alarm
        if states is not None:
            states.update((state.at, state) for state in outcome.states)
    return alarms, seen


def as_lives(alarms: dict[str, Alarm]) -> set[Life]:
    kept = [a for a in alarms.values() if a.closed_as is not ClosedAs.WITHDRAWN]
    found = {
        (
            str(a.direction),
            (a.raised_at - T0) // 1000,
            None if a.cleared_at is None else (a.cleared_at - T0) // 1000,
            a.rule,
        )
        for a in kept
    }
    assert len(found) == len(kept), "the same occurrence stands twice"
    return found


def by_second(seen: list[Reading]) -> dict[int, list[float]]:
    grouped: dict[int, list[float]] = defaultdict(list)
    for one in seen:
        assert one.value is not None
        grouped[(one.measured_at - T0) // 1000].append(one.value)
    return grouped


@settings(max_examples=400, deadline=None)
@given(rule_sets, deliveries())
def test_any_order_ends_in_the_occurrences_of_the_oracle(
    rules: tuple[LimitRule, ...], steps: list[tuple[str, int, float]]
) -> None:
    engine = engine_of(rules)
    alarms, seen = run(engine, steps)
    expected = lives(rules, by_second(seen), SECONDS + LATER // 20)
    assert as_lives(alarms) == expected
    open_now = [a for a in engine.open_alarms() if a.cleared_at is None]
    assert len({a.direction for a in open_now}) == len(open_now)


@settings(max_examples=150, deadline=None)
@given(rule_sets, deliveries())
def test_the_board_is_what_its_transitions_say(
    rules: tuple[LimitRule, ...], steps: list[tuple[str, int, float]]
) -> None:
    engine = engine_of(rules)
    alarms, _ = run(engine, steps)
    told = {a.id: a for a in alarms.values() if a.closed_as is None}
    assert {a.id: a for a in engine.open_alarms()} == told


@settings(max_examples=300, deadline=None)
@given(rule_sets, deliveries())
def test_the_states_on_record_are_those_of_a_replay(
    rules: tuple[LimitRule, ...], steps: list[tuple[str, int, float]]
) -> None:
    """Whatever was corrected by late readings: a replay finds nothing to put right."""
    states: dict[int, PointState] = {}
    engine = engine_of(rules)
    _, seen = run(engine, steps, states)
    unique = {(r.measured_at, r.value): r for r in seen}
    stored = sorted(unique.values(), key=lambda r: (r.judged_at, r.measured_at))
    recorded = [states[at] for at in sorted(states)]
    assert judge_history(POINT, lambda _: rules, stored, None, recorded).states == ()


@settings(max_examples=150, deadline=None)
@given(rule_sets, deliveries())
def test_history_finds_what_was_found_live(
    rules: tuple[LimitRule, ...], steps: list[tuple[str, int, float]]
) -> None:
    _, seen = run(engine_of(rules), steps)
    unique = {(r.measured_at, r.value): r for r in seen}
    stored = sorted(unique.values(), key=lambda r: (r.judged_at, r.measured_at))
    history = judge_history(POINT, lambda _: rules, stored)
    last = (stored[-1].judged_at - T0) // 1000
    found = {
        (
            o.direction.value,
            (o.raised_at - T0) // 1000,
            None if o.ended_at is None else (o.ended_at - T0) // 1000,
            o.steps[-1].rule,
        )
        for o in history.occurrences
    }
    assert found == lives(rules, by_second(seen), last)


@settings(max_examples=200, deadline=None)
@given(rule_sets, deliveries(), st.integers(0, 20))
def test_a_restart_from_dump_and_records_goes_on_the_same(
    rules: tuple[LimitRule, ...], steps: list[tuple[str, int, float]], cut: int
) -> None:
    """In order (a window does not survive), with a dump at any place and records after it."""
    readings = sorted({s for s in steps if s[0] == "reading"})
    seconds = {at: (kind, at, value) for kind, at, value in readings}
    lived, twin = engine_of(rules), engine_of(rules)
    dump = lived.dump()
    now = T0
    for place, (_, at, value) in enumerate(seconds.values()):
        now = T0 + at * 1000 + 100
        one = reading(at, value, now)
        twin_outcome = twin.judge([one], now)
        twin_outcome.add(twin.tick(now + 400))
        outcome = lived.judge([one], now)
        outcome.add(lived.tick(now + 400))
        assert outcome.transitions == twin_outcome.transitions
        if place == cut:
            dump = lived.dump()
        elif place > cut:
            restarted = Engine.load(dump, lived.directory)
            for transition in outcome.transitions:
                restarted.replay_record(transition)
            for state in outcome.states:
                restarted.replay_record(state)
            lived, dump = restarted, restarted.dump()
    ending, twin_ending = lived.tick(now + 10**7), twin.tick(now + 10**7)
    assert ending.transitions == twin_ending.transitions
    assert {a.id: a for a in lived.open_alarms()} == {a.id: a for a in twin.open_alarms()}
    assert [replace(s, newest=None) for s in ending.states] == [
        replace(s, newest=None) for s in twin_ending.states
    ]
