"""Grades up the tree: what counts, and that every floor is as bad as the worst below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.alarm import AlarmState
from services.domain.grade_tree import Bearing, Mark, Standing, bearing, grade_tree

STATES = [state for state in AlarmState if state is not AlarmState.NORMAL]


@pytest.mark.parametrize(
    ("state", "latch", "expected"),
    [
        ("unacknowledged", False, Bearing.ACTIVE),
        ("acknowledged", False, Bearing.ACTIVE),
        ("returned_unacknowledged", False, Bearing.NONE),
        ("returned_unacknowledged", True, Bearing.ACTIVE),
        ("shelved", False, Bearing.OFF_BOARD),
        ("suppressed", True, Bearing.OFF_BOARD),
        ("out_of_service", False, Bearing.OFF_BOARD),
    ],
)
def test_what_stands_counts_and_what_is_off_the_board_counts_apart(
    state: str, latch: bool, expected: Bearing
) -> None:
    assert bearing(state, latch=latch, historical=False, exercise=False) is expected


@given(st.sampled_from(STATES), st.booleans(), st.booleans())
def test_the_past_and_a_test_count_in_no_grade(
    state: AlarmState, latch: bool, historical: bool
) -> None:
    found = bearing(state, latch=latch, historical=historical, exercise=not historical)
    assert found is Bearing.NONE


def test_an_alarm_raises_every_floor_above_it_and_no_other() -> None:
    pump = Standing("a", "E1", 2, 10, Bearing.ACTIVE, "GT-1", ("HS-1",), "P-101")
    silence = Standing("b", "E2", 3, 5, Bearing.ACTIVE)
    tree = grade_tree([silence, pump])
    assert tree.park.grade == 2
    assert (tree.enterprises["E1",].grade, tree.enterprises["E2",].grade) == (2, 3)
    assert tree.sources["E1", "HS-1"].worst is pump
    assert tree.equipment["E1", "HS-1", "P-101"].grade == 2
    assert tree.points["E1", "GT-1"].grade == 2
    assert tree.sources["E2", "HS-1"] == Mark()


def test_a_gateways_alarm_is_of_every_source_that_hangs_on_it() -> None:
    silent = Standing("a", "E", 2, 1, Bearing.ACTIVE, hazard_sources=("H1", "H2"))
    tree = grade_tree([silent])
    assert {node: mark.grade for node, mark in tree.sources.items()} == {
        ("E", "H1"): 2,
        ("E", "H2"): 2,
    }
    assert tree.enterprises["E",].active == 1


def test_of_two_of_a_grade_the_older_one_is_the_reason() -> None:
    old, young = (Standing(name, "E", 1, at, Bearing.ACTIVE) for name, at in (("b", 1), ("a", 2)))
    assert grade_tree([young, old]).park.worst is old


def test_what_is_off_the_board_is_counted_and_gives_no_grade() -> None:
    shelved = Standing("a", "E", 2, 1, Bearing.OFF_BOARD, "T", ("HS",))
    mark = grade_tree([shelved]).sources["E", "HS"]
    assert (mark.grade, mark.active, mark.off_board) == (None, 0, 1)


alarms = st.lists(
    st.builds(
        Standing,
        st.text("abc", min_size=1, max_size=3),
        st.sampled_from(["E1", "E2"]),
        st.integers(1, 4),
        st.integers(0, 9),
        st.sampled_from(list(Bearing)),
        st.sampled_from([None, "T1", "T2"]),
        st.sampled_from([(), ("H1",), ("H1", "H2")]),
        st.sampled_from([None, "P1"]),
    ),
    max_size=30,
    unique_by=lambda each: each.id,
)


@given(alarms)
def test_no_floor_is_better_than_what_is_below_it(some: list[Standing]) -> None:
    tree = grade_tree(some)
    active = [each for each in some if each.bearing is Bearing.ACTIVE]
    assert tree.park.grade == min((each.grade for each in active), default=None)
    for floor in (tree.enterprises, tree.sources, tree.equipment, tree.points):
        for node, mark in floor.items():
            assert (mark.grade or 5) >= (tree.enterprises[node[:1]].grade or 5)
    assert sum(mark.active for mark in tree.enterprises.values()) == tree.park.active == len(active)


@given(alarms, st.randoms())
def test_the_order_in_which_alarms_come_does_not_matter(some: list[Standing], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(some)
    chance.shuffle(shuffled)
    one, other = grade_tree(some), grade_tree(shuffled)
    assert one.sources == other.sources
    assert one.park.grade == other.park.grade


def test_a_point_gives_its_grade_to_the_places_that_it_watches_beside_its_hazard_source() -> None:
    leak = Standing("a", "E", 1, 5, Bearing.ACTIVE, "GT-1", ("H1",), places=("PC-1", "FW-1"))
    shelved = Standing("b", "E", 2, 6, Bearing.OFF_BOARD, "GT-2", places=("FW-1",))
    tree = grade_tree([leak, shelved])
    assert tree.places["E", "PC-1"].worst is leak
    assert tree.sources["E", "H1"].grade == 1
    assert (tree.places["E", "FW-1"].active, tree.places["E", "FW-1"].off_board) == (1, 1)
    assert tree.places["E", "ROAD-1"] == Mark()


def test_what_is_joined_is_as_bad_as_the_worst_and_counts_all() -> None:
    worst = Standing("a", "E", 1, 9, Bearing.ACTIVE)
    lesser = Standing("b", "E", 3, 2, Bearing.ACTIVE)
    for first, second in ((worst, lesser), (lesser, worst)):
        joined, other = Mark(off_board=1), Mark(off_board=2)
        joined.take(first)
        other.take(second)
        joined.join(other)
        assert joined == Mark(worst, 2, 3)
    joined.join(Mark())
    assert joined == Mark(worst, 2, 3)
