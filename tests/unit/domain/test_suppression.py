"""What being off the board covers."""

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


@pytest.mark.parametrize("how", [Off.SUPPRESSED, Off.OUT_OF_SERVICE])
def test_the_other_ways_cover_everything(how: Off) -> None:
    assert off(how).covers(1, 99.0, high=True) is True
