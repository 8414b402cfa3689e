"""Bypasses seen in the field: approved they are quiet, otherwise an alarm; with no database at all."""

from dataclasses import replace
from typing import Any

import pytest

from services.alerts import engine_claims
from services.alerts.engine import Engine
from services.domain.alarm import AlarmState
from services.domain.bypass import BypassKind
from services.domain.bypass_permit import BypassPermit
from services.domain.claim import Claim
from services.domain.directory import BookChange, GoneGateway
from services.domain.point import STATES, Point, PointKind, Reporting
from services.domain.reading import Quality
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT
from tests.stories.park import Park, Told, ms

ESD = Point(31, "acme", "ESD-301", PointKind.INTERLOCK, "1", period_s=10.0, gateway="gw")
QUIET = replace(ESD, id=32, tag="ESD-302", period_s=None, reporting=Reporting.ON_CHANGE)
CODES = {name: float(code) for code, name in enumerate(STATES[PointKind.INTERLOCK])}
HOUR = 3_600.0


def permit(since: float, until: float, **more: Any) -> BypassPermit:
    known = BypassPermit("acme", "bp-1", "ESD-301", ("ESD-301",), BypassKind.MAINTENANCE,
                         ms(since), ms(until))  # fmt: skip
    return replace(known, **more)


class Plant(Park):
    """A park with two interlocks, one that reports every 10 s and one on change."""

    def __init__(self, *permits: BypassPermit) -> None:
        super().__init__(points=(ESD, QUIET))
        for each in permits:
            self.directory.put_permit(each)

    def tell(
        self, state: str, at: float, point: Point = ESD, received: float | None = None
    ) -> Told:
        return self.read(CODES[state], at, received, point=point)

    def permits(self, *permits: BypassPermit) -> Told:
        change = BookChange(self.directory.version + 1, permits=permits)
        return self.take(self.engine.apply_book(change, ms(self.now)))


def test_a_bypass_that_nobody_approved_is_an_alarm_until_it_is_over() -> None:
    plant = Plant()
    assert plant.tell("in_service", 0) == []
    assert plant.tell("bypass_maintenance", 10) == [("raised", 10)]
    alarm = plant.alarm
    assert (alarm.condition, alarm.grade, alarm.tag) == ("bypass_unapproved", 2, "ESD-301")
    assert alarm.facts == {"state": "bypass_maintenance"}
    assert plant.tell("bypass_maintenance", 20) == []
    plant.acknowledge(alarm.id)
    assert plant.tell("in_service", 30) == [("cleared", 30)]


def test_trips_and_faults_are_no_bypass() -> None:
    plant = Plant()
    states = ("tripped", "reset_pending", "fault", "in_service")
    assert [plant.tell(state, 10.0 * n) for n, state in enumerate(states)] == [[]] * 4
    assert plant.tell("removed", 60) == [("raised", 60)]


def test_an_approved_one_is_quiet_until_its_end() -> None:
    plant = Plant(permit(0, HOUR))
    for at in range(0, int(HOUR), 600):
        assert plant.tell("bypass_maintenance", at) == []
    plant.tell("bypass_maintenance", HOUR - 5)
    assert plant.wait(HOUR - 1) == []
    assert plant.wait(HOUR) == [("raised", HOUR)]
    assert plant.alarm.condition == "bypass_expired"
    assert plant.alarm.facts == {
        "state": "bypass_maintenance", "loop": "ESD-301", "bypass": "bp-1", "until": ms(HOUR)
    }  # fmt: skip
    assert plant.tell("in_service", HOUR + 5) == [("returned", HOUR + 5)]


def test_a_loop_left_in_a_test_that_nobody_approved_is_an_alarm_until_it_serves_again() -> None:
    plant = Plant()
    plant.tell("in_service", 0)
    assert plant.tell("proof_test", 10) == [("raised", 10)]
    alarm = plant.alarm
    assert (alarm.condition, alarm.grade, alarm.facts) == (
        "bypass_unapproved", 2, {"state": "proof_test"},
    )  # fmt: skip
    assert plant.tell("proof_test", 20) == []
    assert plant.tell("in_service", 30) == [("returned", 30)]
    plant.acknowledge(alarm.id)
    assert plant.open == []


def test_a_test_approved_while_it_goes_on_is_quiet_from_then_on_to_its_end() -> None:
    plant = Plant()
    plant.tell("proof_test", 10)
    plant.acknowledge(plant.alarm.id)
    plant.tell("proof_test", 20)
    assert plant.permits(permit(20, 60, kind=BypassKind.PROOF_TEST)) == [("cleared", 20)]
    plant.tell("proof_test", 50)
    assert plant.wait(59) == []
    assert plant.wait(60) == [("raised", 60)]
    assert plant.alarm.condition == "bypass_expired"


