"""The consequences of a step: the graver ones go first, and nobody's own story is reordered."""

from dataclasses import replace

from services.alerts.engine_outcome import Outcome
from services.domain.alarm import EventKind, Transition
from services.domain.subject import Subject
from tests.unit.alerts.samples import alarm


def happened(tag: str, grade: int, kind: EventKind = EventKind.RAISED) -> Transition:
    of_it = replace(alarm(), tag=tag, subject=Subject.point(tag), grade=grade)
    return Transition(kind, of_it, 0, 0)


def told(outcome: Outcome) -> list[tuple[str | None, int, EventKind]]:
    return [(each.alarm.tag, each.alarm.grade, each.event) for each in outcome.transitions]


def test_the_gravest_go_first_and_equals_keep_their_order() -> None:
    outcome = Outcome([happened("A", 3), happened("B", 1), happened("C", 3), happened("D", 1)])
    outcome.put_worst_first()
    assert [tag for tag, *_ in told(outcome)] == ["B", "D", "A", "C"]


def test_what_happened_to_one_point_stays_in_its_order() -> None:
    story = [
        happened("A", 3),
        happened("B", 2),
        happened("A", 1, EventKind.ESCALATED),
        happened("A", 1, EventKind.RETURNED),
    ]
    outcome = Outcome(list(story))
    outcome.put_worst_first()
    assert outcome.transitions == [story[0], story[2], story[3], story[1]]
