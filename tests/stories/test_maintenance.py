"""A detector in calibration or bump test: what is kept quiet, what sounds all the same, and its end."""

from dataclasses import replace

from services.alerts.engine import Action
from services.domain.alarm import Alarm, AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.directory import BookChange
from services.domain.maintenance import Maintenance, MaintenanceKind
from services.domain.point import Point
from services.domain.suppression import Off
from services.domain.suppression_hold import Unknown
from tests.stories.field import ONE, TWO, Field
from tests.stories.park import GAS, Park, Told, ms, rule
from tests.stories.suppressing import FLOW, PARENT, PRESSURE, Plant, suppression
from tests.stories.test_detector_groups import EAST, WEST, Grouped, group, vote

H = rule("H", 25, 2, deadband=5)
HH = rule("HH", 50, 1, deadband=5)
LOW = rule("L", 2, 3, name="low")


def work(since: float, until: float, grade: int = 2) -> Maintenance:
    kind = MaintenanceKind.CALIBRATION
    return Maintenance(kind, ms(since), ms(until), "wang", "季度检定", grade, "li")


def tell(park: Park, told: Maintenance, point: Point = GAS) -> Told:
    """The book says so from now on."""
    changed = replace(point, maintenance=told)
    park.take(
        park.engine.apply_book(BookChange(park.directory.version + 1, (changed,)), ms(park.now))
    )
    return park.wait(park.now)


def in_calibration(grade: int = 2) -> Park:
    """From 10 to 100 s."""
    park = Park(H, HH, LOW)
    park.read(10, 0)
    park.now = 10
    assert tell(park, work(10, 100, grade)) == [("raised", 10)]
    return park


def told_of(park: Park) -> Alarm:
    """The alarm that says that it is in calibration."""
    [alarm] = [each for each in park.open if each.rule == "maintenance"]
    return alarm


def own(park: Park) -> Alarm:
    """The detector's alarm."""
    [alarm] = [each for each in park.open if each.rule != "maintenance"]
    return alarm


def test_that_it_goes_on_stands_on_the_board_with_its_end_and_is_over_by_itself() -> None:
    park = in_calibration()
    alarm = told_of(park)
    assert (alarm.grade, alarm.condition, alarm.tag) == (4, "calibration", "GT-101")
    assert alarm.facts["until"] == ms(100)
    assert (alarm.facts["by"], alarm.facts["approved_by"]) == ("wang", "li")
    park.acknowledge(alarm.id)
    assert park.wait(99.9) == []
    assert park.wait(100) == [("cleared", 100)]
    assert park.wait(200) == []
    assert park.open == []


def test_its_own_alarms_are_off_the_board_judged_and_on_record() -> None:
    park = in_calibration()
    park.read(30, 20)
    alarm = own(park)
    assert alarm.state is AlarmState.SUPPRESSED
    assert alarm.off is not None
    assert (alarm.off.how, alarm.off.by, alarm.off.reason) == (
        Off.SUPPRESSED, told_of(park).id, "季度检定",
    )  # fmt: skip
    park.read(10, 30)
    assert park.wait(99) == []


def test_grade_1_is_never_kept_quiet() -> None:
    park = in_calibration()
    park.read(30, 20)
    assert own(park).state is AlarmState.SUPPRESSED
    park.read(60, 21)
    alarm = own(park)
    assert (alarm.grade, alarm.state, alarm.off) == (1, AlarmState.UNACKNOWLEDGED, None)
    again = in_calibration()
    again.read(60, 20)
    assert own(again).state is AlarmState.UNACKNOWLEDGED


def test_what_one_person_decided_covers_the_milder_grades_only() -> None:
    park = in_calibration(grade=3)
    park.read(30, 20)
    assert own(park).state is AlarmState.UNACKNOWLEDGED
    park = in_calibration(grade=3)
    park.read(1, 20)
    assert own(park).state is AlarmState.SUPPRESSED


