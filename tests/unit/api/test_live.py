"""The live push: every console sees its own, in order, and none waits for another."""

import json
import random
from typing import Any

import pytest

from services.api.database import Database
from services.api.live.channel import MAX_MESSAGES, Channel, Interest
from services.api.live.hub import RESYNC, Hub
from services.api.permission import Role
from services.api.principal import Principal
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import SILENCE_S, Vitals
from services.api.wording import Language
from services.domain.point import Point, PointKind
from services.runtime.clock import ManualClock, to_datetime
from services.store.register import Place, RegisterChange
from services.wire.bus import FloodItem, Status
from tests.unit.api.engine import ModelEngine, alarm

Json = dict[str, Any]
SINCE = to_datetime(0)


def place(point_id: int, enterprise: str, kind: PointKind = PointKind.LEVEL) -> Place:
    return Place(Point(point_id, enterprise, f"T-{point_id}", kind, "%"), None, None, SINCE)


class Desk:
    """A hub with its parts and an engine to feed it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.engine = ModelEngine()
        self.replica = Replica()
        self.register = Register()
        places = [place(n, "north" if n % 2 else "south") for n in range(1, 10)]
        places.append(place(100, "north", PointKind.INTERLOCK))
        self.register.apply(RegisterChange(1, [], [], [], [], places, []))
        database = Database("postgresql://nowhere", self.clock)
        self.vitals = Vitals(self.clock, database, self.replica)
        self.hub = Hub(self.clock, self.replica, self.register, self.vitals)
        self.synchronise()

    def synchronise(self) -> None:
        self.replica.begin_snapshot("s")
        for chunk in self.engine.snapshot("s"):
            self.replica.take_chunk(chunk)
        self.hub.resync()

    def console(
        self, *enterprises: str, points: bool = True, language: Language = Language.ZH
    ) -> Channel:
        interest = Interest(frozenset(enterprises) or None, points, language)
        channel = Channel(Principal("li", Role.OPERATOR, None, 1), interest)
        self.hub.join(channel)
        return channel

    def console_like(self, other: Channel) -> Channel:
        """Another console with the same interest, that comes now."""
        return self.console(*(other.interest.enterprises or ()))

    def act(self, chance: random.Random) -> None:
        self.hub.alarms(self.replica.take_events(self.engine.act(chance)))

    def raises(self, number: int, enterprise: str = "north") -> None:
        said = self.engine.say("raised", alarm(number, enterprise))
        self.hub.alarms(self.replica.take_events(said))

    def flooded(self, *consoles: str | None, rate: int = 12) -> None:
        """The engine's sign of life tells these floods, and no others."""
        items = [FloodItem(each, 1_767_225_600_000, 14, rate, 13) for each in consoles]
        before = self.replica.floods
        if self.replica.take_floods(Status("alerts", ready=True, at=0, floods=items)):
            self.hub.floods(before)

    def values(self, **values: float) -> None:
        frame = self.engine.frame({int(n[1:]): (10, v, 0) for n, v in values.items()})
        self.hub.values(self.replica.take_values(frame))


def read(desk: Desk, channel: Channel) -> list[Json]:
    """Everything that waits for a console, as its writer would send it."""
    texts: list[str] = []
    if channel.wants_resync:
        channel.wants_resync = False
        texts.append(RESYNC)
    if channel.wants_snapshot:
        texts.append(desk.hub.snapshot(channel))
    while (text := channel.next()) is not None:
        texts.append(text)
    return [json.loads(text) for text in texts]


async def test_a_snapshot_comes_first_and_then_each_event_with_the_next_number() -> None:
    desk = Desk()
    desk.raises(1)
    console = desk.console()
    desk.raises(2)
    (snapshot,) = read(desk, console)
    assert snapshot["type"] == "snapshot"
    assert [a["id"] for a in snapshot["alarms"]] == ["a0001", "a0002"]
    desk.raises(3)
    desk.raises(4)
    events = read(desk, console)
    assert [(e["type"], e["seq"], e["alarm"]["id"]) for e in events] == [
        ("alarm", snapshot["seq"] + 1, "a0003"),
        ("alarm", snapshot["seq"] + 2, "a0004"),
    ]
    assert events[0]["alarm"]["recorded"] is False


