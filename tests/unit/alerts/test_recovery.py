"""The engine starts from its own disk as if nothing had happened."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from services.alerts.segment import segments
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from services.wire.bus import Command
from tests.unit.alerts.desk import Desk, book


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock) -> MemoryFeed:
    return MemoryFeed(clock)


async def test_without_a_snapshot_the_spool_tells_it_all(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()
    clock.advance(1)
    desk.send("GT-1", 55, ts=clock.now_ms())
    await desk.step()
    before = desk.judge.open_items()

    again = Desk(tmp_path, clock, feed)

    [alarm] = again.judge.open_items()
    assert msgspec.structs.replace(alarm, event_seq=0) == msgspec.structs.replace(
        before[0], event_seq=0
    )
    assert (alarm.condition, alarm.event_seq) == ("HH", 1)
    assert again.judge.ledger.epoch != desk.judge.ledger.epoch


async def test_what_was_not_acknowledged_comes_again_and_raises_nothing_twice(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    desk.send("GT-1", 30, ts=clock.now_ms())
    deliveries = await feed.take(10, 0.001)
    desk.judge.judge(desk.watch._readings(deliveries[0]))
    assert desk.said.names() == ["raised"]
    assert feed.unacked == 1

    feed.drop_connection()  # killed between the spool and the acknowledgement
    again = Desk(tmp_path, clock, feed)
    await again.step()

    assert again.said.names() == []
    assert len(again.judge.open_items()) == 1
    assert feed.unacked == 0


async def given_again(folder: Path, clock: ManualClock, feed: MemoryFeed, after_s: float) -> Desk:
    """Over the limit and back without times, both judged; the engine is killed before it
    acknowledged them, and the next one hears them again."""
    desk = Desk(folder, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    for value in (30, 4):
        desk.send("GT-1", value)
        clock.advance(0.1)
    for delivery in await feed.take(10, 0.001):
        desk.judge.judge(desk.watch._readings(delivery))
    assert desk.said.names() == ["raised", "returned"]
    clock.advance(after_s)
    feed.drop_connection()
    return Desk(folder, clock, feed)


async def test_without_times_what_comes_again_is_the_alarm_that_it_was(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    again = await given_again(tmp_path, clock, feed, 9.0)
    [before] = again.judge.open_items()
    assert before.state == "returned_unacknowledged"

    over, back = await feed.take(10, 0.001)
    again.judge.judge(again.watch._readings(over))
    later = replace(back, received_at=back.received_at + 100)
    again.judge.judge(again.watch._readings(later))

    assert again.said.names() == ["corrected", "returned"]
    [alarm] = again.judge.open_items()
    assert (alarm.id, alarm.state) == (before.id, before.state)
    assert alarm.superseded == 0


async def test_without_times_both_within_a_millisecond_are_the_alarm_that_it_was(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """Of two values of one instant the worse counts: it stands until the next one."""
    again = await given_again(tmp_path, clock, feed, 9.0)
    [before] = again.judge.open_items()

    await again.step()

    [alarm] = again.judge.open_items()
    assert (alarm.id, alarm.state) == (before.id, "unacknowledged")


async def test_without_times_what_comes_again_and_stays_is_there_again(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """Whether it was the same or the next one cannot be told: it asks for an acknowledgement."""
    again = await given_again(tmp_path, clock, feed, 3.0)
    [before] = again.judge.open_items()
    acknowledge(again, before.id)
    assert again.judge.open_items() == []

    over = (await feed.take(10, 0.001))[0]
    again.judge.judge(again.watch._readings(over))

    [alarm] = again.judge.open_items()
    assert (alarm.id, alarm.state) == (before.id, "unacknowledged")


async def test_without_times_what_comes_again_after_ten_seconds_is_an_alarm_of_its_own(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """Twice is better than never."""
    again = await given_again(tmp_path, clock, feed, 11.0)

    await again.step()

    assert again.said.names().count("raised") == 1


async def test_without_times_another_value_is_an_alarm_of_its_own(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """It was given to the engine that was killed, which had not judged it yet."""
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    for value in (30, 4):
        desk.send("GT-1", value)
        await desk.step()
        clock.advance(0.1)
    desk.send("GT-1", 31)
    await feed.take(10, 0.001)
    feed.drop_connection()
    again = Desk(tmp_path, clock, feed)

    await again.step()

    assert again.said.names() == ["superseded", "raised"]
    [alarm] = again.judge.open_items()
    assert (alarm.value, alarm.superseded) == (31, 1)


async def test_a_snapshot_and_what_followed_it(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()
    await desk.keeper.keep()
    desk.send("GT-2", 60, ts=clock.now_ms())
    await desk.step()
    acknowledge(desk, desk.judge.open_items()[0].id)

    again = Desk(tmp_path, clock, feed)

    states = {item.tag: item.state for item in again.judge.open_items()}
    assert states == {"GT-1": "acknowledged", "GT-2": "unacknowledged"}


async def test_a_point_registered_a_moment_before_the_kill_keeps_its_alarm(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    await desk.keeper.keep()
    desk.judge.apply_book(book())
    desk.send("GT-1", 60, ts=clock.now_ms())
    await desk.step()
    clock.advance(0.1)
    desk.send("GT-1", 4, ts=clock.now_ms())
    await desk.step()
    before = desk.judge.open_items()[0]

    again = Desk(tmp_path, clock, feed)

    [alarm] = again.judge.open_items()
    assert (alarm.id, alarm.state) == (before.id, "returned_unacknowledged")
    assert again.said.names() == []


async def test_newest_values_are_shown_after_a_restart(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    desk.send("GT-1", 7, ts=clock.now_ms())
    await desk.step()
    await desk.keeper.keep()

    again = Desk(tmp_path, clock, feed)

    assert [(shown.point_id, shown.value) for shown in again.judge.engine.newest()] == [(1, 7.0)]


async def test_marks_survive_and_settled_ones_stay_settled(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    past = clock.now_ms() - 48 * 3_600_000
    desk.send("GT-1", 30, ts=past)
    desk.send("GT-2", 30, ts=past)
    await desk.step()
    marks = {mark.point_id: mark for mark in desk.judge.marks}
    desk.judge.marks.take(marks[1])
    desk.judge.settle(marks[1])

    again = Desk(tmp_path, clock, feed)

    assert [(mark.point_id, mark.start, mark.end) for mark in again.judge.marks] == [
        (2, past, past)
    ]


async def test_damage_in_the_spool_marks_every_ruled_point_since_the_snapshot(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    taken_at = clock.now_ms()
    for value in (30, 20, 30):
        clock.advance(1)
        desk.send("GT-1", value, ts=clock.now_ms())
        await desk.step()
    path = segments(tmp_path / "spool")[0][1]
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)

    again = Desk(tmp_path, clock, feed)

    assert {mark.point_id for mark in again.judge.marks} == {1, 2}
    assert {(mark.start, mark.end) for mark in again.judge.marks} == {(taken_at, clock.now_ms())}


async def test_a_damaged_snapshot_is_passed_over(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()
    snapshot = tmp_path / "snapshot"
    snapshot.write_bytes(snapshot.read_bytes()[:-1])

    again = Desk(tmp_path, clock, feed)

    assert not again.found.has_snapshot
    assert [item.tag for item in again.judge.open_items()] == ["GT-1"]


async def test_a_snapshot_of_another_spool_is_not_believed(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()
    await desk.keeper.keep()
    for path in (tmp_path / "spool").iterdir():
        path.unlink()

    again = Desk(tmp_path, clock, feed)

    assert not again.found.has_snapshot
    assert again.judge.open_items() == []


async def test_a_repeated_command_is_answered_again_and_carried_out_once(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()
    alarm = desk.judge.open_items()[0].id

    acknowledge(desk, alarm, "c1")
    acknowledge(desk, alarm, "c1")
    desk.commands.hear("pw/int/v1/command", b"{not json")

    assert desk.said.names() == ["raised", "acknowledged"]
    replies = [payload for topic, payload in desk.said.messages if topic == "pw/int/v1/reply/api"]
    assert len(replies) == 2
    assert replies[0] == replies[1]


async def test_a_message_with_boot_and_seq_is_judged_once_even_without_a_time(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    desk.send("GT-1", 30, boot="b", seq=1)
    clock.advance(1)
    desk.send("GT-1", 5, boot="b", seq=2)
    await desk.step()
    clock.advance(1)
    desk.send("GT-1", 30, boot="b", seq=1)  # the gateway sends it again
    await desk.step()

    assert desk.said.names() == ["raised", "returned"]


async def test_poison_is_acknowledged_and_stops_nobody(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(book())
    feed.publish("pw/v1/acme/gw/telemetry", b"\xff not json")
    feed.publish("pw/v1/acme/gw/unknown", b"{}")
    desk.send("GT-1", 30, ts=clock.now_ms())
    await desk.step()

    assert feed.unacked == 0
    assert desk.said.names() == ["raised"]


def acknowledge(desk: Desk, alarm_id: str, command_id: str = "c") -> None:
    command = Command(
        id=command_id,
        client="api",
        kind="acknowledge",
        at=desk.clock.now_ms(),
        alarm_ids=[alarm_id],
        actor="li.wei",
    )
    desk.commands.hear("pw/int/v1/command", msgspec.json.encode(command))
