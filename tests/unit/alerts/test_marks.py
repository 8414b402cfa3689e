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


def test_more_merged_into_a_mark_that_is_about_to_be_taken_goes_on_waiting() -> None:
    found = marks((1, 10, 20))
    looked_at = only(found)
    found.add([DirtyRange(1, 30, 40, False)], Where(2, NOON))
    found.take(looked_at)

    assert (only(found).start, only(found).end, only(found).upto) == (10, 40, 2)


def test_what_is_taken_is_unsettled_until_it_is_finished() -> None:
    found = marks((1, 10, 20), (2, 10, 20))
    first, other = found
    found.take(first)
    found.add([DirtyRange(1, 30, 40, False)], Where(3, NOON))

    assert {mark.upto for mark in found} == {2, 3}
    assert [mark.upto for mark in found.unsettled()] == [1, 2, 3]
    assert [mark.upto for mark in Marks(found.unsettled())] == [3, 2]
    assert found.finish(first)
    found.drop(other)
    assert [mark.upto for mark in found.unsettled()] == [3]


def test_a_later_mark_is_not_settled_before_an_earlier_one_of_its_point() -> None:
    found = marks((1, 10, 20))
    first = only(found)
    found.take(first)
    found.add([DirtyRange(1, 30, 40, False)], Where(2, NOON))
    second = only(found)
    found.take(second)

    assert not found.finish(second)
    assert found.finish(first)
    assert found.unsettled() == []


def test_marks_that_are_put_back_are_one_in_whatever_order() -> None:
    found = marks((1, 10, 20))
    first = only(found)
    found.take(first)
    found.add([DirtyRange(1, 30, 40, False)], Where(2, NOON))
    second = only(found)
    found.take(second)
    found.put_back(second)
    found.put_back(first)

    assert (only(found).start, only(found).end, only(found).upto) == (10, 40, 2)
    assert only(found).ends == (30, 40)
