"""The canary in the engine: it alarms like any point, behind the field's batch, and leaves no trace."""

import json
from pathlib import Path

import msgspec
import pytest

from services.alerts.canary import Canary
from services.alerts.publisher import Publisher
from services.alerts.watch import Watch
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from services.wire.bus import CANARY, CanaryNote
from tests.unit.alerts.desk import TOPIC, Desk, book

SONG = "pw/v1/_canary/_canary/telemetry"


class Aviary:
    """An engine that hears the field and the canary."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.feed = MemoryFeed(self.clock)
        self.desk = Desk(folder, self.clock, self.feed)
        self.desk.judge.apply_book(book())
        ledger = self.desk.found.ledger
        publisher = Publisher(self.desk.said, ledger.epoch)
        (folder / "lock").touch()
        judge, heard = self.desk.judge, self.desk.found.heard
        canary = Canary(publisher, ledger, folder / "lock", judge.rehearse)
        self.watch = Watch(self.feed, judge, self.clock, heard, canary=canary)

    def sing(self, seq: int, value: float, boot: str = "b1", topic: str = SONG) -> None:
        song = {"boot": boot, "seq": seq, "values": {"CANARY": value}}
        self.feed.publish(topic, json.dumps(song).encode())

    async def step(self, later_ms: int = 10) -> None:
        self.watch.step(await self.feed.take(500, 0.01))
        self.clock.advance(later_ms / 1000)

    def notes(self) -> list[tuple[str, int, str, int]]:
        found = [
            msgspec.json.decode(payload, type=CanaryNote)
            for topic, payload in self.desk.said.messages
            if topic == CANARY
        ]
        return [(note.boot, note.reading, note.event, note.after) for note in found]


@pytest.fixture
def aviary(tmp_path: Path) -> Aviary:
    return Aviary(tmp_path)


async def test_each_round_is_a_whole_alarm_life(aviary: Aviary) -> None:
    for seq in (1, 3, 5):
        aviary.sing(seq, 1)
        await aviary.step()
        aviary.sing(seq + 1, 0)
        await aviary.step()
    seqs = [(seq, event) for _, seq, event, _ in aviary.notes()]
    assert seqs == [(1, "raised"), (2, "returned"), (3, "raised"), (4, "returned"),
                    (5, "raised"), (6, "returned")]  # fmt: skip
    assert aviary.feed.unacked == 0


async def test_it_is_in_nothing_that_the_engine_keeps_or_tells(aviary: Aviary) -> None:
    spooled = aviary.desk.found.ledger.spool.last
    aviary.sing(1, 1)
    await aviary.step()
    judge = aviary.desk.judge
    assert aviary.notes()
    assert judge.engine.open_alarms() == []
    assert judge.open_items() == []
    assert list(judge.engine.newest()) == []
    assert judge.changed_values() == []
    assert b"anary" not in judge.engine.dump().replace(b"ANARY", b"anary")
    assert aviary.desk.found.ledger.spool.last == spooled
    assert {topic for topic, _ in aviary.desk.said.messages} == {CANARY}


async def test_it_comes_after_what_came_with_it_and_says_which_event_that_was(
    aviary: Aviary,
) -> None:
    aviary.sing(1, 1)
    aviary.feed.publish(TOPIC, b'{"values":{"GT-1":60}}')
    await aviary.step()
    assert aviary.desk.said.names() == ["raised"]
    assert [topic for topic, _ in aviary.desk.said.messages][-1] == CANARY
    assert aviary.notes() == [("b1", 1, "raised", aviary.desk.found.ledger.seq)]


async def test_its_silence_is_no_gateways_silence(aviary: Aviary) -> None:
    aviary.sing(1, 1)
    await aviary.step()
    for _ in range(2_000):
        aviary.clock.advance(1)
        aviary.desk.judge.tick()
    assert aviary.desk.said.names() == []


async def test_a_song_that_nobody_can_read_is_taken_and_nothing_more(aviary: Aviary) -> None:
    aviary.feed.publish(SONG, b"\xff{")
    aviary.sing(1, 1, topic="pw/v1/_canary/_canary/state")
    await aviary.step()
    assert aviary.notes() == []
    assert aviary.feed.unacked == 0


async def test_a_repeat_of_a_song_is_no_second_alarm(aviary: Aviary) -> None:
    for _ in range(3):
        aviary.sing(1, 1)
        await aviary.step()
    assert [event for _, _, event, _ in aviary.notes()] == ["raised"]


async def test_a_disk_that_is_full_does_not_silence_it(aviary: Aviary, tmp_path: Path) -> None:
    (tmp_path / "lock").unlink()
    aviary.sing(1, 1)
    await aviary.step()
    assert [event for _, _, event, _ in aviary.notes()] == ["raised"]
