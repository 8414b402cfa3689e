"""A loop through the versions of the register: its use rate against a count of every minute, with
bypasses of the loop and of its inputs, versions, removal and outages; and its states."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.interlock import OUT, SERVING, Cause, Effect, Loop, Voting
from services.domain.loop_course import Stretch, states_of, use_of
from services.domain.trip import trips
from services.domain.use_rate import Change, Use, total

MINUTE = 60_000
MONTH = 30 * 24 * 60
T0 = 1_788_220_800_000
HOUR = 60
STATES = sorted(SERVING | OUT)
NEEDS = {"1oo1": (1, 1), "1oo2": (1, 2), "2oo2": (2, 2), "2oo3": (2, 3)}
Told = dict[str, list[Change]]


def loop(voting: str = "1oo1", state_tag: str | None = "ESD-1", *switches: str | None) -> Loop:
    inputs = NEEDS[voting][1]
    shown = [*switches, *[None] * (inputs - len(switches))]
    causes = tuple(Cause(f"LT-{n}", state_tag=tag) for n, tag in enumerate(shown))
    return Loop("acme", "ESD-1", Voting(voting), causes, (Effect("XV-1", "close"),),
                state_tag=state_tag)  # fmt: skip


def at(minute: float) -> int:
    return T0 + round(minute * MINUTE)


def course(*told: tuple[float, str | None]) -> list[Change]:
    return [Change(at(minute), state) for minute, state in told]


def state_then(told: Told, tag: str | None, moment: int) -> str | None:
    known = [each.state for each in told.get(tag or "", []) if each.at <= moment]
    return known[-1] if known else None


def serving_then(its: Loop, told: Told, moment: int) -> bool | None:
    """By the words of the standard: enough inputs that vote, and the loop not out itself."""
    needs, inputs = NEEDS[its.voting.value]
    own = state_then(told, its.state_tag, moment)
    switches = [state_then(told, each.state_tag, moment) for each in its.causes if each.state_tag]
    voting = inputs - sum(each in OUT for each in switches)
    if own in OUT or voting < needs:
        return False
    if own is None or voting - sum(each is None for each in switches) < needs:
        return None
    return True


def minute_by_minute(
    stretches: list[Stretch], told: Told, outages: list[tuple[int, int]], start: int, end: int
) -> Use:
    """The same figures, counted: one look at each minute, with nothing joined or cut."""
    counts = {"serving": 0, "out": 0, "unknown": 0, "outage": 0}
    names = {True: "serving", False: "out", None: "unknown"}
    for moment in range(start, end, MINUTE):
        there = [
            each.loop
            for each in stretches
            if each.since <= moment and (each.until is None or moment < each.until)
        ]
        if not there or not there[0].fitted:
            continue
        excused = any(since <= moment < until for since, until in outages)
        serving = serving_then(there[0], told, moment)
        counts["outage" if excused else names[serving]] += MINUTE
    return Use(**counts)


def a_point(chance: Random) -> list[Change]:
    """What a point tells in a month: service, and now and then a state of another kind."""
    minute, told = 0, [Change(at(-5), "in_service")]
    while (minute := minute + chance.randrange(200, 6_000)) < MONTH - 600:
        told.append(Change(at(minute), chance.choice([*STATES, None])))
        minute += chance.randrange(1, 900)
        told.append(Change(at(minute), "in_service"))
    return told


def a_register(chance: Random) -> list[Stretch]:
    """Versions of a loop in a month: other points, other switches, unfitted, removed and back."""
    found, minute = [], chance.randrange(-500, 2_000)
    while minute < MONTH:
        until = minute + chance.randrange(2_000, 20_000)
        switches = chance.sample(["HS-1", "HS-2", "HS-3", None], 3)
        voting = chance.choice(list(NEEDS))
        state_tag = chance.choice(["ESD-1", "ESD-1", "ESD-9", None])
        its = loop(voting, state_tag, *switches[: NEEDS[voting][1]])
        its = replace(its, fitted=chance.random() < 0.8)
        found.append(Stretch(its, at(minute), at(until) if until < MONTH else None))
        removed = chance.randrange(100, 4_000) if chance.random() < 0.4 else 0
        minute = until + removed
    return found


def test_a_month_of_versions_removals_and_switches_for_a_park_of_eight_loops() -> None:
    start, end = T0, at(MONTH)
    found, counted = [], []
    for seed in range(8):
        chance = Random(seed)
        told = {tag: a_point(chance) for tag in ("ESD-1", "ESD-9", "HS-1", "HS-2", "HS-3")}
        stretches = a_register(chance)
        begun = chance.randrange(0, MONTH)
        outages = [(at(begun), at(begun + 3_000)), (at(begun + 2_000), at(begun + 3_500))]
        found.append(use_of(stretches, told, outages, start, end))
        counted.append(minute_by_minute(stretches, told, outages, start, end))
    assert found == counted
    whole = total(found)
    assert min(whole.serving, whole.out, whole.unknown, whole.outage) > 0
    assert whole.serving + whole.out + whole.unknown + whole.outage < 8 * (end - start)


moments = st.integers(-30, 90)
tags = st.sampled_from(["ESD-1", "HS-1", "HS-2", None])


@st.composite
def registers(draw: st.DrawFn) -> list[Stretch]:
    marks = sorted(draw(st.sets(moments, min_size=2, max_size=6)))
    found = []
    for since, until in pairwise(marks):
        if draw(st.booleans()):
            voting = draw(st.sampled_from(list(NEEDS)))
            its = loop(voting, draw(tags), *[draw(tags) for _ in range(NEEDS[voting][1])])
            its = replace(its, fitted=draw(st.booleans()))
            found.append(Stretch(its, at(since), at(until)))
    if draw(st.booleans()) and found:
        found[-1] = replace(found[-1], until=None)
    return found


points = st.dictionaries(moments, st.sampled_from([*STATES, None]), max_size=6)
spells = st.lists(st.tuples(moments, st.integers(0, 40)), max_size=3)


@given(registers(), st.tuples(points, points, points), spells, st.integers(0, 40))
def test_any_register_is_counted_alike(
    stretches: list[Stretch],
    shown: tuple[dict[int, str | None], ...],
    spans: list[tuple[int, int]],
    length: int,
) -> None:
    told = {
        tag: [Change(at(minute), states[minute]) for minute in sorted(states)]
        for tag, states in zip(("ESD-1", "HS-1", "HS-2"), shown, strict=True)
    }
    outages = [(at(begun), at(begun + long)) for begun, long in spans]
    found = use_of(stretches, told, outages, T0, at(length))
    assert found == minute_by_minute(stretches, told, outages, T0, at(length))


def test_no_later_version_makes_the_past_better() -> None:
    """Seven of ten hours out: another point, not fitted, or taken out, the hours stay."""
    told = {"ESD-1": course((0, "in_service"), (3 * HOUR, "removed")),
            "ESD-9": course((0, "in_service"))}  # fmt: skip
    ten = at(10 * HOUR)
    first = Stretch(loop(), T0, None)
    assert use_of([first], told, [], T0, ten).rate == pytest.approx(0.3)
    ended = replace(first, until=ten - MINUTE)
    elsewhere = Stretch(loop(state_tag="ESD-9"), ten - MINUTE, None)
    unfitted = Stretch(replace(loop(), fitted=False), ten - MINUTE, None)
    for later in ([], [elsewhere], [unfitted]):
        rate = use_of([ended, *later], told, [], T0, ten).rate
        assert rate == pytest.approx(0.3, abs=0.002)


@pytest.mark.parametrize(
    ("voting", "switches", "shown", "rate"),
    [
        ("1oo1", ["HS-1"], {"HS-1": "bypass_maintenance"}, 0.0),
        ("2oo2", ["HS-1"], {"HS-1": "bypass_maintenance"}, 0.0),
        ("1oo2", ["HS-1"], {"HS-1": "bypass_maintenance"}, 1.0),
        ("1oo2", ["HS-1", "HS-2"], {"HS-1": "fault", "HS-2": "removed"}, 0.0),
        ("2oo3", ["HS-1"], {}, 1.0),
        ("1oo1", ["HS-1"], {}, None),
        ("1oo2", ["HS-1", "HS-2"], {"HS-1": "removed"}, None),
    ],
)
def test_an_input_that_does_not_vote_counts_by_the_voting(
    voting: str, switches: list[str], shown: dict[str, str], rate: float | None
) -> None:
    told = {tag: course((0, state)) for tag, state in shown.items()}
    told["ESD-1"] = course((0, "in_service"))
    stretch = Stretch(loop(voting, "ESD-1", *switches), T0, None)
    assert use_of([stretch], told, [], T0, at(HOUR)).rate == rate


def test_the_states_of_a_loop_are_those_of_the_point_of_the_time() -> None:
    told = {"ESD-1": course((-60, "in_service"), (10, "tripped"), (30, "in_service"), (90, "fault")),
            "ESD-9": course((5, "removed"), (70, "in_service"))}  # fmt: skip
    renamed = [Stretch(loop(), at(0), at(20)), Stretch(loop(), at(20), None)]
    assert states_of(renamed, told) == told["ESD-1"]
    moved = [Stretch(loop(), at(0), at(20)), Stretch(loop(state_tag="ESD-9"), at(20), at(80)),
             Stretch(loop(), at(95), None)]  # fmt: skip
    assert states_of(moved, told) == course(
        (-60, "in_service"), (10, "tripped"), (20, "removed"), (70, "in_service"), (80, None),
        (95, "fault"))  # fmt: skip
    assert [each.at for each in trips(states_of(moved, told))] == [at(10)]
    assert states_of([], told) == []
