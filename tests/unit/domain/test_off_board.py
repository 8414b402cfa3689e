"""Whether an alarm was taken off the board as its grade allows."""

from dataclasses import replace

import pytest

from services.domain.suppression import MINUTE_MS, Off, OffBoard, is_authorised

SINCE = 1_700_000_000_000
SHELF = OffBoard(Off.SHELVED, "wang", "why", SINCE, SINCE + 240 * MINUTE_MS, 3)


def test_a_shelf_is_authorised_up_to_its_longest() -> None:
    assert is_authorised(SHELF) is True
    assert is_authorised(replace(SHELF, until=SINCE + 240 * MINUTE_MS + 1)) is False
    assert is_authorised(replace(SHELF, until=SINCE)) is False
    assert is_authorised(replace(SHELF, until=None)) is False


@pytest.mark.parametrize(
    ("grade", "approved_by", "authorised"), [(1, "li", False), (2, None, False), (2, "li", True)]
)
def test_a_shelf_of_a_high_grade_asks_for_more(
    grade: int, approved_by: str | None, authorised: bool
) -> None:
    short = replace(SHELF, until=SINCE + 1, grade=grade, approved_by=approved_by)
    assert is_authorised(short) is authorised


def test_out_of_service_may_last_longer_than_a_shelf_and_in_grade_one() -> None:
    out = replace(SHELF, how=Off.OUT_OF_SERVICE, until=SINCE + 300 * MINUTE_MS)
    assert is_authorised(out) is True
    assert is_authorised(replace(out, grade=1)) is False
    assert is_authorised(replace(out, grade=1, approved_by="li")) is True
    assert is_authorised(replace(out, until=None)) is False


@pytest.mark.parametrize("until", [None, SINCE - 1, SINCE + 10**12])
def test_what_the_logic_of_the_plant_did_is_authorised(until: int | None) -> None:
    assert is_authorised(replace(SHELF, how=Off.SUPPRESSED, grade=1, until=until)) is True


def test_nobody_approved_and_no_permit_where_none_is_named() -> None:
    assert (SHELF.limit, SHELF.permit, SHELF.approved_by) == (None, None, None)
