"""Whether an alarm was taken off the board as its grade allows."""

from dataclasses import replace

import pytest

from services.domain.shelving_policy import FORMER, ShelvingPolicy
from services.domain.suppression import MINUTE_MS, Off, OffBoard

SINCE = 1_700_000_000_000
SHELF = OffBoard(Off.SHELVED, "wang", "why", SINCE, SINCE + 240 * MINUTE_MS, 3)
POLICY = ShelvingPolicy()


def test_a_shelf_is_authorised_up_to_its_longest() -> None:
    assert POLICY.authorises(SHELF) is True
    assert POLICY.authorises(replace(SHELF, until=SINCE + 240 * MINUTE_MS + 1)) is False
    assert POLICY.authorises(replace(SHELF, until=SINCE)) is False
    assert POLICY.authorises(replace(SHELF, until=None)) is False


@pytest.mark.parametrize(
    ("grade", "approved_by", "authorised"), [(1, "li", False), (2, None, False), (2, "li", True)]
)
def test_a_shelf_of_a_high_grade_asks_for_more(
    grade: int, approved_by: str | None, authorised: bool
) -> None:
    short = replace(SHELF, until=SINCE + 1, grade=grade, approved_by=approved_by)
    assert POLICY.authorises(short) is authorised


def test_out_of_service_may_last_longer_than_a_shelf_and_in_grade_one() -> None:
    out = replace(SHELF, how=Off.OUT_OF_SERVICE, until=SINCE + 300 * MINUTE_MS)
    assert POLICY.authorises(out) is True
    assert POLICY.authorises(replace(out, grade=1)) is False
    assert POLICY.authorises(replace(out, grade=1, approved_by="li")) is True
    assert POLICY.authorises(replace(out, until=None)) is False


def test_what_one_person_took_out_for_long_before_there_was_a_policy_stays_authorised() -> None:
    month = SINCE + 30 * 24 * 60 * MINUTE_MS
    out = replace(SHELF, how=Off.OUT_OF_SERVICE, until=month)
    assert (POLICY.authorises(out), FORMER.authorises(out)) == (False, True)
    assert FORMER.authorises(replace(out, until=month + 1)) is False
    for grade, allowed in ((1, False), (2, False), (3, True), (4, True)):
        assert FORMER.authorises(replace(out, grade=grade)) is allowed
    assert FORMER.shelf == POLICY.shelf
    assert FORMER.version == -1


@pytest.mark.parametrize("until", [None, SINCE - 1, SINCE + 10**12])
def test_what_the_logic_of_the_plant_did_is_authorised(until: int | None) -> None:
    assert POLICY.authorises(replace(SHELF, how=Off.SUPPRESSED, grade=1, until=until)) is True


def test_nobody_approved_and_no_permit_where_none_is_named() -> None:
    assert (SHELF.limit, SHELF.permit, SHELF.approved_by) == (None, None, None)
    assert (SHELF.policy, SHELF.approval_note) == (None, None)
