"""Rules that are more than a limit, tried on the stored past: what the engine raised live, each kind."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.alarm import EventKind
from services.domain.detector_course import order
from services.domain.detector_past import Spell, Watched, spells, unmatched
from services.domain.detector_rule import DetectorKind
from services.domain.reading import Quality, Reading
from services.wire.expression import watch
from tests.property.test_detector_orders import POINTS, RULES, SECONDS, Run, cut, readings
from tests.stories.park import ms
from tests.stories.rules import VALVE

Lives = dict[str, list[tuple[int, int | None]]]


def live(run: Run) -> Lives:
    """From when to when each rule had an alarm."""
    found: Lives = {rule.id: [] for rule in RULES}
    for each in run.said:
        if each.event is EventKind.RAISED:
            found[each.alarm.rule].append((each.at, None))
        elif each.event is EventKind.RETURNED:
            begun, _ = found[each.alarm.rule].pop()
            found[each.alarm.rule].append((begun, each.at))
    return found


def replayed(sent: list[Reading], until: int) -> Lives:
    by_number = {point.id: point for point in POINTS}
    past = sorted(sent, key=order)
    found: Lives = {}
    for rule in RULES:
        watched = Watched(rule, {name: by_number[n] for name, n in rule.points.items()})
        found[rule.id] = [
            (each.raised_at, each.ended_at) for each in spells(watched, past, until, watch)
        ]
    return found


def test_every_kind_is_among_them() -> None:
    assert {rule.kind for rule in RULES} == set(DetectorKind)


@settings(max_examples=50, deadline=None)
@given(readings(), st.data())
def test_the_past_tells_what_the_engine_raised(sent: list[Reading], data: st.DataObject) -> None:
    run = Run()
    for batch in cut(sent, data):
        run.hear(data.draw(st.permutations(batch)))
    run.end()
    assert replayed(sent, ms(SECONDS + 1_000)) == live(run)


SPANS = st.lists(st.integers(0, 40), unique=True, max_size=8).map(sorted)


@settings(max_examples=60, deadline=None)
@given(SPANS, SPANS)
def test_an_alarm_is_another_when_no_time_is_common(one: list[int], other: list[int]) -> None:
    def made(times: list[int]) -> list[Spell]:
        ends = [*times[1::2], *([None] if len(times) % 2 else [])]
        return [Spell(a, b, None) for a, b in zip(times[::2], ends, strict=True)]

    these, those = made(one), made(other)
    slow = [each for each in these if not any(each.overlaps(them) for them in those)]
    assert unmatched(these, those) == slow


def test_and_each_kind_does_find_something() -> None:
    """An hour of a restless park: every rule alarms live, and the same in the past."""
    chance = random.Random(7)
    sent: list[Reading] = []
    for point in POINTS:
        value, per_s = 10.0, 0.0
        for second in range(0, 3_600, 3):
            if chance.random() < 0.05:
                value, per_s = chance.choice((0.0, 10.0, 20.0, 30.0)), chance.choice((0, 0, 0.5, 2))
            value += per_s * 3
            told = float(chance.choice((0, 0, 0, 1, 3))) if point is VALVE else value
            quality = Quality.BAD if chance.random() < 0.2 else Quality.GOOD
            sent.append(Reading(point.id, ms(second), ms(second), told, quality))
    sent.sort(key=order)
    run = Run()
    for each in sent:
        run.hear([each])
    run.wait(3_600 + SECONDS)
    found = replayed(sent, ms(3_600 + SECONDS))
    assert found == live(run)
    assert all(found.values())
