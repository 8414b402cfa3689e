"""The door, with feed and store in memory: what is acknowledged, and when."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from services.ingest.book_follower import BookFollower
from services.ingest.door import Door, Limits
from services.runtime.clock import SystemClock
from services.runtime.feed import Delivery
from services.runtime.memory_feed import MemoryFeed
from services.store.memory_intake import MemoryIntake

TOPIC = "pw/v1/acme/gw/telemetry"
NOW = SystemClock().now_ms()
POINT = Point(1, "acme", "GT-101", PointKind.TOXIC_GAS, "ppm")
QUICK = Limits(linger=0.01, idle=0.01, back_off=0.01, back_off_most=0.02)


class OneBook:
    """A book that is read once, and has more to tell when told so."""

    def __init__(self, *changes: BookChange) -> None:
        self.changes = list(changes)

    async def poll(self) -> BookChange | None:
        return self.changes.pop(0) if self.changes else None


async def until(true: Callable[[], bool]) -> None:
    """Let the event loop run until something is true."""
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never became true")


@dataclass
class House:
    """A door with its surroundings."""

    feed: MemoryFeed
    intake: MemoryIntake
    book: OneBook
    door: Door

    def send(self, value: object, ts: int | None = NOW, tag: str = "GT-101") -> None:
        head = "" if ts is None else f'"ts":{ts},'
        self.feed.publish(TOPIC, f'{{{head}"values":{{"{tag}":{value}}}}}'.encode())

    def values(self) -> list[float | None]:
        return [each.value for each in self.intake.readings.values()]

    def db_ok(self) -> bool:
        return self.door.tally.db_ok

    async def all_acknowledged(self) -> None:
        await until(lambda: self.feed.unacked == 0)


@asynccontextmanager
async def house(limits: Limits = QUICK, *changes: BookChange) -> AsyncIterator[House]:
    feed, intake = MemoryFeed(SystemClock()), MemoryIntake()
    book = OneBook(*(changes or (BookChange(1, points=(POINT,)),)))
    follower = BookFollower(book)
    door = Door(feed, intake, follower, SystemClock(), limits)
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(follower.run(stop))
        group.create_task(door.run(stop))
        yield House(feed, intake, book, door)
        stop.set()


async def test_a_message_is_acknowledged_once_its_readings_are_stored() -> None:
    async with house() as here:
        here.send(5)
        here.send(6)
        await here.all_acknowledged()

    assert here.values() == [5.0, 6.0]
    assert here.door.tally.stored == 2


async def test_nothing_is_read_before_the_register_is() -> None:
    feed, intake = MemoryFeed(SystemClock()), MemoryIntake()
    follower, stop = BookFollower(OneBook()), asyncio.Event()
    door = Door(feed, intake, follower, SystemClock(), QUICK)
    feed.publish(TOPIC, b'{"values":{"GT-101":1}}')

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(door.run(stop))
        await asyncio.sleep(0.1)
        stop.set()

    assert feed.unacked == 1
    assert intake.tags == {}


async def test_while_the_database_is_away_nothing_is_acknowledged_or_lost() -> None:
    async with house() as here:
        here.intake.away = 10_000
        here.send(5)
        await asyncio.sleep(0.1)
        assert here.feed.unacked == 1
        assert not here.db_ok()

        here.send(6)
        here.intake.away = 0
        await here.all_acknowledged()

    assert here.values() == [5.0, 6.0]
    assert here.db_ok()
    assert here.door.tally.stored == 2


async def test_a_culprit_is_set_aside_and_its_neighbours_are_stored() -> None:
    async with house(Limits(linger=0.1, idle=0.01)) as here:
        here.intake.refuse_value = 13
        for value in range(20):
            here.send(value)
        await here.all_acknowledged()

    assert here.values() == [float(value) for value in range(20) if value != 13]
    ((reason, payload),) = [(each.reason, each.payload) for each in here.intake.letters]
    assert reason == "The database refused it: the database refuses 13."
    assert b'"GT-101":13' in payload


async def test_a_message_over_years_of_days_holds_nobody_up() -> None:
    """Found by a reviewer: one such message stopped the storing of everybody's readings for good."""
    async with house(Limits(linger=0.1, idle=0.01)) as here:
        items = [f'{{"ts":{NOW - n * 86_400_000},"values":{{"GT-101":7}}}}' for n in range(500)]
        here.send(1)
        here.feed.publish(TOPIC, f"[{','.join(items)}]".encode())
        here.send(2)
        await here.all_acknowledged()

    assert here.values() == [1.0, 2.0]
    (letter,) = here.intake.letters
    assert letter.reason == (
        "The database refused it: its readings lie on 500 days, and at most 366 are stored at once;"
        " send them in several messages."
    )
    assert letter.payload.count(b"GT-101") == 500