async def test_an_alarm_item_has_the_shape_of_the_contract() -> None:
    desk = Desk()
    console = desk.console(language=Language.EN)
    read(desk, console)
    desk.raises(1)
    (event,) = read(desk, console)
    item = event["alarm"]
    contract = (
        "id enterprise tag subject rule grade state closed_as historical exercise condition limit "
        "value unit message raised_at received_at cleared_at acknowledged_at acknowledged_by"
    )
    assert set(contract.split()) <= set(item)
    assert item["subject"] == {"type": "point", "id": "GT-1"}
    assert item["raised_at"] == "2026-01-01T00:00:00.001Z"
    assert item["message"]["code"] == "limit_high_high"
    assert item["message"]["text"] == "GT-1: 55 %LEL at the high-high limit of 50 %LEL"


async def test_a_console_sees_only_the_enterprises_it_may_and_wants() -> None:
    desk = Desk()
    mine, all_of_it = desk.console("north"), desk.console()
    read(desk, mine)
    read(desk, all_of_it)
    desk.raises(1, "north")
    desk.raises(2, "south")
    desk.values(p1=1.0, p2=2.0)
    desk.hub.flush_values()
    seen = read(desk, mine)
    assert [m["type"] for m in seen] == ["alarm", "values"]
    assert seen[0]["alarm"]["enterprise"] == "north"
    assert seen[1]["id"] == [1]
    assert [m["type"] for m in read(desk, all_of_it)] == ["alarm", "alarm", "values"]
    desk.hub.resync()
    snapshot = read(desk, mine)[1]
    assert [a["enterprise"] for a in snapshot["alarms"]] == ["north"]
    assert snapshot["points"]["id"] == [1]


async def test_values_go_out_at_most_once_a_second_and_changed_ones_only() -> None:
    desk = Desk()
    console = desk.console()
    read(desk, console)
    desk.values(p1=1.0)
    desk.hub.flush_values()
    desk.values(p3=3.0, p100=1.0)
    desk.hub.flush_values()
    (first,) = read(desk, console)
    assert (first["id"], first["t"], first["v"], first["q"]) == ([1], [10], [1.0], [0])
    desk.clock.advance(1.0)
    desk.hub.flush_values()
    desk.clock.advance(1.0)
    desk.hub.flush_values()
    (second,) = read(desk, console)
    assert dict(zip(second["id"], second["v"], strict=True)) == {3: 3.0, 100: "tripped"}


async def test_who_wants_no_points_gets_none() -> None:
    desk = Desk()
    desk.values(p1=1.0)
    console = desk.console(points=False)
    (snapshot,) = read(desk, console)
    assert snapshot["points"]["id"] == []
    desk.values(p1=2.0)
    desk.hub.flush_values()
    assert read(desk, console) == []


async def test_a_console_that_does_not_read_is_resynchronised_and_delays_nobody() -> None:
    desk = Desk()
    stalled, reading = desk.console(), desk.console()
    read(desk, stalled)
    read(desk, reading)
    heard = 0
    for number in range(1, MAX_MESSAGES + 100):
        desk.raises(number)
        heard += len(read(desk, reading))
    assert heard == MAX_MESSAGES + 99
    resync, snapshot, *rest = read(desk, stalled)
    assert (resync["type"], snapshot["type"], rest) == ("resync", "snapshot", [])
    assert len(snapshot["alarms"]) == MAX_MESSAGES + 99
    desk.raises(9_000)
    (event,) = read(desk, stalled)
    assert event["seq"] == snapshot["seq"] + 1


async def test_only_the_newest_heartbeat_waits() -> None:
    desk = Desk()
    console = desk.console()
    read(desk, console)
    for _ in range(3):
        desk.clock.advance(2.0)
        desk.hub.heartbeat()
    (beat,) = read(desk, console)
    assert beat["type"] == "heartbeat"
    assert beat["server_time"] == "2026-01-01T00:00:06.000Z"
    assert beat["snapshot_from"] == "engine"


async def test_what_broke_is_said_at_once_and_once() -> None:
    desk = Desk()
    desk.vitals.hear(Status("alerts", ready=True, at=1, epoch="e1"))
    desk.hub.heartbeat()
    console = desk.console()
    read(desk, console)
    desk.clock.advance(SILENCE_S)
    desk.hub.notice()
    assert read(desk, console) == []
    desk.clock.advance(0.1)
    desk.hub.notice()
    desk.hub.notice()
    (beat,) = read(desk, console)
    assert "engine" in beat["degraded"]