@pytest.mark.parametrize("state", ["proof_test", "bypass_maintenance", "removed"])
def test_while_its_unit_is_shut_down_with_approval_a_loop_may_be_out_until_the_end(
    state: str,
) -> None:
    plant = Plant(permit(0, HOUR, kind=BypassKind.OUTAGE))
    assert plant.tell(state, 10) == []
    plant.tell(state, HOUR - 5)
    assert plant.wait(HOUR - 1) == []
    assert plant.wait(HOUR) == [("raised", HOUR)]
    assert (plant.alarm.condition, plant.alarm.facts["state"]) == ("bypass_expired", state)


def test_a_maintenance_approval_is_none_for_a_test() -> None:
    plant = Plant(permit(0, HOUR))
    assert plant.tell("bypass_maintenance", 10) == []
    assert plant.tell("proof_test", 20) == [("raised", 20)]
    assert plant.alarm.condition == "bypass_unapproved"


def test_a_test_that_outlasts_its_approval_is_an_alarm() -> None:
    plant = Plant(permit(10, HOUR, kind=BypassKind.PROOF_TEST))
    assert plant.tell("proof_test", 10) == []
    plant.tell("proof_test", HOUR - 5)
    assert plant.wait(HOUR - 1) == []
    assert plant.wait(HOUR) == [("raised", HOUR)]
    assert (plant.alarm.condition, plant.alarm.facts["state"]) == ("bypass_expired", "proof_test")
    assert plant.tell("in_service", HOUR + 5) == [("returned", HOUR + 5)]


def test_a_test_after_an_approval_that_is_closed_is_one_that_nobody_approved() -> None:
    ended = permit(0, 60, kind=BypassKind.PROOF_TEST)
    plant = Plant(ended)
    plant.tell("in_service", 70)
    plant.permits(replace(ended, closed=True))
    assert plant.tell("proof_test", 80) == [("raised", 80)]
    assert plant.alarm.condition == "bypass_unapproved"
    assert plant.tell("in_service", 100) == [("returned", 100)]


def test_a_test_heard_of_late_was_approved_in_its_time_or_sounds_as_over() -> None:
    ended = permit(0, 60, kind=BypassKind.PROOF_TEST)
    plant = Plant(ended)
    plant.tell("in_service", 40)
    plant.tell("in_service", 100)
    plant.permits(replace(ended, closed=True))
    assert plant.tell("proof_test", 50, received=101) == []
    assert plant.tell("proof_test", 70, received=102) == [("raised", 70), ("returned", 100)]
    assert plant.alarm.condition == "bypass_expired"


def test_an_approval_of_another_kind_or_point_approves_nothing() -> None:
    other = permit(0, HOUR, id="bp-2", points=("ESD-302",))
    plant = Plant(permit(0, HOUR, kind=BypassKind.OPERATIONAL), other)
    assert plant.tell("bypass_maintenance", 10) == [("raised", 10)]
    assert plant.tell("bypass_operational", 20) == [("returned", 20)]


def test_an_approval_given_while_it_stands_ends_the_alarm() -> None:
    plant = Plant()
    plant.tell("bypass_maintenance", 10)
    assert plant.permits(permit(10, HOUR)) == [("returned", 10)]


def test_an_approval_that_begins_later_covers_from_then_on() -> None:
    plant = Plant(permit(30, HOUR))
    plant.tell("bypass_maintenance", 10)
    plant.acknowledge(plant.alarm.id)
    plant.tell("bypass_maintenance", 25)
    assert plant.wait(30) == [("cleared", 30)]


def test_an_extension_in_the_book_moves_the_end() -> None:
    plant = Plant(permit(0, HOUR))
    plant.tell("bypass_maintenance", HOUR - 10)
    assert plant.permits(permit(0, 2 * HOUR)) == []
    plant.tell("bypass_maintenance", HOUR - 1)
    assert plant.wait(HOUR + 1) == []
    plant.tell("bypass_maintenance", 2 * HOUR - 1)
    assert plant.wait(2 * HOUR) == [("raised", 2 * HOUR)]


def test_restored_on_paper_and_not_in_the_field_is_an_alarm() -> None:
    plant = Plant(permit(0, HOUR))
    plant.tell("bypass_maintenance", 600)
    assert plant.permits(permit(0, 600)) == [("raised", 600)]
    assert plant.alarm.condition == "bypass_expired"
    closed = plant.permits(permit(0, 600, closed=True))
    assert [event for event, _ in closed] == ["corrected"]
    assert plant.alarm.condition == "bypass_unapproved"


