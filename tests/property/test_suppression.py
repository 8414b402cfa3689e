"""Suppression by design changes nothing but what is off the board, and never more than it may."""

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given, settings

from services.alerts.heard import Newest
from services.domain.alarm import AlarmState, EventKind
from services.domain.point import Point
from services.domain.reading import Quality
from services.domain.suppression import NEVER_SUPPRESSED, Off
from services.domain.suppression_hold import Phase
from services.domain.suppression_rule import (
    ConditionKind,
    SuppressionCondition,
    SuppressionRule,
    Target,
    looped,
)
from tests.stories.park import ms
from tests.stories.park import rule as limit
from tests.stories.suppressing import (
    FLOW,
    LEAK,
    LEVEL,
    PRESSURE,
    PUMP,
    SLOW,
    SPEED,
    STOPPED,
    Plant,
    suppression,
)

LIMITED = (FLOW, PRESSURE, LEVEL, LEAK)
LIMITS = [
    each
    for point in LIMITED
    for each in (
        limit("L", 10, 3, point=point),
        limit("LL", 5, 1, point=point),
        limit("H", 80, 2, point=point),
    )
]
CONDITIONS = st.one_of(
    st.sampled_from([STOPPED, SLOW]),
    st.builds(
        SuppressionCondition,
        st.just(ConditionKind.ALARM),
        st.sampled_from([point.id for point in LIMITED]),
        alarm=st.sampled_from([None, "low", "high"]),
    ),
)
TARGETS = st.builds(
    Target,
    point_id=st.sampled_from([None, *(point.id for point in LIMITED)]),
    hazard_source=st.just("unit-1"),
    alarm=st.sampled_from([None, "low", "high"]),
).map(lambda each: each if each.point_id is None else replace(each, hazard_source=None))


@st.composite
def rule_sets(draw: st.DrawFn) -> list[SuppressionRule]:
    """Whatever could stand in the book, wise or not: loops, gas, themselves, grade 1."""
    return [
        suppression(
            draw(CONDITIONS),
            *draw(st.lists(TARGETS, min_size=1, max_size=3, unique=True)),
            grade=draw(st.integers(1, 4)),
            hold=draw(st.sampled_from([0, 5, 60])),
            name=f"s-{number}",
        )
        for number in range(draw(st.integers(1, 4)))
    ]


READINGS = st.tuples(
    st.sampled_from([PUMP, SPEED, *LIMITED]),
    st.sampled_from([0.0, 1.0, 3.0, 8.0, 50.0, 90.0, 120.0]),
    st.sampled_from([Quality.GOOD] * 8 + [Quality.UNCERTAIN, Quality.BAD]),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 40), st.lists(READINGS, max_size=4), st.booleans()),
    min_size=1,
    max_size=25,
)
Step = tuple[int, list[tuple[Point, float, Quality]], bool]
"""Seconds that pass, what is read then, and whether time is looked at."""

JUDGED = (
    EventKind.RAISED,
    EventKind.ESCALATED,
    EventKind.DEESCALATED,
    EventKind.RETURNED,
)


def lived(plant: Plant) -> list[tuple[object, ...]]:
    """What the readings amounted to, whatever was on the board."""
    return [
        (each.event, each.alarm.id, each.at, each.alarm.condition, each.alarm.grade)
        for each in plant.said
        if each.event in JUDGED and not each.alarm.is_claimed
    ]


def feed(plant: Plant, steps: list[Step]) -> None:
    at = 0.0
    for pause, read, ticked in steps:
        at += pause
        plant.now = at
        batch = [
            plant.reading(value % 2 if point is PUMP else value, at, at, point, quality)
            for point, value, quality in read
        ]
        plant.judge(batch)
        if ticked:
            plant.wait(at)
        holds_what_it_may(plant)


def holds_what_it_may(plant: Plant) -> None:
    rules = plant.directory.suppressions
    standing = {each.rule.id: each for each in plant.engine.suppressions(rules)}
    in_loops = {loop[0] for loop in looped(rules.values(), plant.directory.by_id.get)}
    for alarm in plant.open:
        assert (alarm.off is not None) == (alarm.state is AlarmState.SUPPRESSED)
        point = plant.directory.by_id[alarm.point_id or 0]
        called = alarm.condition if alarm.direction is None else alarm.direction.value
        by = {
            name
            for name, each in standing.items()
            if each.phase in (Phase.HOLDING, Phase.ENDING)
            and each.rule.covers(point, alarm.grade, called)
            and not alarm.is_claimed
            and alarm.grade > 1
            and point.kind not in NEVER_SUPPRESSED
        }
        assert (alarm.off is not None) == bool(by)
        if alarm.off is not None:
            assert alarm.off.how is Off.SUPPRESSED
            assert alarm.off.by in by
            assert alarm.off.by not in in_loops
            assert point.id != standing[alarm.off.by].rule.condition.point_id


@settings(max_examples=60, deadline=None)
@given(rules=rule_sets(), steps=STEPS)
def test_what_is_judged_is_the_same_with_suppression_and_without(
    rules: list[SuppressionRule],
    steps: list[Step],
) -> None:
    with_them, without = Plant(*rules, limits=LIMITS), Plant(limits=LIMITS)
    feed(with_them, steps)
    feed(without, steps)
    assert lived(with_them) == lived(without)
    assert with_them.states == without.states
    assert list(with_them.engine.newest()) == list(without.engine.newest())


@settings(max_examples=40, deadline=None)
@given(rules=rule_sets(), steps=STEPS)
def test_a_kill_changes_nothing(
    rules: list[SuppressionRule],
    steps: list[Step],
) -> None:
    plant = Plant(*rules, limits=LIMITS)
    dump = plant.engine.dump()
    feed(plant, steps)
    plant.wait(plant.now)
    before = plant.open
    told = plant.engine.suppressions(plant.directory.suppressions)
    plant.kill(dump)
    heard = Newest()
    heard.take(plant.stored.values())
    plant.take(plant.engine.recall(heard, ms(plant.now)))
    plant.wait(plant.now)
    assert [each for each in plant.open if not each.is_claimed] == [
        each for each in before if not each.is_claimed
    ]
    assert [
        (each.phase, each.state.value, each.state.ends_at)
        for each in plant.engine.suppressions(plant.directory.suppressions)
    ] == [(each.phase, each.state.value, each.state.ends_at) for each in told]
    holds_what_it_may(plant)