async def test_what_is_on_record_is_said_to_those_who_may_know() -> None:
    desk = Desk()
    mine, theirs = desk.console("north"), desk.console("south")
    desk.raises(1, "north")
    read(desk, mine)
    read(desk, theirs)
    done = desk.replica.take_status(
        Status("alerts", ready=True, at=1, epoch="e1", seq=1, recorded_seq=1)
    )
    desk.hub.recorded(done)
    assert read(desk, mine) == [{"type": "recorded", "ids": ["a0001"]}]
    assert read(desk, theirs) == []


async def test_someone_whose_rights_changed_is_cut() -> None:
    desk = Desk()
    console = desk.console()
    desk.hub.review(lambda principal: True)
    assert not console.cut
    desk.hub.review(lambda principal: principal.username != "li")
    assert console.cut == (4401, "your account changed: please sign in again")


class Screen:
    """What a console shows, kept by the messages alone."""

    def __init__(self) -> None:
        self.seq = -1
        self.alarms: dict[str, Json] = {}

    def take(self, message: Json) -> None:
        if message["type"] == "snapshot":
            self.seq = message["seq"]
            self.alarms = {item["id"]: item for item in message["alarms"]}
        elif message["type"] == "alarm":
            assert message["seq"] == self.seq + 1
            self.seq = message["seq"]
            item = message["alarm"]
            self.alarms[item["id"]] = item
            if item["closed_as"] is not None:
                del self.alarms[item["id"]]


@pytest.mark.parametrize("seed", range(20))
async def test_snapshot_and_events_are_a_fresh_snapshot(seed: int) -> None:
    chance = random.Random(seed)
    desk, screen = Desk(), Screen()
    console = desk.console(*chance.choice([(), ("north",)]))
    for _ in range(300):
        action = chance.random()
        if action < 0.85:
            desk.act(chance)
        elif action < 0.9:
            desk.synchronise()
        if chance.random() < 0.2:
            for message in read(desk, console):
                screen.take(message)
    for message in read(desk, console):
        screen.take(message)
    fresh = Channel(console.principal, console.interest)
    snapshot = json.loads(desk.hub.snapshot(fresh))
    assert screen.alarms == {item["id"]: item for item in snapshot["alarms"]}


def floods_seen(messages: list[Json]) -> list[str | None]:
    """Whose floods a console knows of after these messages."""
    known: list[str | None] = []
    for message in messages:
        if "floods" in message:
            known = [each["enterprise"] for each in message["floods"]]
    return known


async def test_a_flood_is_told_to_whom_it_concerns_and_a_snapshot_tells_the_same() -> None:
    desk = Desk()
    park, mine, other = desk.console(), desk.console("north"), desk.console("south")
    heard = {console: read(desk, console) for console in (park, mine, other)}
    for consoles in ((None,), (None, "north"), ("north",), ()):
        desk.flooded(*consoles)
        for console, messages in heard.items():
            messages += read(desk, console)
            assert floods_seen(messages) == floods_seen(read(desk, desk.console_like(console)))
        assert floods_seen(heard[park]) == list(consoles)
        assert floods_seen(heard[mine]) == [each for each in consoles if each == "north"]
        assert floods_seen(heard[other]) == []


async def test_who_may_not_see_a_flood_does_not_hear_that_there_is_one() -> None:
    desk = Desk()
    mine, other = desk.console("north"), desk.console("south")
    read(desk, mine), read(desk, other)
    for consoles in ((None, "north"), (None, "north", "east"), ()):
        desk.flooded(*consoles)
        assert read(desk, other) == []
    assert [m["type"] for m in read(desk, mine)] == ["flood", "flood"]


async def test_a_flood_is_told_again_only_when_something_of_it_changed() -> None:
    desk = Desk()
    console = desk.console()
    desk.flooded(None)
    read(desk, console)
    desk.flooded(None)
    assert read(desk, console) == []
    desk.flooded(None, rate=13)
    assert [m["floods"][0]["rate"] for m in read(desk, console)] == [13]
