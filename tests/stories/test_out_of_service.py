"""An alarm taken out of service: under a permit, by one person or by two, and how it comes back."""

from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.subject import Subject
from tests.stories.park import GAS, Told, ms, rule
from tests.stories.test_shelf import NEXT, TANK, act, of_tag, park


def test_out_of_service_needs_a_permit_and_is_looked_at_anew_when_it_returns() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    assert act(story, LifeEvent.TAKE_OUT, story.alarm) == (
        [],
        ["Out of service needs the number of a permit."],
    )
    told, _ = act(story, LifeEvent.TAKE_OUT, story.alarm, permit="P-7")
    assert told == [("out_of_service", 0)]
    story.read(10, 5, point=TANK)
    story.read(85, 10, point=TANK)
    assert story.alarm.state is AlarmState.OUT_OF_SERVICE
    story.read(85, 20, point=NEXT)
    assert of_tag(story, "LT-21").off is not None, "no neighbour brings it back"
    told, _ = act(story, LifeEvent.RETURN_TO_SERVICE, story.open[0])
    assert told == [("returned_to_service", 20)]
    assert of_tag(story, "LT-21").state is AlarmState.UNACKNOWLEDGED


RED_ABOVE = (rule("H", 80, 3, point=TANK), rule("HH", 90, 1, point=TANK))


def test_what_one_person_took_out_of_service_comes_back_at_a_worse_grade() -> None:
    story = park(*RED_ABOVE)
    story.read(85, 0, point=TANK)
    act(story, LifeEvent.TAKE_OUT, story.alarm, 720, permit="P-7")
    assert story.read(95, 5, point=TANK) == [("returned_to_service", 5), ("escalated", 5)]
    assert (story.alarm.state, story.alarm.grade) == (AlarmState.UNACKNOWLEDGED, 1)


def test_a_new_occurrence_of_a_worse_grade_ends_what_one_person_decided() -> None:
    story = park(*RED_ABOVE)
    story.read(85, 0, point=TANK)
    act(story, LifeEvent.TAKE_OUT, story.alarm, 720, permit="P-7")
    story.read(10, 5, point=TANK)
    assert story.read(95, 10, point=TANK) == [("returned_to_service", 10), ("raised", 10)]
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED


def test_what_two_people_took_out_of_service_stays_out_whatever_comes() -> None:
    story = park(*RED_ABOVE)
    story.read(85, 0, point=TANK)
    act(story, LifeEvent.TAKE_OUT, story.alarm, 720, permit="P-7", approved_by="li")
    assert story.read(95, 5, point=TANK) == [("escalated", 5)]
    assert (story.alarm.state, story.alarm.grade) == (AlarmState.OUT_OF_SERVICE, 1)


def test_a_graver_claim_comes_back_from_out_of_service_by_one_person() -> None:
    def stuck(grade: int) -> Told:
        claim = Claim(
            "stuck", "acme", Subject.point(GAS.tag), "stuck", True, grade, ms(story.now), "x"
        )
        return story.take(story.engine.claim([claim], ms(story.now)))

    story = park()
    stuck(3)
    act(story, LifeEvent.TAKE_OUT, story.alarm, 720, permit="P-7")
    story.now = 5
    assert stuck(2) == [("returned_to_service", 5), ("escalated", 5)]
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED


def test_out_of_service_tells_nothing_of_its_neighbours() -> None:
    story = park()
    story.read(85, 0, point=NEXT)
    act(story, LifeEvent.TAKE_OUT, story.alarm, permit="P-7")
    story.read(10, 1, point=NEXT)
    story.read(85, 2, point=TANK)
    act(story, LifeEvent.SHELVE, story.open[1])
    assert story.read(85, 3, point=NEXT) == [("superseded", 3), ("raised", 3)]
