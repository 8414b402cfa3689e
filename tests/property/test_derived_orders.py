"""Whatever comes in which order, and wherever the engine is killed: the same derived readings."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.derivations import Derivations
from services.domain.directory import Directory
from services.domain.formula import Formula
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Quality, Reading

T0 = 1_767_225_600_000
A = Point(1, "acme", "A", PointKind.ANALOG, "1", period_s=2.0)
B = replace(A, id=2, tag="B")
C = replace(A, id=3, tag="C", period_s=None, reporting=Reporting.ON_CHANGE)
SUM = replace(C, id=10, tag="S", formula=Formula("a + b", (("a", "A"), ("b", "B"))))
OF_SUM = replace(C, id=11, tag="T", formula=Formula("s - c", (("s", "S"), ("c", "C"))))

Delivery = tuple[Reading, ...]
Row = tuple[int, int, float | None, Quality]


@st.composite
def deliveries(draw: st.DrawFn) -> list[Delivery]:
    """Messages of three points; each is late or ahead by some seconds."""
    found: list[Delivery] = []
    clock = T0
    for _ in range(draw(st.integers(1, 25))):
        clock += draw(st.sampled_from([0, 1, 500, 1_000, 12_000]))
        measured = clock - draw(st.sampled_from([-4_000, -50, 0, 0, 100, 3_000]))
        points = draw(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True))
        value = draw(st.sampled_from([1.0, 2.0, 3.0]))
        quality = draw(st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.BAD]))
        found.append(tuple(Reading(each, measured, clock, value, quality) for each in points))
    return found


def engine() -> Derivations:
    directory = Directory()
    for point in (A, B, C, SUM, OF_SUM):
        directory.put(point)
    return Derivations(directory)


def rows(readings: Sequence[Reading]) -> list[Row]:
    return [(each.point_id, each.measured_at, each.value, each.quality) for each in readings]


@given(deliveries())
@settings(max_examples=40, deadline=None)
def test_no_instant_of_a_derived_point_has_two_values(sent: list[Delivery]) -> None:
    lived = engine()
    told = [row for delivery in sent for row in rows(lived.take(delivery))]
    instants = [(number, at) for number, at, _, _ in told]
    assert len(instants) == len(set(instants))


@given(st.lists(st.sampled_from([1, 25, 500, 3_000]), min_size=1, max_size=25), st.data())
@settings(max_examples=60, deadline=None)
def test_killed_with_messages_in_its_hands_it_reads_of_each_what_it_would_have_read(
    steps: list[int], data: st.DataObject
) -> None:
    """Messages of all inputs; what a killed engine heard and did not keep comes again in whatever
    order, behind newer ones, and twice."""
    clock, sent = T0, list[Delivery]()
    for step in steps:
        clock += step
        value = data.draw(st.sampled_from([1.0, 2.0, 150.0]))
        sent.append(tuple(Reading(each, clock, clock, value, Quality.GOOD) for each in (1, 2, 3)))
    undisturbed = engine()
    expected = [row for delivery in sent for row in rows(undisturbed.take(delivery))]
    kept = data.draw(st.integers(0, len(sent)))
    saved = data.draw(st.integers(0, kept))

    before = engine()
    told = [row for delivery in sent[:saved] for row in rows(before.take(delivery))]
    snapshot = before.save()
    since = [(delivery, before.take(delivery)) for delivery in sent[saved:kept]]
    told += [row for _, derived in since for row in rows(derived)]
    after = engine()
    after.load(snapshot)
    after.remember(
        [each for delivery, _ in since for each in delivery],
        [each for _, derived in since for each in derived],
    )
    again = data.draw(st.permutations(sent[kept:]))
    for delivery in (*again, *again):
        late = [replace(each, received_at=clock + 60_000) for each in delivery]
        told += rows(after.take(late))

    assert sorted(told, key=str) == sorted(expected, key=str)


@given(deliveries(), st.data())
@settings(max_examples=50, deadline=None)
def test_killed_anywhere_it_says_the_same_once_more_and_goes_on(
    sent: list[Delivery], data: st.DataObject
) -> None:
    """A snapshot after some deliveries, killed after some more; the broker gives again what was not
    acknowledged, and our own disk tells what was heard since the snapshot."""
    lived = engine()
    expected = [row for delivery in sent for row in rows(lived.take(delivery))]
    killed = data.draw(st.integers(0, len(sent)))
    kept = data.draw(st.integers(0, killed))
    acknowledged = data.draw(st.integers(0, killed))

    before = engine()
    told = [row for delivery in sent[:kept] for row in rows(before.take(delivery))]
    saved = before.save()
    since = [(delivery, before.take(delivery)) for delivery in sent[kept:killed]]
    told += [row for _, derived in since for row in rows(derived)]

    after = engine()
    after.load(saved)
    heard = [each for delivery, _ in since for each in delivery]
    after.remember(heard, [each for _, derived in since for each in derived])
    for place, delivery in enumerate(sent[acknowledged:], start=acknowledged):
        late = 60_000 if place < killed else 0
        again = [replace(each, received_at=each.received_at + late) for each in delivery]
        told += rows(after.take(again))

    assert sorted(set(told), key=str) == sorted(expected, key=str)
