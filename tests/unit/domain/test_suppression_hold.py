"""Where a suppression stands over time. Times in milliseconds."""

from services.domain.suppression_hold import Answer, Hold, Phase, Unknown

THERE = Answer(True, None, 1.0)
OVER = Answer(False, None, 2.0)
NOBODY_KNOWS = Answer(None, Unknown.SILENT, 1.0)


def test_it_holds_while_its_condition_is_there_and_says_since_when_and_by_what() -> None:
    hold = Hold(0)
    assert hold.phase(OVER) is Phase.WAITING
    hold.take(THERE, 100)
    assert (hold.holding, hold.since, hold.value) == (True, 100, 1.0)
    hold.take(Answer(True, None, 3.0), 200)
    assert (hold.since, hold.value, hold.phase(THERE)) == (100, 1.0, Phase.HOLDING)
    hold.take(OVER, 300)
    assert (hold.holding, hold.since, hold.value, hold.ends_at) == (False, None, None, None)


def test_after_its_condition_it_is_held_until_its_time_and_not_a_moment_longer() -> None:
    hold = Hold(50)
    hold.take(THERE, 100)
    hold.take(OVER, 110)
    assert (hold.phase(OVER), hold.ends_at) == (Phase.ENDING, 160)
    hold.take(OVER, 159)
    assert hold.holding
    hold.take(OVER, 160)
    assert not hold.holding


def test_there_again_meanwhile_it_goes_on_by_what_it_found_now() -> None:
    hold = Hold(50)
    hold.take(THERE, 100)
    hold.take(OVER, 110)
    hold.take(Answer(True, None, None, "a7"), 120)
    assert (hold.since, hold.value, hold.alarm, hold.ends_at) == (100, None, "a7", None)
    hold.take(OVER, 200)
    assert hold.ends_at == 250


def test_without_an_answer_it_ends_at_once_and_so_does_what_is_held_on() -> None:
    for before in (THERE, OVER):
        hold = Hold(50)
        hold.take(THERE, 100)
        hold.take(before, 110)
        hold.take(NOBODY_KNOWS, 120)
        assert (hold.holding, hold.ends_at) == (False, None)
        assert hold.phase(NOBODY_KNOWS) is Phase.UNKNOWN
        hold.take(OVER, 130)
        assert not hold.holding, "there is no start-up after what nobody knows"


def test_a_clock_that_is_set_back_makes_no_end_later_than_meant() -> None:
    hold = Hold(50)
    hold.take(THERE, 1_000)
    hold.take(OVER, 1_010)
    hold.take(OVER, 500)
    assert hold.ends_at == 550