def test_what_stood_before_goes_off_the_board_with_it_and_what_still_stands_comes_back() -> None:
    park = Park(H, HH)
    park.read(30, 0)
    park.acknowledge(park.alarm.id)
    park.now = 10
    assert tell(park, work(10, 100)) == [("raised", 10), ("suppressed", 10)]
    assert park.wait(99.9) == []
    assert sorted(park.wait(100)) == [("released", 100), ("returned", 100)]
    assert own(park).state is AlarmState.UNACKNOWLEDGED


def test_one_that_is_ended_early_ends_at_once() -> None:
    park = in_calibration()
    park.read(30, 20)
    park.now = 30
    assert sorted(tell(park, work(10, 30))) == [("released", 30), ("returned", 30)]
    assert own(park).state is AlarmState.UNACKNOWLEDGED


def test_it_survives_a_kill_and_ends_while_nobody_was_there() -> None:
    park = in_calibration()
    park.read(30, 20)
    park.restart()
    assert park.wait(50) == []
    assert own(park).state is AlarmState.SUPPRESSED
    park.restart()
    assert sorted(park.wait(150)) == [("released", 150), ("returned", 100)]
    assert own(park).state is AlarmState.UNACKNOWLEDGED
    park.restart()
    assert park.wait(151) == []


def test_another_point_is_judged_as_ever() -> None:
    other = replace(GAS, id=2, tag="GT-102")
    park = Park(H, rule("H", 25, 2, point=other, name="other"), points=(GAS, other))
    tell(park, work(0, 100))
    park.read(30, 20, point=other)
    assert own(park).state is AlarmState.UNACKNOWLEDGED


def test_what_a_group_votes_sounds_while_one_of_it_is_in_calibration() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(grade=2),))
    tell(park, work(0, 100), EAST)
    park.read(30, 1, point=EAST)
    park.read(30, 2, point=WEST)
    assert park.of(EAST).state is AlarmState.SUPPRESSED
    assert park.of(WEST).state is AlarmState.UNACKNOWLEDGED
    assert park.of_condition("voting").off is None


def test_test_gas_hides_nothing_of_the_plant() -> None:
    plant = Plant(suppression(PARENT))
    plant.read(1, 0, point=PRESSURE)
    tell(plant, work(0, 100), PRESSURE)
    plant.read(0.1, 1, point=PRESSURE)
    plant.read(5, 2, point=FLOW)
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED
    assert plant.standing().why is Unknown.UNDER_TEST


def test_what_a_detector_in_calibration_says_ends_no_neighbours_shelf() -> None:
    park = Grouped(group("ring", EAST, WEST))
    park.read(30, 0, point=WEST)
    park.shelve(park.of(WEST))
    tell(park, work(0, 100), EAST)
    assert "unshelved" not in dict(park.read(30, 1, point=EAST))
    assert park.of(WEST).state is AlarmState.SHELVED


def test_a_clock_set_back_before_its_beginning_ends_it() -> None:
    park = in_calibration()
    park.read(30, 20)
    told = park.wait(5)
    assert ("released", 5) in told
    assert own(park).state is AlarmState.UNACKNOWLEDGED


def test_the_alarm_of_it_can_be_shelved_and_keeps_the_detector_quiet() -> None:
    park = in_calibration()
    shelve = Action(LifeEvent.SHELVE, told_of(park).id, "zhao", "known", 60)
    park.take(park.engine.act(shelve, None, ms(15))[0])
    park.read(30, 20)
    assert own(park).state is AlarmState.SUPPRESSED


def test_its_silence_sounds_and_ends_no_calibration() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    tell(field, work(0, 900), ONE)
    field.stream(1, 20, TWO)
    [stale] = [each for each in field.open if each.rule == "silence"]
    assert (stale.tag, stale.off) == (ONE.tag, None)
    assert told_of(field).cleared_at is None
