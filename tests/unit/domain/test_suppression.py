"""What being off the board covers."""

from dataclasses import replace

import pytest

from services.domain.suppression import Off, OffBoard


def off(how: Off, grade: int = 3, limit: float | None = 80.0) -> OffBoard:
    return OffBoard(how, "wang", "why", 0, None, grade, limit)


def test_a_shelf_covers_what_is_no_worse() -> None:
    shelf = off(Off.SHELVED)
    assert [shelf.covers(grade, 80.0, high=True) for grade in (2, 3, 4)] == [False, True, True]
    assert [shelf.covers(3, at, high=True) for at in (79.0, 80.0, 81.0)] == [True, True, False]
    assert [shelf.covers(3, at, high=False) for at in (79.0, 80.0, 81.0)] == [False, True, True]


@pytest.mark.parametrize(("mine", "theirs"), [(None, 80.0), (80.0, None), (None, None)])
def test_without_limits_to_compare_the_grade_decides(
    mine: float | None, theirs: float | None
) -> None:
    shelf = off(Off.SHELVED, limit=mine)
    assert [shelf.covers(grade, theirs, high=True) for grade in (2, 3, 4)] == [False, True, True]


def test_out_of_service_covers_its_grade_and_below_and_everything_where_two_decided() -> None:
    alone = off(Off.OUT_OF_SERVICE)
    assert [alone.covers(grade, 99.0, high=True) for grade in (1, 2, 3, 4)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert not replace(alone, approved_by=alone.by).covers(1, 99.0, high=True)
    both = replace(alone, approved_by="li")
    assert all(both.covers(grade, limit, high=True) for grade in (1, 4) for limit in (99.0, None))


@pytest.mark.parametrize(("grade", "covered"), [(1, False), (2, False), (3, True), (4, True)])
def test_logic_covers_its_grade_and_below_wherever_the_limit_is(grade: int, covered: bool) -> None:
    assert off(Off.SUPPRESSED).covers(grade, 99.0, high=True) is covered