def test_once_it_is_heard_no_more_it_is_not_judged_and_never_clear() -> None:
    plant = Plant()
    plant.tell("bypass_maintenance", 0)
    assert plant.wait(29) == []
    told = plant.wait(31)
    assert ("lapsed", 30) in told
    alarm = next(each for each in plant.alarms.values() if each.rule == "bypass")
    assert (alarm.judged, alarm.state) == (False, AlarmState.UNACKNOWLEDGED)
    assert "resumed" in [event for event, _ in plant.tell("bypass_maintenance", 40)]
    assert plant.alarms[alarm.id].judged


def test_bad_quality_is_neither_a_bypass_nor_its_end() -> None:
    plant = Plant()
    assert plant.read(CODES["removed"], 0, point=QUIET, quality=Quality.BAD) == []
    plant.tell("removed", 5, QUIET)
    assert plant.read(None, 10, point=QUIET, quality=Quality.BAD) == [("lapsed", 10)]
    assert plant.tell("removed", 15, QUIET) == [("resumed", 15)]
    assert plant.wait(DAYS) == []


DAYS = 30 * 86_400.0


def test_what_is_from_the_past_changes_nothing_now() -> None:
    plant = Plant()
    plant.tell("in_service", 200)
    assert plant.tell("bypass_maintenance", 79, received=201) == []
    assert plant.tell("bypass_maintenance", -90_000, received=202) == []


def test_a_gateway_that_catches_up_tells_of_the_bypass_between() -> None:
    plant = Plant()
    batch = [
        plant.reading(CODES[state], at, 60, ESD)
        for state, at in (("in_service", 10), ("removed", 20), ("in_service", 30))
    ]
    assert plant.judge(batch) == [("raised", 20), ("returned", 30)]


def test_it_is_remembered_over_a_restart() -> None:
    plant = Plant(permit(0, HOUR, points=("ESD-302",)))
    plant.tell("bypass_maintenance", 5, QUIET)
    plant.tell("removed", 6)
    standing = plant.alarm.id
    plant.engine = Engine.load(plant.engine.dump(), plant.directory)
    plant.tell("removed", 16)
    assert [alarm.id for alarm in plant.engine.open_alarms()] == [standing]
    plant.tell("in_service", 20)
    assert plant.wait(HOUR) == [("raised", HOUR)]
    assert plant.alarms[plant.said[-1].alarm.id].tag == "ESD-302"


def test_what_was_heard_since_the_snapshot_is_remembered_too() -> None:
    plant = Plant(permit(0, HOUR, points=("ESD-302",)))
    dump = plant.engine.dump()
    plant.tell("bypass_maintenance", 5, QUIET)
    plant.engine = Engine.load(dump, plant.directory)
    plant.engine.remember(list(plant.stored.values()))
    assert plant.wait(HOUR) == [("raised", HOUR)]


def test_no_logic_of_the_plant_takes_it_off_the_board() -> None:
    plant = Plant()
    inhibits = Claim(INHIBIT, "acme", Subject.point("ESD-301"), INHIBIT, True, 4, ms(0), "stopped",
                     {"logic": "the unit is stopped"}, ESD.id)  # fmt: skip
    assert plant.tell("removed", 5) == [("raised", 5)]
    assert plant.take(plant.engine.claim([inhibits], ms(5))) == [("raised", 0)]
    (alarm,) = (each for each in plant.engine.open_alarms() if each.rule == "bypass")
    assert (alarm.off, alarm.state) == (None, AlarmState.UNACKNOWLEDGED)


def test_a_point_or_gateway_that_goes_takes_its_alarm_along() -> None:
    plant = Plant()
    plant.tell("removed", 5)
    change = BookChange(1, removed_points=(ESD,))
    told = plant.take(plant.engine.apply_book(change, ms(6)))
    assert told == [("withdrawn", 6)]
    other = Plant()
    other.tell("removed", 5)
    gone = BookChange(1, gone_gateways=(GoneGateway("acme", "gw", 1),))
    assert ("withdrawn", 6) in other.take(other.engine.apply_book(gone, ms(6)))


def test_a_point_that_becomes_an_interlock_is_watched_and_no_longer_when_it_ceases() -> None:
    plant = Plant()
    new = replace(ESD, id=33, tag="ESD-303")
    plant.take(plant.engine.apply_book(BookChange(1, points=(new,)), ms(0)))
    assert plant.tell("removed", 5, new) == [("raised", 5)]
    valve = replace(new, kind=PointKind.VALVE)
    assert plant.take(plant.engine.apply_book(BookChange(2, points=(valve,)), ms(6))) == [
        ("withdrawn", 6)]  # fmt: skip


def test_however_much_other_judges_claim_a_bypass_has_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_claims, "MOST", 0)
    plant = Plant()
    assert plant.tell("bypass_maintenance", 10) == [("raised", 10)]
    plant.restart()
    assert plant.tell("in_service", 20) == [("returned", 20)]
