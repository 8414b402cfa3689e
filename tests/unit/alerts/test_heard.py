"""A killed engine knows what it had acknowledged, though it led to no alarm."""

from pathlib import Path

import pytest

from services.alerts.heard import Heard
from services.domain.reading import Quality, Reading
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk, book


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock) -> MemoryFeed:
    return MemoryFeed(clock)


async def started(folder: Path, clock: ManualClock, feed: MemoryFeed) -> Desk:
    """An engine with the book on its disk and a snapshot of nothing."""
    desk = Desk(folder, clock, feed)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    return desk


async def test_a_spike_that_comes_late_to_the_next_engine_is_over(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = await started(tmp_path, clock, feed)
    spike = clock.now_ms()
    clock.advance(0.1)
    desk.send("GT-1", 4, ts=clock.now_ms())
    await desk.step()

    again = Desk(tmp_path, clock, feed)
    again.send("GT-1", 60, ts=spike)
    await again.step()

    assert again.said.names() == ["raised", "returned"]
    [alarm] = again.judge.open_items()
    assert (alarm.state, alarm.raised_at) == ("returned_unacknowledged", spike)
    assert [each.value for each in again.judge.engine.newest()] == [4.0]


async def test_the_newest_values_are_those_of_the_moment_of_the_kill(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = await started(tmp_path, clock, feed)
    for value in (7, 8):
        clock.advance(1)
        desk.send("GT-1", value, ts=clock.now_ms())
        await desk.step()
    desk.send("GT-2", 60, ts=clock.now_ms())
    await desk.step()

    for _ in range(2):  # killed a second time, before the next snapshot
        again = Desk(tmp_path, clock, feed)
        shown = {each.point_id: each.value for each in again.judge.engine.newest()}
        assert shown == {1: 8.0, 2: 60.0}
        assert again.said.names() == []
        assert len(again.judge.open_items()) == 1


@pytest.mark.parametrize("values", [(60, 4), (4, 60)])
async def test_of_two_values_of_one_instant_the_worse_counts_after_the_kill_too(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed, values: tuple[int, int]
) -> None:
    desk = await started(tmp_path, clock, feed)
    for value in values:
        desk.send("GT-1", value, ts=clock.now_ms())
        await desk.step()
    again = Desk(tmp_path, clock, feed)
    clock.advance(5)
    again.send("GT-2", 1, ts=clock.now_ms())
    await again.step()
    for each in (desk, again):
        assert [item.state for item in each.judge.open_items()] == ["unacknowledged"]


async def test_a_gateway_that_takes_its_old_boot_again_is_judged(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """Without a time, under the very number that raised the first alarm: another alarm; and the
    engine killed after it knows both messages again."""
    desk = await started(tmp_path, clock, feed)
    for value in (60, 4, 61):
        clock.advance(20)
        desk.send("GT-1", value, boot="1", seq=1)
        await desk.step()
    assert desk.said.names() == ["raised", "returned", "superseded", "raised"]
    known = {alarm.id for alarm in desk.judge.open_items()}

    again = Desk(tmp_path, clock, feed)
    for value in (4, 60, 61):
        again.send("GT-1", value, boot="1", seq=1)
        await again.step()
    assert again.said.names() == []
    assert {alarm.id for alarm in again.judge.open_items()} == known


async def test_a_message_without_a_time_is_known_again(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = await started(tmp_path, clock, feed)
    for seq, value in enumerate((60, 4)):
        clock.advance(0.1)
        desk.send("GT-1", value, boot="f3a9", seq=seq)
        await desk.step()
    assert desk.said.names() == ["raised", "returned"]

    again = Desk(tmp_path, clock, feed)
    clock.advance(5)
    again.send("GT-1", 60, boot="f3a9", seq=0)
    await again.step()

    assert again.said.names() == []
    [alarm] = again.judge.open_items()
    assert alarm.state == "returned_unacknowledged"


async def test_a_snapshot_makes_what_came_long_before_unnecessary(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = await started(tmp_path, clock, feed)
    for value in range(5):
        clock.advance(1)
        desk.send("GT-1", value, ts=clock.now_ms())
        await desk.step()
        await desk.keeper.keep()
    assert len(list((tmp_path / "heard").glob("*/*.heard"))) == 1
    again = Desk(tmp_path, clock, feed)
    assert [each.value for each in again.judge.engine.newest()] == [4.0]


def test_it_has_an_end_and_begins_anew_with_the_next_snapshot(tmp_path: Path) -> None:
    heard = Heard(tmp_path, limit=250)
    for number in range(10):
        heard.note([reading(number)], [])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 250
    kept = [each.value for each in heard.recall().readings]
    heard.forget(heard.turn())
    heard.forget(heard.turn())
    heard.note([reading(20)], [])
    assert kept[0] in (0.0, 1.0, 2.0)
    assert [each.value for each in Heard(tmp_path, limit=250).recall().readings] == [20.0]


def test_a_torn_end_costs_no_more_than_itself(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    heard.note([reading(1)], [("acme", "gw", "f3a9", 1)])
    heard.note([reading(2)], [("acme", "gw", "f3a9", 2)])
    heard.close()
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    recalled = Heard(tmp_path).recall()
    assert [each.value for each in recalled.readings] == [1.0]
    assert recalled.messages == (("acme", "gw", "f3a9", 1),)


def reading(number: int) -> Reading:
    at = 1_767_225_600_000 + number
    return Reading(1, at, at, float(number), Quality.GOOD)
