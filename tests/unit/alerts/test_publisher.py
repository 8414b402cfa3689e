"""The broker cuts whoever sends more than 1 MiB: names and notes may be long, messages not."""

import msgspec

from services.alerts.engine_outcome import ShownValue
from services.alerts.ledger import Numbered
from services.alerts.publisher import Publisher
from services.domain.alarm import Alarm, AlarmState, EventKind, Transition
from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality
from services.domain.rule import Direction
from services.wire.bus import AlarmEvents, AlarmItem, SnapshotChunk
from tests.unit.alerts.desk import Said

MIB = 1024 * 1024
LONG = "名" * 200


def item(number: int) -> AlarmItem:
    return AlarmItem(
        id=f"{number:032}",
        enterprise="E" * 64,
        point_id=number,
        tag="长" * 128,
        direction="high",
        rule="r" * 25,
        rule_version=1,
        condition="HH",
        limit=50.0,
        grade=1,
        state="unacknowledged",
        value=55.0,
        raised_at=1_767_542_400_123,
        received_at=1_767_542_400_123,
        kind="combustible_gas",
        unit="%LEL",
        name=LONG,
        name_en=LONG,
    )


def test_a_snapshot_of_many_long_named_alarms_comes_in_messages_the_broker_takes() -> None:
    said = Said()
    alarms = [item(number) for number in range(2_500)]
    shown = [ShownValue(1, 1_767_542_400_123, 55.0, Quality.GOOD)]
    Publisher(said, "e").snapshot("api", "c1", (7, 5), alarms, shown)
    assert max(len(payload) for _, payload in said.messages) < MIB
    chunks = [msgspec.json.decode(payload, type=SnapshotChunk) for _, payload in said.messages]
    assert [chunk.part for chunk in chunks] == list(range(len(chunks)))
    assert {chunk.parts for chunk in chunks} == {len(chunks)}
    assert [alarm for chunk in chunks for alarm in chunk.alarms] == alarms
    assert [chunk.values is not None for chunk in chunks] == [*[False] * (len(chunks) - 1), True]


def test_an_empty_snapshot_is_one_message() -> None:
    said = Said()
    Publisher(said, "e").snapshot("api", "c1", (7, 5), [], [])
    assert len(said.messages) == 1


def test_a_thousand_events_with_a_long_note_come_in_order_in_messages_the_broker_takes() -> None:
    said = Said()
    point = Point(1, "E" * 64, "长" * 128, PointKind.ANALOG, "m", name=LONG, name_en=LONG)
    directory = Directory()
    directory.put(point)
    alarm = Alarm(
        id="a",
        enterprise=point.enterprise,
        point_id=1,
        tag=point.tag,
        direction=Direction.HIGH,
        rule="r",
        rule_version=1,
        condition="H",
        limit=25.0,
        grade=2,
        state=AlarmState.ACKNOWLEDGED,
        value=30.0,
        raised_at=1_767_542_400_123,
        received_at=1_767_542_400_123,
    )
    noted = Transition(EventKind.ACKNOWLEDGED, alarm, 1, 1, actor="wang", note="注" * 1000)
    Publisher(said, "e").events([Numbered(seq, noted) for seq in range(1_000)], directory)
    assert max(len(payload) for _, payload in said.messages) < MIB
    batches = [msgspec.json.decode(payload, type=AlarmEvents) for _, payload in said.messages]
    assert [event.seq for batch in batches for event in batch.events] == list(range(1_000))
