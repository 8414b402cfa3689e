"""What is passed by as quiet changes nothing: the engine with its short cuts, without them, with the
batches split otherwise, and behind the numpy kernel brings the very same transitions."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine import Engine
from services.alerts.engine_outcome import Outcome
from services.alerts.kernel import Kernel
from services.domain.alarm import Transition
from services.domain.directory import Directory
from services.domain.judgement import Cause
from services.domain.limits import Limits
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rule import Condition, LimitRule
from services.domain.verdict import Judged, Trace, judge

T0 = 1_767_225_600_000
NOW = T0 + 400_000
POINTS = 4

delays = st.sampled_from([0, 0, 1_000, 3_000, 10_000])
numbers = st.sampled_from([-10.0, 0.0, 5.0, 9.5, 10.0, 10.5, 20.0, 25.0, 30.0, 50.0, 60.0])
rule_sets = st.lists(
    st.tuples(
        st.sampled_from(list(Condition)), numbers, st.sampled_from([0.0, 0.5, 5.0]), delays, delays
    ),
    max_size=4,
    unique_by=lambda each: each[0],
)
Chosen = list[tuple[Condition, float, float, int, int]]
qualities = st.sampled_from([*[Quality.GOOD] * 6, Quality.UNCERTAIN, Quality.BAD])
sent = st.lists(
    st.tuples(st.integers(1, POINTS), st.integers(0, 200), numbers, qualities), max_size=60
)


def directory_of(sets: Sequence[Chosen]) -> Directory:
    directory = Directory()
    for number, chosen in enumerate(sets, start=1):
        directory.put(Point(number, "acme", f"T-{number}", PointKind.TEMPERATURE, "Cel"))
        for grade, (condition, limit, band, on, off) in enumerate(chosen, start=1):
            name = f"{number}-{condition}"
            directory.put_rule(
                LimitRule(name, 1, "acme", number, condition, limit, grade, band, on, off)
            )
    return directory


def plain(directory: Directory) -> Engine:
    """An engine to which no reading is quiet: each goes all the way."""
    engine = Engine(directory)
    for point_id in directory.by_id:
        track = engine._fleet.open(point_id)
        assert track is not None
        track.take(replace(track.limits, high_at=-math.inf, low_at=math.inf))
    return engine


def reading(point: int, second: int, value: float, quality: Quality = Quality.GOOD) -> Reading:
    return Reading(point, T0 + second * 1_000, NOW, value, quality)


def by_point(transitions: Sequence[Transition]) -> dict[int | None, list[Transition]]:
    """Without what was told of others at that moment: who was first, and how often it sounded,
    follow from the order in which things came."""
    found: dict[int | None, list[Transition]] = {}
    for each in transitions:
        alarm = replace(each.alarm, in_minute=0, first_out_rank=None)
        found.setdefault(alarm.point_id, []).append(replace(each, alarm=alarm))
    return found


def everything(engine: Engine, batches: Sequence[Sequence[Reading]]) -> Outcome:
    out = Outcome()
    for batch in batches:
        out.add(engine.judge(batch, NOW))
    out.add(engine.tick(NOW + 60_000))
    return out


def split(data: st.DataObject, readings: list[Reading]) -> list[list[Reading]]:
    batches: list[list[Reading]] = []
    while readings:
        size = data.draw(st.integers(1, len(readings)))
        batches.append(readings[:size])
        readings = readings[size:]
    return batches


@settings(max_examples=80, deadline=None)
@given(st.lists(rule_sets, min_size=POINTS, max_size=POINTS), sent, st.data())
def test_quiet_or_not_split_or_not_any_order_brings_the_same(
    sets: list[Chosen], readings: list[tuple[int, int, float, Quality]], data: st.DataObject
) -> None:
    directory = directory_of(sets)
    all_of = [reading(*each) for each in readings]
    fast, whole = Engine(directory), everything(plain(directory), [[each] for each in all_of])
    found = everything(fast, split(data, all_of))
    assert by_point(found.transitions) == by_point(whole.transitions)
    assert sorted(found.states, key=lambda s: s.point_id) == sorted(
        whole.states, key=lambda s: s.point_id
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(rule_sets, min_size=POINTS, max_size=POINTS), sent, st.data())
def test_a_start_from_the_dump_goes_on_the_same_whoever_sleeps(
    sets: list[Chosen], readings: list[tuple[int, int, float, Quality]], data: st.DataObject
) -> None:
    """In order of time; the points at which nothing is up are rows, and woken when they speak."""
    directory = directory_of(sets)
    once = {(point, second): (value, quality) for point, second, value, quality in readings}
    in_order = sorted(once, key=lambda key: key[1])
    batches = split(data, [reading(*key, *once[key]) for key in in_order])
    lived = restarted = Engine(directory)
    twin = Engine(directory)
    for batch in batches:
        assert restarted.judge(batch, NOW).transitions == twin.judge(batch, NOW).transitions
        restarted = Engine.load(restarted.dump(), directory)
        again = Engine.load(restarted.dump(), directory)
        assert by_id(again) == by_id(restarted) == by_id(twin)
    ending, twin_ending = restarted.tick(NOW + 60_000), twin.tick(NOW + 60_000)
    assert ending.transitions == twin_ending.transitions
    assert lived is not restarted or not batches


def by_id(engine: Engine) -> dict[int, object]:
    return {each.point_id: each for each in engine.newest()}


@settings(max_examples=60, deadline=None)
@given(st.lists(rule_sets, min_size=POINTS, max_size=POINTS), sent, st.data())
def test_behind_the_kernel_the_engine_brings_the_same(
    sets: list[Chosen], readings: list[tuple[int, int, float, Quality]], data: st.DataObject
) -> None:
    """The kernel hands on only what changes a comparator; in order of time."""
    directory = directory_of(sets)
    once = {(point, second): value for point, second, value, _ in readings}
    in_order = sorted(once, key=lambda key: key[1])
    batches = split(data, [reading(*key, once[key]) for key in in_order])
    engine, kernel, handed = Engine(directory), Kernel(), Engine(directory)
    limits = [
        Limits.of(directory.by_id[number], directory.in_force(number))
        for number in range(1, POINTS + 1)
    ]
    states = [Judged.quiet(each) for each in limits]
    for row, each in enumerate(limits):
        kernel.place(row, each, states[row])
    for batch in batches:
        passed = Outcome()

        def step(row: int, index: int, batch: list[Reading] = batch) -> Judged:
            one = batch[index]
            passed.add(handed.judge([one], NOW))  # noqa: B023 of this batch
            cause = Cause.of(one)
            states[row] = judge(limits[row], states[row], one.judged_at, cause, cause, Trace())
            return states[row]

        kernel.judge(
            np.array([each.point_id - 1 for each in batch], dtype=np.int64),
            np.array([each.judged_at for each in batch], dtype=np.int64),
            np.array([each.value for each in batch], dtype=np.float64),
            limits,
            step,
        )
        found = engine.judge(batch, NOW)
        assert by_point(passed.transitions) == by_point(found.transitions)
