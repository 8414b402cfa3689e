"""A bypass seen in the field after another engine took over, after another breach, after bad news."""

from collections.abc import Iterable

from services.alerts.engine import Engine
from services.domain.alarm import AlarmState, EventKind, Transition
from services.domain.directory import BookChange
from services.domain.reading import Quality, Reading
from tests.stories.park import Told, ms
from tests.stories.test_interlocks import CODES, HOUR, QUIET, Plant, permit

LONG = permit(0, 48 * HOUR, points=("ESD-302",), loop="ESD-302")


def take_over(plant: Plant, at: float) -> tuple[Plant, Told]:
    """An engine of another disk starts from the record and what the interlocks told last."""
    heir = Plant(*plant.directory.permits.values())
    for alarm in plant.open:
        heir.engine.replay_record(Transition(EventKind.RAISED, alarm, alarm.raised_at, ms(at)))
    heir.now = at
    return heir, heir.take(heir.engine.recall(newest(plant.stored.values()), ms(at)))


def newest(readings: Iterable[Reading]) -> list[Reading]:
    """The last usable one of each point."""
    last = {each.point_id: each for each in sorted(readings, key=lambda each: each.measured_at)
            if each.is_judged}  # fmt: skip
    return list(last.values())


def test_an_approval_ends_under_an_engine_that_took_over_long_after_it_was_told() -> None:
    plant = Plant(LONG)
    assert plant.tell("bypass_maintenance", 10, QUIET) == []
    heir, told = take_over(plant, 40 * HOUR)
    assert told == []
    assert heir.wait(48 * HOUR) == [("raised", 48 * HOUR)]
    assert heir.alarm.condition == "bypass_expired"


def test_what_stood_when_another_engine_took_over_stands_as_it_was() -> None:
    plant = Plant(LONG)
    plant.tell("bypass_maintenance", 10, QUIET)
    plant.wait(48 * HOUR)
    plant.acknowledge(plant.alarm.id)
    heir, told = take_over(plant, 80 * HOUR)
    assert told == []
    assert heir.wait(100 * HOUR) == []
    assert (heir.alarm.id, heir.alarm.judged) == (plant.alarm.id, True)
    assert heir.alarm.state is AlarmState.ACKNOWLEDGED
    assert heir.tell("in_service", 101 * HOUR, QUIET) == [("cleared", 101 * HOUR)]


def test_what_was_told_in_its_time_ends_no_breach_of_now() -> None:
    plant = Plant(permit(0, 100, points=("ESD-302",)))
    plant.tell("bypass_maintenance", 10, QUIET)
    plant.wait(100)
    plant.acknowledge(plant.alarm.id)
    assert plant.tell("bypass_maintenance", 95, QUIET, received=110) == []
    assert plant.alarm.state is AlarmState.ACKNOWLEDGED


def test_another_breach_asks_again_and_the_same_one_does_not() -> None:
    plant = Plant(permit(0, 100))
    for at in range(10, 101, 10):
        plant.tell("bypass_maintenance", at)
    standing = plant.alarm.id
    plant.acknowledge(standing)
    assert plant.tell("bypass_maintenance", 105) == []
    assert plant.alarm.state is AlarmState.ACKNOWLEDGED
    assert plant.tell("removed", 110) == [("escalated", 110)]
    assert (plant.alarm.id, plant.alarm.condition) == (standing, "bypass_unapproved")
    assert (plant.alarm.state, plant.alarm.acknowledged_by) == (AlarmState.UNACKNOWLEDGED, None)
    assert plant.tell("removed", 120) == []


def test_a_breach_that_nobody_has_seen_yet_is_put_right() -> None:
    plant = Plant(permit(0, 100))
    plant.tell("bypass_maintenance", 100)
    assert [event for event, _ in plant.tell("removed", 110)] == ["corrected"]
    assert plant.alarm.condition == "bypass_unapproved"


def test_bad_news_of_before_the_last_good_says_nothing_of_now() -> None:
    plant = Plant()
    plant.tell("removed", 5, QUIET)
    plant.tell("removed", 20, QUIET)
    assert plant.read(None, 10, received=21, point=QUIET, quality=Quality.BAD) == []
    assert plant.alarm.judged
    assert plant.read(None, 20, received=22, point=QUIET, quality=Quality.BAD) == [("lapsed", 20)]
    assert not plant.alarm.judged


def test_of_one_batch_the_last_word_counts() -> None:
    plant = Plant()
    plant.tell("removed", 5, QUIET)
    good = plant.reading(CODES["removed"], 10, 12, QUIET)
    bad = plant.reading(None, 11, 12, QUIET, Quality.BAD)
    assert plant.judge([bad, good]) == [("lapsed", 11)]
    assert not plant.alarm.judged


def test_an_approval_that_ended_before_bad_news_of_the_same_batch_is_an_alarm() -> None:
    plant = Plant(permit(0, 100, points=("ESD-302",)))
    good = plant.reading(CODES["bypass_maintenance"], 90, 120, QUIET)
    bad = plant.reading(None, 110, 120, QUIET, Quality.BAD)
    assert plant.judge([good, bad]) == [("raised", 100), ("lapsed", 110)]


def test_another_breach_by_the_book_asks_again_too() -> None:
    plant = Plant(permit(0, 600))
    plant.tell("bypass_maintenance", 600)
    plant.acknowledge(plant.alarm.id)
    change = BookChange(plant.directory.version + 1, permits=(permit(0, 600, closed=True),))
    assert plant.take(plant.engine.apply_book(change, ms(700))) == [("escalated", 700)]
    plant.engine = Engine.load(plant.engine.dump(), plant.directory)
    assert plant.alarm.state is AlarmState.UNACKNOWLEDGED
    assert plant.take(plant.engine.recall([], ms(701))) == []
    assert plant.alarm.condition == "bypass_unapproved"
