"""Rules over a group that changed, tried on the stored past: what the engine raised live."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.alarm import EventKind
from services.domain.detector_course import order
from services.domain.detector_past import Watched, regroupings, spells
from services.domain.point import Point
from services.domain.reading import Quality, Reading
from services.wire.expression import watch
from tests.stories.park import ms
from tests.stories.rules import detector
from tests.stories.test_detector_groups import EAST, NORTH, SOUTH, WEST, Grouped, group, vote

RING = (EAST, WEST, NORTH, SOUTH)
RULES = (
    replace(vote(needed=2, on=2.0), off_delay_ms=3_000),
    replace(
        detector("deviation", EAST, names=(EAST.tag,), limit=15.0, smooth_s=4.0, fresh_s=8.0, on=1),
        group="ring",
    ),
)
SECONDS = 60
Members = tuple[Point, ...]
Lives = dict[str, list[tuple[int, int | None]]]

MEMBERS = st.sets(st.sampled_from(RING), min_size=1).map(
    lambda found: tuple(sorted(found, key=lambda point: point.tag))
)
CHANGES = st.dictionaries(st.integers(0, SECONDS - 1), MEMBERS, max_size=4)
SENT = st.dictionaries(
    st.tuples(st.integers(0, SECONDS), st.sampled_from(RING)),
    st.sampled_from([0.0, 10.0, 22.0, 30.0, None]),
    max_size=60,
)


def reading(second: int, point: Point, value: float | None) -> Reading:
    quality = Quality.BAD if value is None else Quality.GOOD
    return Reading(point.id, ms(second), ms(second), value, quality)


def live(first: Members, changes: dict[int, Members], sent: list[Reading]) -> Lives:
    """From when to when each rule had an alarm; the members change half a second after a second."""
    park = Grouped(group("ring", *first), rules=RULES)
    waiting = sorted(changes)
    for each in [*sent, None]:
        second = SECONDS if each is None else (each.measured_at - ms(0)) // 1_000
        while waiting and waiting[0] < second:
            at = waiting.pop(0)
            park.wait(at + 0.5)
            park.regroup(group("ring", *changes[at]))
        if each is not None:
            park.now = max(park.now, float(second))
            park.judge([each])
    park.wait(SECONDS + 1_000)
    found: Lives = {rule.id: [] for rule in RULES}
    for said in park.said:
        if said.alarm.rule not in found:
            continue
        if said.event is EventKind.RAISED:
            found[said.alarm.rule].append((said.at, None))
        elif said.event is EventKind.RETURNED:
            begun, _ = found[said.alarm.rule].pop()
            found[said.alarm.rule].append((begun, said.at))
    return found


def replayed(first: Members, changes: dict[int, Members], sent: list[Reading]) -> Lives:
    tags = {point.tag: point for point in RING}
    told = [(ms(-100), [point.tag for point in first])]
    told += [(ms(at + 0.5), [point.tag for point in changes[at]]) for at in sorted(changes)]
    later = regroupings(told, EAST, {EAST.tag: EAST}, tags.get)
    return {
        rule.id: [
            (each.raised_at, each.ended_at)
            for each in spells(
                Watched(rule, {EAST.tag: EAST}, later), sent, ms(SECONDS + 1_000), watch
            )
        ]
        for rule in RULES
    }


@settings(max_examples=120, deadline=None)
@given(MEMBERS, CHANGES, SENT)
def test_the_past_is_judged_by_whoever_was_in_the_group_then(
    first: Members, changes: dict[int, Members], told: dict[tuple[int, Point], float | None]
) -> None:
    sent = sorted((reading(at, point, value) for (at, point), value in told.items()), key=order)
    assert replayed(first, changes, sent) == live(first, changes, sent)


def test_and_it_tells_who_was_in_it() -> None:
    """Two of two are over the limit; before the third came, and after it went, nobody voted so."""
    sent = [reading(at, point, 22.0) for at in (0, 30) for point in (EAST, NORTH)]
    changes: dict[int, Members] = {10: (EAST, NORTH), 20: (WEST, EAST)}
    expected = [(ms(12.5), ms(23.5))]
    assert replayed((EAST, WEST), changes, sent)[RULES[0].id] == expected
    assert live((EAST, WEST), changes, sent)[RULES[0].id] == expected
