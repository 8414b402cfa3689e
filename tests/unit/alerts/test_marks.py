"""What waits to be judged again: merged a point, bounded, never forgotten half-way."""

from services.alerts.engine_outcome import DirtyRange
from services.alerts.marks import Mark, Marks, Where, everywhere
from tests.unit.alerts.samples import NOON


def marks(*ranges: tuple[int, int, int], sounding: bool = False) -> Marks:
    made = Marks()
    for place, (point, start, end) in enumerate(ranges, 1):
        made.add([DirtyRange(point, start, end, sounding)], Where(place, NOON + place))
    return made


def only(found: Marks) -> Mark:
    [mark] = found
    return mark


def test_ranges_of_a_point_are_one_mark_that_remembers_the_last_one() -> None:
    mark = only(marks((1, 50, 60), (1, 10, 20), (1, 30, 40)))

    assert (mark.start, mark.end) == (10, 60)
    assert mark.ends == (30, 40)
    assert mark.upto == 3
    assert (mark.first_noted_at, mark.noted_at) == (NOON + 1, NOON + 3)


def test_what_sounds_is_kept_apart_from_what_is_silent() -> None:
    found = marks((1, 10, 20))
    found.add([DirtyRange(1, 500, 600, True)], Where(2, NOON))

    assert {(mark.sounding, mark.start, mark.end) for mark in found} == {
        (False, 10, 20),
        (True, 500, 600),
    }


def test_what_is_marked_during_the_work_is_a_new_mark() -> None:
    found = marks((1, 10, 20))
    taken = only(found)
    found.take(taken)
    found.add([DirtyRange(1, 30, 40, False)], Where(2, NOON))

    assert (only(found).start, only(found).upto) == (30, 2)


def test_work_that_failed_waits_again_with_what_came_meanwhile() -> None:
    found = marks((1, 10, 20))
    taken = only(found)
    found.take(taken)
    found.add([DirtyRange(1, 30, 40, False)], Where(2, NOON))
    found.put_back(taken)

    assert (only(found).start, only(found).end, only(found).upto) == (10, 40, 2)


def test_only_a_mark_that_is_wholly_covered_is_settled() -> None:
    found = marks((1, 10, 20), (1, 30, 40))

    found.settle(1, False, 1)
    assert len(found) == 1
    found.settle(1, True, 2)
    assert len(found) == 1
    found.settle(1, False, 2)
    assert len(found) == 0


def test_a_hole_in_the_record_vouches_for_no_reading() -> None:
    found = marks((1, 10, 20))
    found.add(everywhere([1, 2], 5, 90), Where(7, NOON, by_reading=False))

    assert [(m.point_id, m.start, m.end, m.by_reading) for m in found] == [
        (1, 5, 90, False),
        (2, 5, 90, False),
    ]
