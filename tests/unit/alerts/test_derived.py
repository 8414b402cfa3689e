"""A derived point in the engine: computed at once, judged as any other, killed without harm."""

from pathlib import Path

import pytest

from services.domain.reading import Quality, Reading
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.derived import SPREAD, VALVE, A, B, Broker, DerivedDesk, derived


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock) -> MemoryFeed:
    return MemoryFeed(clock)


async def test_what_its_inputs_read_is_computed_published_and_raises_its_alarm(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, SPREAD)
    start = clock.now_ms()
    desk.send("TI-1", 30.0, ts=start)
    desk.send("TI-2", 25.0, ts=start + 100)
    desk.send("TI-1", 36.0, ts=start + 200)
    clock.advance(0.2)
    await desk.hear()

    assert desk.broker.rows("TD-1", start) == [
        (0, None, "bad"),
        (100, 5.0, "good"),
        (200, 11.0, "good"),
    ]
    [alarm] = desk.judge.open_items()
    assert (alarm.tag, alarm.condition, alarm.value) == ("TD-1", "H", 11.0)
    assert alarm.raised_at == start + 200
    assert feed.unacked == 0


async def test_inputs_of_one_message_are_one_instant(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, SPREAD)
    start = clock.now_ms()
    for second in range(3):
        values = {"TI-1": 100.0 * second, "TI-2": 100.0 * second - 1.0}
        desk.send_all(start + second, values)
    await desk.hear()
    assert desk.broker.rows("TD-1", start) == [(n, 1.0, "good") for n in range(3)]


async def test_killed_at_any_moment_it_publishes_the_very_same(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """Before its disk, before the broker, before the acknowledgement: the same readings, which the
    store and the judge know for the same."""
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, SPREAD)
    await desk.keeper.keep()
    start = clock.now_ms()
    desk.send("TI-1", 30.0, ts=start)
    desk.send("TI-2", 10.0, ts=start + 40)
    deliveries = await feed.take(10, 0.001)
    feed.drop_connection()  # killed between the publishing and the acknowledgement
    desk.watch.step(deliveries)
    rows = desk.broker.rows("TD-1", start)

    again = DerivedDesk(tmp_path, clock, feed, Broker(feed))
    await again.hear()

    assert rows == [(0, None, "bad"), (40, 20.0, "good")]
    assert again.broker.rows("TD-1", start) == rows
    assert [each.value for each in again.judge.open_items()] == [20.0]
    third = DerivedDesk(tmp_path, clock, feed, Broker(feed))
    await third.hear()
    assert third.told("H") == []
    assert len(third.judge.open_items()) == 1


async def test_what_the_broker_did_not_take_before_a_kill_is_sent_by_the_next_engine(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed, Broker(feed, away=True))
    desk.register(A, B, SPREAD)
    await desk.keeper.keep()
    start = clock.now_ms()
    desk.send("TI-1", 30.0, ts=start)
    desk.send("TI-2", 10.0, ts=start + 40)
    await desk.hear(1)
    assert feed.unacked == 0
    for _ in range(3):  # what was heard is forgotten behind the snapshots; what waits is not
        await desk.keeper.keep()

    again = DerivedDesk(tmp_path, clock, feed)
    await again.hear()
    assert again.broker.rows("TD-1", start) == [(0, None, "bad"), (40, 20.0, "good")]
    assert again.told("H") == ["raised"]

    desk = DerivedDesk(tmp_path, clock, feed)
    desk.send("TI-1", 31.0, ts=start + 90)
    await desk.hear()
    assert desk.broker.rows("TD-1", start)[-1] == (90, 21.0, "good")


async def test_one_made_of_another_is_computed_behind_it_at_the_same_instant(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed)
    twice = derived(9, "TD-2", "2.0 * d + a", d="TD-1", a="TI-1")
    desk.register(A, B, SPREAD, twice)
    start = clock.now_ms()
    for second, value in enumerate((1.0, 2.0)):
        values = {"TI-1": value, "TI-2": 0.0}
        desk.send_all(start + second, values)
    await desk.hear()
    assert desk.broker.rows("TD-2", start) == [(0, 3.0, "good"), (1, 6.0, "good")]


