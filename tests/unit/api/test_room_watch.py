"""What ingest sees of the room becomes a claim, and is in `degraded`."""

from dataclasses import dataclass, field

import msgspec
import pytest

from services.api.database import Database
from services.api.replica import Replica
from services.api.room_watch import RoomWatch
from services.api.vitals import SILENCE_S, Vitals
from services.domain.broker_store import Level, StoreState
from services.domain.store_room import AGAIN_S, KEY, PARK
from services.runtime.clock import ManualClock
from services.wire import bus
from services.wire.bus import ClaimItem, ClaimItems, Status
from tests.unit.api.engine import ModelEngine, alarm


@dataclass
class Line:
    """A line to the engine that keeps what was said."""

    said: list[ClaimItem] = field(default_factory=list)

    def subscribe(self, topic: str, callback: object) -> None:
        raise AssertionError(f"nobody listens to {topic} here")

    def publish(self, topic: str, payload: bytes) -> bool:
        assert topic == bus.CLAIM
        self.said += msgspec.json.decode(payload, type=ClaimItems).claims
        return True


@dataclass
class Room:
    """The watch, with an engine whose state is here."""

    clock: ManualClock = field(default_factory=ManualClock)
    line: Line = field(default_factory=Line)
    replica: Replica = field(default_factory=Replica)
    engine: ModelEngine = field(default_factory=ModelEngine)

    def __post_init__(self) -> None:
        self.vitals = Vitals(self.clock, Database("postgresql://nowhere", self.clock), self.replica)
        self.watch = RoomWatch(self.line, self.vitals, self.replica, self.clock)

    def sees(self, room: str | None, free: float | None, worker: str = "1") -> None:
        told = msgspec.convert(
            {"service": "ingest", "ready": True, "at": 0, "worker": worker, "buckets": [16],
             "buckets_of": 1, "room": room, "free_share": free},
            Status,
        )  # fmt: skip
        self.vitals.hear(told)


@pytest.fixture
def room() -> Room:
    made = Room()
    follow(made)
    return made


def follow(room: Room) -> None:
    """The engine's whole state comes over."""
    room.replica.begin_snapshot("s")
    for chunk in room.engine.snapshot("s"):
        room.replica.take_chunk(chunk)


def stands(room: Room, claim: ClaimItem) -> None:
    """The engine makes the alarm of it."""
    made = alarm(
        1, PARK, rule=KEY, condition=claim.condition, grade=claim.grade, tag=None, point_id=None,
        subject_type=claim.subject_type, subject_id=claim.subject_id, facts=claim.facts,
        direction=None, limit=None, value=None,
    )  # fmt: skip
    room.replica.take_events(room.engine.say("raised", made))


async def test_it_is_claimed_while_it_is_new_worse_or_due_and_degraded_all_the_time(
    room: Room,
) -> None:
    room.sees("low", 0.24)
    await room.watch.look()
    [first] = room.line.said
    stands(room, first)
    await room.watch.look()
    assert len(room.line.said) == 1
    assert "database_store" in room.vitals.degraded()

    room.sees("tight", 0.19)
    await room.watch.look()
    assert [(each.condition, each.grade) for each in room.line.said] == [
        ("storage_low", 4), ("storage_tight", 3),
    ]  # fmt: skip

    room.engine.open.clear()
    room.clock.advance(AGAIN_S)
    room.sees("tight", 0.17)
    await room.watch.look()
    assert len(room.line.said) == 3


async def test_with_room_again_it_ends(room: Room) -> None:
    room.sees("full", 0.05)
    await room.watch.look()
    stands(room, room.line.said[0])
    room.sees("enough", 0.4)
    await room.watch.look()

    assert [each.active for each in room.line.said] == [True, False]
    assert "database_store" not in room.vitals.degraded()


async def test_where_nobody_sees_the_room_nothing_is_said(room: Room) -> None:
    room.sees(None, None)
    await room.watch.look()
    room.sees("full", 0.01)
    room.clock.advance(SILENCE_S + 1)
    await room.watch.look()

    assert room.line.said == []
    assert "database_store" not in room.vitals.degraded()


async def test_the_one_who_sees_it_counts_whoever_spoke_last(room: Room) -> None:
    room.sees("tight", 0.15, worker="keeper")
    room.sees(None, None, worker="other")
    await room.watch.look()

    assert [each.condition for each in room.line.said] == ["storage_tight"]


async def test_a_new_engine_is_told_what_the_last_one_was_told(room: Room) -> None:
    room.sees("low", 0.24)
    await room.watch.look()
    stands(room, room.line.said[0])
    room.engine = ModelEngine(epoch="e2", open=dict(room.engine.open))
    follow(room)
    await room.watch.look()

    assert [each.facts for each in room.line.said] == [{"free_percent": 24}] * 2


async def test_before_there_is_an_engine_nothing_is_said() -> None:
    room = Room()
    room.sees("full", 0.01)
    await room.watch.look()

    assert room.line.said == []


async def test_the_brokers_store_has_an_alarm_of_its_own(room: Room) -> None:
    room.sees("low", 0.24)
    room.vitals.broker_store = StoreState(Level.FULL, 0.85, 3.0)
    await room.watch.look()
    stands(room, room.line.said[0])
    room.vitals.broker_store = StoreState(Level.WELL, 0.2, None)
    await room.watch.look()

    assert [(each.subject_id, each.condition, each.grade) for each in room.line.said] == [
        ("database", "storage_low", 4), ("broker", "broker_store_full", 2),
    ]  # fmt: skip