@pytest.mark.parametrize("done", [True, False])
async def test_a_lost_commit_is_looked_into_and_stored_once(done: bool) -> None:
    async with house() as here:
        here.intake.lose_commit = done
        here.send(5, ts=None)
        await here.all_acknowledged()

    assert here.values() == [5.0]
    assert here.door.tally.stored == 1


async def test_of_a_commit_that_nobody_knows_the_broker_is_asked_again() -> None:
    async with house(Limits(linger=0.01, idle=0.01, back_off_most=0.01)) as here:
        here.intake.lose_commit = here.intake.forgetful = True
        here.send(5)
        await here.all_acknowledged()

    assert here.values() == [5.0]
    assert here.door.tally.repeats == 1


async def test_a_register_that_changes_leads_to_adoption() -> None:
    async with house() as here:
        here.send(5, tag="NEW")
        await here.all_acknowledged()
        assert list(here.intake.tags) == [("acme", "NEW")]

        point = Point(2, "acme", "NEW", PointKind.LEVEL, "m")
        here.book.changes.append(BookChange(2, points=(point,)))
        await until(lambda: not here.intake.tags)

    assert [each.point_id for each in here.intake.readings.values()] == [2]


async def test_a_batch_ends_at_its_number_of_readings() -> None:
    async with house(Limits(linger=10, readings=10, step=1, idle=0.01)) as here:
        for value in range(10):
            here.send(value)
        await here.all_acknowledged()

    assert len(here.values()) == 10


async def test_what_is_not_committed_when_stopped_is_not_acknowledged() -> None:
    async with house() as here:
        here.intake.away = 10_000
        here.send(5)
        await asyncio.sleep(0.05)

    assert here.feed.unacked == 1


async def test_what_is_read_is_in_flight_until_it_is_committed() -> None:
    async with house() as here:
        here.intake.away = 10_000
        here.send(5)
        here.send("true", tag="GT-101")
        await until(lambda: sum(here.door.in_flight.by_cell().values()) == 2)
        (cell,) = here.door.in_flight.by_cell()
        assert cell.startswith("acme/gw/20")

        here.intake.away = 0
        await here.all_acknowledged()
        await until(lambda: here.door.in_flight.by_cell() == {})

    assert here.door.tally.counted.adds_up
    assert here.door.tally.counted.received == 2


class Forgetful(MemoryFeed):
    """A feed whose first acknowledgements are lost: ingest died between COMMIT and ack."""

    lost = 1

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        if self.lost:
            self.lost -= 1
            self.drop_connection()
            return
        super().ack(deliveries)


async def test_what_was_committed_and_not_acknowledged_comes_again_as_duplicates() -> None:
    feed, intake, stop = Forgetful(SystemClock()), MemoryIntake(), asyncio.Event()
    follower = BookFollower(OneBook(BookChange(1, points=(POINT,))))
    door = Door(feed, intake, follower, SystemClock(), QUICK)
    for seq in (1, 2, 4):
        payload = f'{{"boot":"b","seq":{seq},"ts":{NOW},"values":{{"GT-101":{seq}}}}}'
        feed.publish(TOPIC, payload.encode())
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(follower.run(stop))
        group.create_task(door.run(stop))
        await until(lambda: feed.lost == 0 and feed.unacked == 0)
        stop.set()

    count = door.tally.counted
    assert (count.received, count.stored, count.duplicates) == (6, 3, 3)
    assert count.adds_up
    (ledger,) = intake.ledger.ledgers.values()
    assert (ledger.repeats, ledger.answer()) == (3, (4, [(3, 3)]))


async def test_a_refused_message_is_counted_value_by_value_and_is_no_gap() -> None:
    async with house() as here:
        here.intake.refuse_value = 13
        here.feed.publish(TOPIC, b'{"boot":"b","seq":1,"values":{"GT-101":1}}')
        here.feed.publish(TOPIC, b'{"boot":"b","seq":2,"values":{"GT-101":13,"NEW":1,"X":[]}}')
        here.feed.publish(TOPIC, b'{"boot":"b","seq":3,"values":{"GT-101":2}}')
        await here.all_acknowledged()

    count = here.door.tally.counted
    assert (count.received, count.stored, count.dead_letters) == (5, 2, 3)
    assert count.adds_up
    (ledger,) = here.intake.ledger.ledgers.values()
    assert ledger.answer() == (3, [])
