"""Cascades: which alarms follow each other, who was first, and what is forgotten."""

from services.domain import first_out
from services.domain.first_out import CASCADES, GAP_MS, KEPT_MS, FirstOuts, Place
from tests.unit.domain.anew import imported_anew

TANKS = ("acme", "tanks")


def place(at: int, name: str) -> Place:
    return Place(at, f"{name}@{at}", (name,))


def test_the_figures_are_those_that_are_told() -> None:
    told = imported_anew(first_out)
    assert (told.GAP_MS, told.RANKED, told.CASCADES) == (5 * 60_000, 5, 100)
    assert told.KEPT_MS == 24 * 60 * 60_000


def test_five_minutes_apart_is_one_cascade_and_a_moment_more_is_another() -> None:
    first = FirstOuts()
    begun = first.take(TANKS, place(GAP_MS, "a"))
    assert first.take(TANKS, place(2 * GAP_MS, "b")) is begun
    assert first.take(TANKS, place(0, "c")) is begun
    assert (begun.start, begun.last) == (0, 2 * GAP_MS)
    assert [begun.rank((name,)) for name in "cab"] == [1, 2, 3]
    assert begun.rank(("d",)) is None
    assert first.take(TANKS, place(3 * GAP_MS + 1, "d")) is not begun
    assert first.knows(TANKS, -GAP_MS) is True
    assert first.knows(TANKS, -GAP_MS - 1) is False
    assert first.knows(("acme", "wharf"), 0) is False


def test_one_between_two_cascades_makes_them_one() -> None:
    first = FirstOuts()
    first.take(TANKS, place(2 * GAP_MS, "c"))
    first.take(TANKS, place(0, "a"))
    assert first.rank(TANKS, 2 * GAP_MS, ("c",)) == 1
    whole = first.take(TANKS, place(GAP_MS, "b"))
    assert (whole.start, whole.last) == (0, 2 * GAP_MS)
    assert [first.rank(TANKS, 5, (name,)) for name in "abc"] == [1, 2, 3]
    assert len(first.save()[0][1]) == 1


def test_a_time_outside_has_no_rank_and_its_edges_have() -> None:
    first = FirstOuts()
    first.take(TANKS, place(10, "a"))
    first.take(TANKS, place(20, "b"))
    found = [first.rank(TANKS, at, ("b",)) for at in (9, 10, 20, 21)]
    assert found == [None, 2, 2, None]
    assert first.rank(("acme", "wharf"), 10, ("b",)) is None


def test_of_one_name_the_earliest_time_has_the_place() -> None:
    first = FirstOuts()
    first.take(TANKS, place(10, "a"))
    first.take(TANKS, place(20, "b"))
    again = first.take(TANKS, place(30, "a"))
    assert [(each.name, each.at) for each in again.places] == [(("a",), 10), (("b",), 20)]
    earlier = first.take(TANKS, place(5, "b"))
    assert [(each.name, each.at) for each in earlier.places] == [(("b",), 5), (("a",), 10)]


def test_the_sixth_has_no_rank_and_one_that_loses_it_is_told() -> None:
    first = FirstOuts()
    for at in range(1, 6):
        whole = first.take(TANKS, place(at, f"t{at}"))
    assert whole.fallen == []
    whole = first.take(TANKS, place(9, "late"))
    assert whole.fallen == [("late",)]
    whole.fallen.clear()
    whole = first.take(TANKS, place(0, "early"))
    assert whole.fallen == [("t5",)]
    assert [whole.rank((f"t{n}",)) for n in range(1, 6)] == [2, 3, 4, 5, None]


def test_one_that_is_withdrawn_gives_its_place_up_and_no_other() -> None:
    first = FirstOuts()
    whole = first.take(TANKS, place(1, "a"))
    first.take(TANKS, place(2, "b"))
    assert first.drop(TANKS, "a@1") is whole
    assert (whole.rank(("a",)), whole.rank(("b",))) == (None, 1)
    assert first.drop(TANKS, "a@1") is None
    assert first.drop(("acme", "wharf"), "b@2") is None


def test_of_a_group_a_hundred_cascades_are_remembered_the_newest_ones() -> None:
    first = FirstOuts()
    apart = GAP_MS + 1
    for number in reversed(range(CASCADES + 2)):
        first.take(TANKS, place(number * apart, "a"))
    ((_, cascades),) = first.save()
    assert [each.start // apart for each in cascades] == list(range(2, CASCADES + 2))


def test_a_day_later_it_is_forgotten() -> None:
    first = FirstOuts()
    first.take(TANKS, place(0, "a"))
    first.take(TANKS, place(1, "b"))
    first.take(("acme", "wharf"), place(500, "c"))
    first.forget(KEPT_MS)
    assert first.knows(TANKS, 0) is True
    first.forget(KEPT_MS + 1)
    assert first.knows(TANKS, 0) is False
    assert [group for group, _ in first.save()] == [("acme", "wharf")]


def test_it_goes_on_as_it_was_saved() -> None:
    first, again = FirstOuts(), FirstOuts()
    first.take(TANKS, place(1, "a"))
    again.load(first.save())
    again.take(TANKS, place(2, "b"))
    assert again.rank(TANKS, 1, ("b",)) == 2
