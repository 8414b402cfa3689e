"""What an operator's acknowledgement does, and what it cannot do."""

from services.domain.alarm import AlarmState, ClosedAs
from tests.stories.park import GAS, Park, another, ms, rule

FOREIGN = another("GT-1", 7, "other")


def standing() -> Park:
    park = Park(rule("H", 25), rule("H", 25, point=FOREIGN), points=(GAS, FOREIGN))
    park.read(30, 0)
    return park


def test_it_names_who_and_when_and_says_so_once() -> None:
    park = standing()
    park.now = 5
    (after,), refused = park.acknowledge(park.alarm.id)
    assert refused == []
    assert after.state is AlarmState.ACKNOWLEDGED
    assert (after.acknowledged_by, after.acknowledged_at) == ("wang", ms(5))
    (said,) = park.last.transitions
    assert (said.event, said.actor, said.note, said.at) == ("acknowledged", "wang", "seen", ms(5))


def test_a_second_one_finds_it_as_it_is() -> None:
    park = standing()
    (first,), _ = park.acknowledge(park.alarm.id)
    park.now = 60
    (second,), refused = park.acknowledge(first.id, first.id)
    assert second == first
    assert refused == []
    assert park.last.transitions == []


def test_after_the_return_it_closes_the_alarm_and_keeps_its_end() -> None:
    park = standing()
    park.read(10, 3)
    park.now = 9
    (after,), _ = park.acknowledge(park.alarm.id)
    assert after.state is AlarmState.NORMAL
    assert after.closed_as is ClosedAs.CLEARED
    assert after.cleared_at == ms(3)
    assert [str(t.event) for t in park.last.transitions] == ["acknowledged"]
    assert park.open == []


def test_a_closed_one_is_not_open_and_an_unknown_one_not_found() -> None:
    park = standing()
    closed = park.alarm.id
    park.acknowledge(closed)
    park.read(10, 1)
    assert park.acknowledge(closed, "feed") == ([], ["not_open", "not_found"])


def test_a_foreign_one_does_not_exist() -> None:
    park = standing()
    park.read(30, 1, point=FOREIGN)
    mine, foreign = park.open
    alarms, refused = park.acknowledge(mine.id, foreign.id, of={"acme"})
    assert [alarm.id for alarm in alarms] == [mine.id]
    assert refused == ["not_found"]
    park.read(10, 2, point=FOREIGN)
    park.acknowledge(foreign.id)
    assert park.acknowledge(foreign.id, of={"acme"}) == ([], ["not_found"])


def test_nothing_is_acknowledged_for_someone_without_enterprises() -> None:
    park = standing()
    assert park.acknowledge(park.alarm.id, of=set()) == ([], ["not_found"])
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