async def test_a_new_one_knows_what_its_inputs_read_before(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """A valve that moves once a month is open, though it has not moved since."""
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, VALVE)
    start = clock.now_ms()
    desk.send("XV-1", "open", ts=start)  # type: ignore[arg-type]
    await desk.hear()
    clock.advance(3600)
    flow = derived(11, "TD-3", "v == 'open' ? a : 0.0", v="XV-1", a="TI-1")
    desk.register(flow, version=2)
    desk.send("TI-1", 7.0, ts=start + 3_600_000)
    await desk.hear()
    assert desk.broker.rows("TD-3", start) == [(3_600_000, 7.0, "good")]


async def test_another_formula_computes_from_the_next_reading_on(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, SPREAD)
    start = clock.now_ms()
    desk.send_all(start, {"TI-1": 3.0, "TI-2": 2.0})
    await desk.hear()
    desk.register(derived(10, "TD-1", "a + b", a="TI-1", b="TI-2"), version=2)
    desk.send("TI-1", 4.0, ts=start + 5)
    await desk.hear()
    assert desk.broker.rows("TD-1", start) == [(0, 1.0, "good"), (5, 6.0, "good")]


async def test_when_its_inputs_fall_silent_it_reads_bad_and_a_kill_does_not_say_it_again(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = DerivedDesk(tmp_path, clock, feed)
    desk.register(A, B, SPREAD, derived(9, "TD-2", "2.0 * d", d="TD-1"))
    start = clock.now_ms()
    desk.send_all(start, {"TI-1": 30.0, "TI-2": 5.0})
    await desk.hear()
    await wait(desk, clock, 10)
    assert desk.broker.rows("TD-1", start) == [(0, 25.0, "good")]
    await wait(desk, clock, 3)
    bad = (10_001, None, "bad")
    assert desk.broker.rows("TD-1", start) == [(0, 25.0, "good"), bad]
    assert desk.broker.rows("TD-2", start) == [(0, 50.0, "good"), bad]
    assert desk.told("H") == ["raised", "raised"]  # bad quality ends no alarm
    silent = [each for each in desk.judge.open_items() if each.condition in ("stale", "offline")]
    assert [each.subject_type for each in silent] == ["enterprise"]  # and of no derived point

    again = DerivedDesk(tmp_path, clock, feed)
    await wait(again, clock, 30)
    assert again.broker.rows("TD-1", start) == [(0, 25.0, "good"), bad]
    assert again.told("H") == []
    again.send_all(clock.now_ms(), {"TI-1": 6.0, "TI-2": 5.0})
    await again.hear()
    assert again.broker.rows("TD-1", start)[-1] == (clock.now_ms() - start, 1.0, "good")


async def wait(desk: DerivedDesk, clock: ManualClock, seconds: int) -> None:
    """Time in which nothing comes."""
    for _ in range(seconds):
        clock.advance(1)
        await desk.step()


async def test_on_another_disk_it_goes_on_from_what_is_stored(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    """An engine that took over knows the inputs, and the instants that the point has already."""
    first = DerivedDesk(tmp_path / "a", clock, feed)
    first.register(A, B, SPREAD)
    start = clock.now_ms()
    first.send_all(start, {"TI-1": 3.0, "TI-2": 2.0})
    await first.hear()

    heir = DerivedDesk(tmp_path / "b", clock, feed)
    heir.register(A, B, SPREAD)
    good = Quality.GOOD
    stored = [(1, 3.0), (2, 2.0), (10, 1.0)]
    heir.judge.recall([Reading(number, start, start, value, good) for number, value in stored])
    heir.send("TI-2", 2.0, ts=start)  # a repeat
    heir.send("TI-1", 5.0, ts=start + 1)
    await heir.hear()
    assert first.broker.rows("TD-1", start) == [(0, 1.0, "good")]
    assert heir.broker.rows("TD-1", start) == [(1, 3.0, "good")]
