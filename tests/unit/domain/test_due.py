"""Whose calibration is due: what should stand, what is said, and that a common day is no flood."""

from datetime import date

from services.domain.claim import Claim, Place
from services.domain.due import APART, GRADE, DueDay, DueKind, Standing, to_claim, wanted

CALIBRATION, BUMP = DueKind.CALIBRATION, DueKind.BUMP_TEST
NOW = 1_767_225_600_000
MARCH = date(2026, 3, 1)


def due(count: int, what: DueKind = CALIBRATION, enterprise: str = "acme") -> list[DueDay]:
    """As the register tells it: the first few, and how many there are."""
    return [DueDay(enterprise, what, MARCH, f"T-{n}", count) for n in range(min(count, APART))]


def standing(claims: list[Claim], **other: bool) -> dict[Place, Standing]:
    return {each.place: Standing(each.facts, **other) for each in claims if each.active}


def test_a_point_whose_day_has_come_is_an_alarm_of_the_lowest_grade_until_it_was_done() -> None:
    [claim] = to_claim(wanted(due(1), NOW), {}, NOW)
    assert (claim.condition, claim.grade, claim.active, claim.at) == (CALIBRATION, GRADE, True, NOW)
    assert (claim.subject.type, claim.subject.id) == ("point", "T-0")
    assert claim.facts == {"due_on": "2026-03-01"}
    assert claim.lease_until is None, "only the register can change it"
    assert to_claim(wanted(due(1), NOW), standing([claim]), NOW) == []
    [over] = to_claim({}, standing([claim]), NOW + 5)
    assert (over.place, over.active, over.at) == (claim.place, False, NOW + 5)


def test_another_day_that_has_come_too_is_said_of_the_same_alarm() -> None:
    [claim] = to_claim(wanted(due(1), NOW), {}, NOW)
    later = [DueDay("acme", CALIBRATION, date(2026, 3, 9), "T-0")]
    [moved] = to_claim(wanted(later, NOW), standing([claim]), NOW)
    assert (moved.place, moved.active) == (claim.place, True)
    assert moved.facts == {"due_on": "2026-03-09"}


def test_what_is_not_judged_after_a_change_of_engines_is_said_again() -> None:
    [claim] = to_claim(wanted(due(1), NOW), {}, NOW)
    again = to_claim(wanted(due(1), NOW), standing([claim], judged=False), NOW)
    assert again == [claim]


def test_of_many_the_enterprise_speaks_and_counts_them() -> None:
    few = to_claim(wanted(due(APART), NOW), {}, NOW)
    assert len(few) == APART
    said = to_claim(wanted(due(200), NOW), standing(few), NOW)
    whole = [claim for claim in said if claim.active]
    assert [(c.subject.type, c.subject.id) for c in whole] == [("enterprise", "acme")]
    assert whole[0].facts == {"due_on": "2026-03-01", "points": 200, "first": "T-0"}
    assert {c.place for c in said if not c.active} == {c.place for c in few}
    back = to_claim(wanted(due(APART), NOW), standing(whole), NOW)
    assert [c.active for c in back].count(True) == APART
    assert [c.place for c in back if not c.active] == [whole[0].place]


def test_kinds_and_enterprises_do_not_mix() -> None:
    days = due(2) + due(9, BUMP) + due(1, enterprise="beta")
    found = wanted(days, NOW)
    assert sorted((place[0], place[1], place[3]) for place in found) == [
        ("acme", "enterprise", BUMP),
        ("acme", "point", CALIBRATION),
        ("acme", "point", CALIBRATION),
        ("beta", "point", CALIBRATION),
    ]


def test_a_licence_that_is_over_speaks_for_itself_and_of_many_the_enterprise() -> None:
    last = date(2026, 2, 28)
    one = DueDay("acme", DueKind.LICENCE, last, "safety_production AQ-7")
    [claim] = to_claim(
        wanted([one, *due(1)], NOW), standing(to_claim(wanted(due(1), NOW), {}, NOW)), NOW
    )
    assert (claim.subject.type, claim.subject.id) == ("licence", "safety_production AQ-7")
    assert (claim.condition, claim.grade, claim.lease_until) == ("licence_expired", GRADE, None)
    assert claim.facts == {"due_on": "2026-02-28"}
    many = [DueDay("acme", DueKind.LICENCE, last, f"fire {n}", 9) for n in range(APART)]
    [whole, over] = to_claim(wanted(many, NOW), standing([claim]), NOW)
    assert (whole.subject.type, whole.subject.id) == ("enterprise", "acme")
    assert whole.facts == {"due_on": "2026-02-28", "licences": 9, "first": "fire 0"}
    assert (over.place, over.active) == (claim.place, False)
