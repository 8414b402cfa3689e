"""A due calibration on the board: from the day in the register to the alarm's end."""

from dataclasses import replace
from datetime import date

from services.domain.alarm import AlarmState
from services.domain.due import DueDay, DueKind, Standing, to_claim, wanted
from services.domain.subject import SubjectType
from tests.stories.park import Park, Told, ms

MARCH = date(2026, 3, 1)


class Register(Park):
    """A park whose register says which days have come."""

    def look(self, at: float, *days: DueDay, told: bool = True) -> Told:
        """The api compares what is due with what stands, and says the difference."""
        self.now = at
        standing = {
            (a.enterprise, a.subject.type, a.subject.id, a.rule): Standing(
                a.facts, a.judged and told
            )
            for a in self.open
            if a.cleared_at is None
        }
        claims = to_claim(wanted(days, ms(at)), standing, ms(at))
        known = self.directory.find
        return self.take(
            self.engine.claim(
                [
                    replace(each, point_id=point.id)
                    if each.subject.type == SubjectType.POINT
                    and (point := known(each.enterprise, each.subject.id)) is not None
                    else each
                    for each in claims
                ],
                ms(at),
            )
        )


def due(tag: str, day: date = MARCH, count: int = 1) -> DueDay:
    return DueDay("acme", DueKind.CALIBRATION, day, tag, count)


def test_it_is_raised_once_acknowledged_and_over_when_it_was_done() -> None:
    park = Register()
    assert park.look(1, due("GT-1")) == [("raised", 1)]
    assert park.look(3, due("GT-1")) == []
    [alarm] = park.open
    assert (alarm.grade, alarm.condition, alarm.tag) == (4, "calibration_due", "GT-1")
    park.acknowledge(alarm.id)
    assert park.look(5, due("GT-1", date(2026, 3, 2))) == [("corrected", 5)]
    assert park.open[0].state is AlarmState.ACKNOWLEDGED
    assert park.look(7) == [("cleared", 7)]
    assert park.look(9) == []


def test_it_stands_through_a_restart_and_needs_no_sign_of_life() -> None:
    park = Register()
    park.look(1, due("GT-1"))
    park.restart()
    assert park.wait(90_000) == []
    [alarm] = park.open
    assert alarm.judged
    assert park.look(90_001, due("GT-1"), told=False) == []


def test_the_enterprise_speaks_for_many_and_its_points_do_no_more() -> None:
    park = Register()
    few = [due(f"T-{n}", count=3) for n in range(3)]
    assert park.look(1, *few) == [("raised", 1)] * 3
    many = [due(f"T-{n}", count=40) for n in range(5)]
    assert sorted(park.look(2, *many)) == [("raised", 2)] + [("returned", 2)] * 3
    whole = [alarm for alarm in park.open if alarm.cleared_at is None]
    assert [(a.subject.id, a.tag, a.facts["points"]) for a in whole] == [("acme", None, 40)]
    assert park.look(3, *[due(f"T-{n}", count=39) for n in range(5)]) == [("corrected", 3)]


def test_an_expired_licence_is_raised_once_through_restarts_and_clears_when_renewed() -> None:
    park = Register()
    licence = DueDay("acme", DueKind.LICENCE, MARCH, "safety_production AQ-7")
    assert park.look(1, licence) == [("raised", 1)]
    park.acknowledge(park.open[0].id)
    for at in (10, 20):
        park.restart()
        assert park.look(at, licence, told=False) == []
    [alarm] = park.open
    assert (alarm.grade, alarm.tag, alarm.subject.type) == (4, None, "licence")
    assert alarm.state is AlarmState.ACKNOWLEDGED
    assert park.look(30) == [("cleared", 30)]
    later = DueDay("acme", DueKind.LICENCE, date(2027, 3, 1), "safety_production AQ-7")
    assert park.look(40, later) == [("raised", 40)]
    assert park.open[0].id != alarm.id
