"""What each event makes of an alarm, state by state."""

import pytest

from services.domain import event
from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind
from services.domain.judgement import Step
from services.domain.rule import Condition
from tests.stories.park import GAS

H = Step(100, "h", 1, Condition.H, 25.0, 2, 30.0)
HH = Step(200, "hh", 3, Condition.HH, 50.0, 1, 60.0)


def fresh(historical: bool = False) -> Alarm:
    return event.raised(GAS, "a1", 100, 105, H, historical=historical)


def test_raised() -> None:
    alarm = fresh()
    assert alarm.state is AlarmState.UNACKNOWLEDGED
    assert (alarm.enterprise, alarm.tag, alarm.point_id) == ("acme", "GT-101", 1)
    assert (alarm.raised_at, alarm.received_at, alarm.value) == (100, 105, 30.0)
    assert event.is_open(alarm)
    assert event.awaits(alarm)
    assert not event.is_over(alarm)


def test_raised_in_the_past_it_asks_for_nothing() -> None:
    alarm = fresh(historical=True)
    assert alarm.state is AlarmState.ACKNOWLEDGED
    assert alarm.acknowledged_by is None
    assert not event.awaits(alarm)
    assert event.escalated(alarm, HH).state is AlarmState.ACKNOWLEDGED


def test_another_level_changes_what_names_it_and_no_more() -> None:
    alarm = event.levelled(fresh(), HH)
    assert (alarm.rule, alarm.rule_version, alarm.condition) == ("hh", 3, "HH")
    assert (alarm.limit, alarm.grade, alarm.value) == (50.0, 1, 60.0)
    assert alarm.raised_at == 100


def test_returned_unacknowledged_then_acknowledged_is_closed() -> None:
    kind, alarm = event.returned(fresh(), 300)
    assert kind is EventKind.RETURNED
    assert alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert event.awaits(alarm)
    assert event.is_over(alarm)
    done = event.acknowledged(alarm, "wang", 400)
    assert (done.state, done.closed_as) == (AlarmState.NORMAL, ClosedAs.CLEARED)
    assert (done.cleared_at, done.acknowledged_at) == (300, 400)
    assert not event.is_open(done)


def test_acknowledged_then_returned_is_cleared() -> None:
    kind, alarm = event.returned(event.acknowledged(fresh(), "wang", 200), 300)
    assert kind is EventKind.CLEARED
    assert (alarm.closed_as, alarm.cleared_at) == (ClosedAs.CLEARED, 300)
    assert alarm.acknowledged_by == "wang"


@pytest.mark.parametrize("how", list(ClosedAs))
def test_closed_keeps_an_end_that_it_had(how: ClosedAs) -> None:
    _, over = event.returned(fresh(), 300)
    assert event.closed(over, how, 900).cleared_at == 300
    assert event.closed(fresh(), how, 900).cleared_at == 900
    assert event.closed(fresh(), how, 0).cleared_at == fresh().raised_at
    assert not event.is_open(event.closed(fresh(), how, 900))


def test_asked_again_it_stands_as_new() -> None:
    _, closed = event.returned(event.acknowledged(fresh(), "wang", 200), 300)
    again = event.asked_again(closed)
    assert again == fresh()


def test_severity_is_the_worse_grade_then_the_further_limit() -> None:
    low, lower = (
        Step(0, "l", 1, c, x, 2, 0.0) for c, x in ((Condition.L, 10.0), (Condition.LL, 5.0))
    )
    assert HH.severity > H.severity
    assert lower.severity > low.severity
    graver = Step(0, "g", 1, Condition.H, 25.0, 1, 0.0)
    assert graver.severity > H.severity
    red_below = Step(0, "r", 1, Condition.HH, 20.0, 1, 0.0)
    assert red_below.severity > H.severity, "red is never hidden behind orange"
