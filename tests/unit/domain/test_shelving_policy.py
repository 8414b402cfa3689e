"""What a park allows to be taken off the board: by default, within bounds, and as a whole."""

from dataclasses import replace

import pytest

from services.domain.shelving_policy import (
    DAY_MS,
    HOUR_MS,
    NEVER,
    Allowance,
    Allowances,
    ShelvingPolicy,
)
from services.domain.suppression import MINUTE_MS, Off

POLICY = ShelvingPolicy()
SECOND_PERSON = "A second person has to approve this."


def shelf(*minutes: tuple[int, int]) -> ShelvingPolicy:
    """The default but for its shelves: (longest, alone) of grades 1 to 4."""
    return ShelvingPolicy(shelf=allowances(*minutes))


def out(*minutes: tuple[int, int]) -> ShelvingPolicy:
    return ShelvingPolicy(out_of_service=allowances(*minutes))


def allowances(*minutes: tuple[int, int]) -> Allowances:
    one, two, three, four = (
        Allowance(longest * MINUTE_MS, alone * MINUTE_MS) for longest, alone in minutes
    )
    return one, two, three, four


@pytest.mark.parametrize(
    ("grade", "longest"), [(2, 30 * MINUTE_MS), (3, 4 * HOUR_MS), (4, 12 * HOUR_MS)]
)
def test_a_shelf_is_as_long_as_its_grade_allows_to_the_millisecond(
    grade: int, longest: int
) -> None:
    assert POLICY.refusal(Off.SHELVED, grade, longest, "wang", "li") is None
    assert POLICY.refusal(Off.SHELVED, grade, 1, "wang", "li") is None
    for length in (longest + 1, 0, -1):
        why = POLICY.refusal(Off.SHELVED, grade, length, "wang", "li")
        assert why == (
            f"An alarm of grade {grade} is shelved for 1 to {longest // MINUTE_MS} minutes."
        )


def test_grade_one_is_never_shelved_whoever_asks() -> None:
    why = POLICY.refusal(Off.SHELVED, 1, 1, "wang", "li")
    assert why == "An alarm of grade 1 is never shelved."


@pytest.mark.parametrize("approved_by", [None, "wang"])
def test_a_second_person_is_another_one(approved_by: str | None) -> None:
    def asked(how: Off, grade: int, length: int) -> str | None:
        return POLICY.refusal(how, grade, length, "wang", approved_by)

    assert asked(Off.SHELVED, 2, MINUTE_MS) == SECOND_PERSON
    assert asked(Off.SHELVED, 3, MINUTE_MS) is None
    for grade in (1, 2):
        assert asked(Off.OUT_OF_SERVICE, grade, MINUTE_MS) == SECOND_PERSON
        assert POLICY.refusal(Off.OUT_OF_SERVICE, grade, MINUTE_MS, "wang", "li") is None
    for grade in (3, 4):
        assert asked(Off.OUT_OF_SERVICE, grade, MINUTE_MS) is None


@pytest.mark.parametrize("grade", [3, 4])
def test_beyond_a_shift_two_people_decide_on_out_of_service(grade: int) -> None:
    def asked(length: int, second: str | None = None) -> str | None:
        return POLICY.refusal(Off.OUT_OF_SERVICE, grade, length, "wang", second)

    assert asked(12 * HOUR_MS) is None
    assert asked(12 * HOUR_MS + 1) == SECOND_PERSON
    assert asked(30 * DAY_MS, "li") is None
    why = "An alarm of grade {} is taken out of service for 1 to 43200 minutes."
    assert asked(30 * DAY_MS + 1, "li") == why.format(grade)
    assert asked(0) == why.format(grade)


def test_what_nobody_set_makes_sense_and_is_not_laxer_than_itself() -> None:
    assert (POLICY.faults(), POLICY.laxer_than(POLICY), POLICY.version) == ({}, [], 0)


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        (shelf((1, 0), (30, 0), (240, 240), (720, 720)), "shelf.1"),
        (shelf((0, 0), (30, 0), (240, 240), (1441, 720)), "shelf.4.longest"),
        (shelf((0, 0), (30, 0), (-1, 0), (720, 720)), "shelf.3.longest"),
        (shelf((0, 0), (30, 31), (240, 240), (720, 720)), "shelf.2.alone"),
        (shelf((0, 0), (30, 0), (240, -1), (720, 720)), "shelf.3.alone"),
        (shelf((0, 0), (300, 0), (240, 240), (720, 720)), "shelf.3.longest"),
        (shelf((0, 0), (30, 0), (240, 240), (720, 60)), "shelf.4.alone"),
        (out((60, 1), (60, 1), (60, 1), (60, 1)), "out_of_service.1.alone"),
        (out((60, 0), (60, 0), (60, 0), (129_601, 0)), "out_of_service.4.longest"),
        (out((60, 0), (59, 0), (60, 0), (60, 0)), "out_of_service.2.longest"),
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_told_by_its_place(
    policy: ShelvingPolicy, place: str
) -> None:
    assert next(iter(policy.faults())) == place


def test_of_a_graver_grade_that_may_be_longer_both_figures_are_told_and_each_once() -> None:
    longer = "grade 2 is graver and must not be longer"
    policy = shelf((0, 0), (300, 60), (240, 30), (720, 720))
    assert policy.faults() == {"shelf.3.longest": longer, "shelf.3.alone": longer}


def test_the_bounds_themselves_are_allowed() -> None:
    assert shelf((0, 0), (1440, 1440), (1440, 1440), (1440, 1440)).faults() == {}
    assert shelf((0, 0), (0, 0), (0, 0), (0, 0)).faults() == {}
    assert out((129_600, 0), *((129_600, 129_600),) * 3).faults() == {}
    assert out((0, 0), (0, 0), (0, 0), (0, 0)).faults() == {}


def test_where_a_park_allows_nothing_nothing_is_taken_out() -> None:
    strict = out((0, 0), (0, 0), (0, 0), (60, 0))
    why = strict.refusal(Off.OUT_OF_SERVICE, 3, MINUTE_MS, "wang", "li")
    assert why == "An alarm of grade 3 is never taken out of service."
    assert strict.allowance(Off.OUT_OF_SERVICE, 3) == NEVER


def test_laxer_is_longer_or_longer_alone_each_by_its_place() -> None:
    laxer = shelf((0, 0), (30, 10), (480, 240), (720, 60))
    assert laxer.laxer_than(POLICY) == ["shelf.2.alone", "shelf.3.longest"]
    assert POLICY.laxer_than(laxer) == ["shelf.4.alone"]
    month = out((60, 0), (60, 0), (60, 0), (60 * 24 * 31, 0))
    assert month.laxer_than(POLICY) == ["out_of_service.4.longest"]
    assert replace(POLICY, version=7).laxer_than(POLICY) == []
