"""What may be taken off the board, for how long and by whom; and what a shelf covers."""

import pytest

from services.domain.suppression import MINUTE_MS, Off, OffBoard, out_refusal, shelf_refusal

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@pytest.mark.parametrize(
    ("grade", "longest"), [(2, 30 * MINUTE_MS), (3, 4 * HOUR_MS), (4, 12 * HOUR_MS)]
)
def test_a_shelf_is_as_long_as_its_grade_allows_to_the_millisecond(
    grade: int, longest: int
) -> None:
    assert shelf_refusal(grade, longest, "wang", "li") is None
    assert shelf_refusal(grade, 1, "wang", "li") is None
    for length in (longest + 1, 0, -1):
        why = shelf_refusal(grade, length, "wang", "li")
        assert why == (
            f"An alarm of grade {grade} is shelved for 1 to {longest // MINUTE_MS} minutes."
        )


def test_grade_one_is_never_shelved_whoever_asks() -> None:
    assert shelf_refusal(1, 1, "wang", "li") == "An alarm of grade 1 is never shelved."


@pytest.mark.parametrize("approved_by", [None, "wang"])
def test_a_second_person_is_another_one(approved_by: str | None) -> None:
    asked = "A second person has to approve this."
    assert shelf_refusal(2, MINUTE_MS, "wang", approved_by) == asked
    assert shelf_refusal(3, MINUTE_MS, "wang", approved_by) is None
    for grade in (1, 2):
        assert out_refusal(grade, MINUTE_MS, "wang", approved_by) == asked
        assert out_refusal(grade, MINUTE_MS, "wang", "li") is None
    for grade in (3, 4):
        assert out_refusal(grade, MINUTE_MS, "wang", approved_by) is None


def test_out_of_service_is_for_thirty_days_at_most() -> None:
    assert out_refusal(4, 30 * DAY_MS, "wang", None) is None
    for length in (30 * DAY_MS + 1, 0):
        why = out_refusal(4, length, "wang", None)
        assert why == "Out of service is for 1 to 43200 minutes; ask again for longer."


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
