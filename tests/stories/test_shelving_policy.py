"""The park's own policy: from when it holds, what it changes, and what it leaves as it was."""

from services.alerts.engine import Action
from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.directory import BookChange
from services.domain.shelving_policy import HOUR_MS, NEVER, Allowance, ShelvingPolicy
from services.domain.suppression import MINUTE_MS
from tests.stories.park import Park, Told, ms, rule

LONGER = ShelvingPolicy(
    1,
    (
        NEVER,
        Allowance(HOUR_MS, 0),
        Allowance(8 * HOUR_MS, 8 * HOUR_MS),
        *ShelvingPolicy().shelf[3:],
    ),
)
SHORTER = ShelvingPolicy(
    2,
    (NEVER, NEVER, Allowance(HOUR_MS, 30 * MINUTE_MS), Allowance(HOUR_MS, HOUR_MS)),
    (NEVER, NEVER, NEVER, Allowance(HOUR_MS, 0)),
)
TOO_LONG = "An alarm of grade 3 is shelved for 1 to {} minutes."
SECOND_PERSON = "A second person has to approve this."


def standing(grade: int = 3) -> Park:
    story = Park(rule("H", 25, grade))
    story.read(30, 0)
    return story


def sets(story: Park, policy: ShelvingPolicy) -> Told:
    change = BookChange(story.directory.version + 1, shelving=policy)
    return story.take(story.engine.apply_book(change, ms(story.now)))


def act(
    story: Park, minutes: float, second: str | None = None, kind: LifeEvent = LifeEvent.SHELVE
) -> list[str]:
    """Why it was refused."""
    action = Action(kind, story.alarm.id, "wang", "检修", minutes, "P-7", second)
    outcome, _, refused = story.engine.act(action, None, ms(story.now))
    story.take(outcome)
    return [each.text for each in refused]


def test_a_longer_policy_holds_from_the_moment_it_is_in_the_book() -> None:
    story = standing()
    assert act(story, 480) == [TOO_LONG.format(240)]
    assert sets(story, LONGER) == []
    assert act(story, 480) == []
    assert story.alarm.off is not None
    assert (story.alarm.off.policy, story.alarm.off.until) == (1, ms(480 * 60))


def test_a_shorter_one_leaves_what_is_off_the_board_and_binds_what_comes() -> None:
    story = standing()
    act(story, 240)
    assert story.alarm.off is not None
    assert sets(story, SHORTER) == []
    assert story.alarm.off.policy == 0
    story.read(10, 60)
    story.read(30, 120)
    assert story.alarm.off.policy == 0, "handed on as it was allowed"
    assert story.wait(240 * 60 - 1) == []
    assert story.wait(240 * 60) == [("unshelved", 240 * 60)]
    assert act(story, 240) == [TOO_LONG.format(60)]
    assert act(story, 31) == [SECOND_PERSON]
    assert act(story, 30) == []


def test_where_the_park_allows_none_none_is_taken_out() -> None:
    story = standing()
    sets(story, SHORTER)
    why = "An alarm of grade 3 is never taken out of service."
    assert act(story, 1, "li", LifeEvent.TAKE_OUT) == [why]
    story = standing(4)
    sets(story, SHORTER)
    assert act(story, 1, None, LifeEvent.TAKE_OUT) == [SECOND_PERSON]
    assert act(story, 1, "li", LifeEvent.TAKE_OUT) == []
    assert story.alarm.state is AlarmState.OUT_OF_SERVICE


def test_by_default_one_person_takes_out_of_service_for_a_shift() -> None:
    story = standing()
    assert act(story, 721, None, LifeEvent.TAKE_OUT) == [SECOND_PERSON]
    assert act(story, 720, None, LifeEvent.TAKE_OUT) == []


def test_a_change_of_the_book_that_tells_no_policy_leaves_it() -> None:
    story = standing()
    sets(story, LONGER)
    story.book(rule("H", 26, 3, version=2))
    assert story.directory.shelving is LONGER


def test_it_holds_after_a_restart() -> None:
    story = standing()
    sets(story, LONGER)
    story.restart()
    assert act(story, 480) == []
    story.restart()
    assert story.alarm.off is not None
    assert story.alarm.off.policy == 1
