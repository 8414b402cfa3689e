"""Killed in the middle of what a rule is about: it goes on as if nothing had been."""

from services.domain.alarm import AlarmState
from tests.stories.rules import (
    EAST,
    LEVEL,
    TEMPERATURE,
    TWIN,
    VALVE,
    WEST,
    Ruled,
    detector,
    ramp,
)


def test_a_running_on_delay_goes_on_after_a_restart() -> None:
    park = Ruled(detector("state", VALVE, states="fault", on=30))
    park.feed({0: 3.0}, VALVE)
    park.restart()
    assert park.wait(29) == []
    assert park.wait(40) == [("raised", 30)]


def test_a_delay_that_began_after_the_snapshot_goes_on_after_a_kill() -> None:
    park = Ruled(detector("state", VALVE, states="fault", on=30, off=20))
    park.feed({0: 0.0}, VALVE)
    dump = park.engine.dump()
    park.feed({5: 3.0}, VALVE)
    park.kill(dump)
    assert park.wait(34) == []
    assert park.wait(36) == [("raised", 35)]
    park.kill(dump)
    park.feed({40: 0.0}, VALVE)
    park.kill(dump)
    assert park.wait(59) == []
    assert park.wait(61) == [("returned", 60)]
    park.kill(dump)
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_an_alarm_raised_after_the_snapshot_is_the_same_one_after_a_kill() -> None:
    park = Ruled(detector("deviation", TEMPERATURE, TWIN, limit=5.0, smooth_s=0.0))
    dump = park.engine.dump()
    park.feed({0: 100.0}, TEMPERATURE)
    park.feed({1: 110.0}, TWIN)
    raised = park.alarm
    park.kill(dump)
    assert park.alarm == raised
    assert park.feed({2: 111.0}, TWIN) == []
    assert park.feed({3: 101.0}, TWIN) == [("returned", 3)]


def test_what_was_remembered_is_remembered_after_a_kill() -> None:
    """The first half before the snapshot, a third after it and before the kill."""
    lived = Ruled(detector("stuck", LEVEL, span_s=300.0))
    killed = Ruled(detector("stuck", LEVEL, span_s=300.0))
    for park in (lived, killed):
        park.feed(ramp(50, 0, 0, 150), LEVEL)
    dump = killed.engine.dump()
    for park in (lived, killed):
        park.feed(ramp(50, 0, 160, 250), LEVEL)
    killed.kill(dump, since=140)
    assert lived.feed({260: 50.0, 270: 50.0}, LEVEL) == [("raised", 270)]
    assert killed.feed({260: 50.0, 270: 50.0}, LEVEL) == [("raised", 270)]


def test_votes_are_remembered_and_expire_after_a_restart() -> None:
    park = Ruled(detector("voting", EAST, WEST, needed=2, limit=20.0, window_s=60.0))
    park.feed({0: 25.0, 10: 5.0}, EAST)
    park.restart()
    assert park.feed({20: 25.0}, WEST) == [("raised", 20)]
    park.restart()
    assert park.wait(100) == [("returned", 70)]


def test_a_rule_that_was_changed_while_it_was_down_begins_anew() -> None:
    park = Ruled(detector("state", VALVE, states="fault"))
    park.feed({0: 3.0}, VALVE)
    dump = park.engine.dump()
    park.directory.put_detector(detector("state", VALVE, states="open", version=2))
    park.kill(dump)
    assert park.wait(5) == [("withdrawn", 5)]
    assert park.feed({6: 1.0}, VALVE) == [("raised", 6)]


def test_an_engine_without_a_memory_takes_over_what_is_on_record() -> None:
    """It has the open alarms from the record, and learns of the rules with the book."""
    rule = detector("state", VALVE, states="fault")
    lived, heir = Ruled(rule), Ruled()
    lived.feed({0: 3.0}, VALVE)
    for transition in lived.said:
        heir.engine.replay_record(transition)
    heir.now = 5.0
    assert heir.change(rule) == []
    assert heir.feed({6: 3.0}, VALVE) == []
    assert heir.feed({7: 0.0}, VALVE) == [("returned", 7)]
    assert heir.alarm.id == lived.alarm.id


def test_what_is_on_record_of_a_rule_that_cannot_judge_is_said_once() -> None:
    rule = detector("state", VALVE, states="ajar")
    lived, heir = Ruled(rule), Ruled()
    lived.wait(1)
    for transition in lived.said:
        heir.engine.replay_record(transition)
    heir.now = 5.0
    assert heir.change(rule) == []
    assert heir.alarm.id == lived.alarm.id
