"""What is told of gateways, from what is committed and from time."""

import json
from collections.abc import Iterable

from services.domain.connection import ConnectionState
from services.domain.directory import BookChange, Directory
from services.domain.point import Point, PointKind, Reporting
from services.domain.skew import ClockState
from services.ingest.gateway_watch import WRITE_EVERY_MS, GatewayWatch
from services.runtime.feed import Delivery
from services.store.gateway_event import EventKind
from services.store.intake import Parcel
from services.store.vitals_tables import Happened, Vitals
from services.wire.translate import translate

NOW = 1_767_542_400_000
SECOND = 1_000
MINUTE = 60_000


class Scene:
    """A watch, a register and a clock."""

    def __init__(self, *points: Point) -> None:
        self.watch = GatewayWatch()
        self.directory = Directory()
        change = BookChange(1, points)
        change.apply(self.directory)
        self.watch.follow(change)
        self.now = NOW
        self.hearing = True
        self.events: list[Happened] = []
        self.written: dict[str, Vitals] = {}
        self.rows = 0

    def say(
        self, gateway: str, payload: object, leaf: str = "telemetry", retained: bool = False
    ) -> None:
        topic, raw = f"pw/v1/acme/{gateway}/{leaf}", json.dumps(payload).encode()
        found = translate(self.directory, topic, raw, self.now)
        delivery = Delivery(1, 1, 1, topic, raw, self.now, False, retained)
        self.watch.note([Parcel(delivery, found)])

    def send(self, gateway: str, value: object = 1.0, ahead_ms: int = 0) -> None:
        self.say(gateway, {"ts": self.now + ahead_ms, "values": {"GT-1": value}})

    def link(self, gateway: str, online: bool) -> None:
        self.say(gateway, {"online": online}, "state")

    def wait(self, seconds: int, senders: Iterable[str] = ()) -> None:
        for _ in range(seconds):
            self.now += SECOND
            for gateway in senders:
                self.send(gateway)
            if self.hearing:
                self.watch.idle(self.now)
            self.watch.tick(self.now, lambda _: self.hearing)
            vitals, events = self.watch.take_due(self.now, 100)
            self.events += events
            self.rows += len(vitals)
            self.written |= {each.gateway: each for each in vitals}

    def state(self, gateway: str) -> ConnectionState:
        return self.written[gateway].state

    def kinds(self) -> list[EventKind]:
        return [each.kind for each in self.events]


def point(tag: str = "GT-1", **more: object) -> Point:
    return Point(7, "acme", tag, PointKind.TOXIC_GAS, "ppm", gateway="g1", **more)  # type: ignore[arg-type]


def test_a_gateway_is_told_gone_and_back_once_each() -> None:
    scene = Scene(point())
    scene.wait(20, ["g1"])
    assert scene.state("g1") == ConnectionState.ONLINE
    assert scene.kinds() == []
    scene.wait(70)
    assert scene.kinds() == [EventKind.GATEWAY_OFFLINE]
    assert scene.state("g1") == ConnectionState.OFFLINE
    assert scene.written["g1"].last_reading_at == NOW + 20 * SECOND
    scene.wait(5, ["g1"])
    assert scene.kinds() == [EventKind.GATEWAY_OFFLINE, EventKind.GATEWAY_ONLINE]


def test_a_point_that_reports_every_ten_minutes_gives_its_gateway_half_an_hour() -> None:
    scene = Scene(point(period_s=600.0))
    scene.wait(1, ["g1"])
    scene.wait(1790)
    assert scene.kinds() == []
    scene.wait(30)
    assert scene.kinds() == [EventKind.GATEWAY_OFFLINE]


def test_a_will_is_shown_as_a_lost_link_and_is_no_event() -> None:
    scene = Scene(point())
    scene.wait(5, ["g1"])
    scene.link("g1", False)
    scene.wait(2)
    assert (scene.written["g1"].state, scene.written["g1"].link) == (
        ConnectionState.LINK_LOST,
        False,
    )
    scene.wait(5, ["g1"])
    assert scene.state("g1") == ConnectionState.ONLINE
    assert scene.kinds() == []


def test_a_will_bears_the_time_of_connecting_and_tells_of_now() -> None:
    scene = Scene(point())
    will = {"online": False, "ts": scene.now}
    scene.wait(3600, ["g1"])
    scene.say("g1", will, "state")
    scene.wait(2)
    lost = scene.written["g1"]
    assert (lost.state, lost.since) == (ConnectionState.LINK_LOST, NOW + 3600 * SECOND)
    assert lost.link_at == NOW + 3600 * SECOND


def test_a_will_that_the_broker_kept_is_no_older_than_the_last_message() -> None:
    scene = Scene(point())
    will = {"online": False, "ts": scene.now}
    scene.wait(600, ["g1"])
    scene.now += 20 * SECOND
    scene.say("g1", will, "state", retained=True)
    scene.wait(2)
    assert scene.written["g1"].since == NOW + 600 * SECOND


def test_two_hundred_wills_are_one_event() -> None:
    scene = Scene(point())
    for _ in range(200):
        scene.wait(1, ["g1"])
        scene.link("g1", False)
        scene.wait(1)
    assert scene.kinds() == [EventKind.GATEWAY_UNSTABLE]
    scene.wait(400, ["g1"])
    assert scene.kinds() == [EventKind.GATEWAY_UNSTABLE, EventKind.GATEWAY_ONLINE]


def test_where_all_points_report_on_change_silence_is_no_loss_while_the_link_stands() -> None:
    scene = Scene(point(reporting=Reporting.ON_CHANGE))
    scene.link("g1", True)
    scene.wait(7200)
    assert scene.state("g1") == ConnectionState.ONLINE
    scene.link("g1", False)
    scene.wait(100)
    assert scene.state("g1") == ConnectionState.OFFLINE


def test_our_own_deafness_is_nobodys_silence() -> None:
    scene = Scene(point())
    scene.wait(10, ["g1"])
    scene.hearing = False
    scene.wait(3600)
    scene.hearing = True
    scene.wait(50)
    assert scene.kinds() == []
    scene.wait(30)
    assert scene.kinds() == [EventKind.GATEWAY_OFFLINE]


def test_poison_and_bad_values_and_a_day_old_past_are_no_sign_of_life() -> None:
    scene = Scene(point())
    scene.wait(10, ["g1"])
    for _ in range(100):
        scene.say("g1", {"values": {"GT-1": "high"}})
        scene.send("g1", None)
        scene.send("g1", 5.0, ahead_ms=-90_000_000)
        scene.wait(1)
    assert scene.kinds()[0] is EventKind.GATEWAY_OFFLINE


def test_a_wrong_clock_is_told_with_how_far_and_its_end() -> None:
    scene = Scene(point())
    for _ in range(60):
        scene.send("g1", ahead_ms=3_000)
        scene.wait(1)
    assert [(each.kind, each.detail) for each in scene.events] == [
        (EventKind.CLOCK_SKEWED, "+3000 ms")
    ]
    scene.wait(120, ["g1"])
    assert scene.kinds() == [EventKind.CLOCK_SKEWED, EventKind.CLOCK_RIGHT]
    assert scene.written["g1"].clock is ClockState.RIGHT
    assert scene.written["g1"].skew_ms == 0


def test_1970_and_2099_are_an_unusable_clock() -> None:
    for stamp in (0, 4_102_444_800_000):
        scene = Scene(point())
        for _ in range(15):
            scene.say("g1", {"ts": stamp, "values": {"GT-1": 1}})
            scene.wait(1)
        assert scene.kinds() == [EventKind.CLOCK_UNUSABLE]
        assert scene.written["g1"].newest_measured_at is None


def test_figures_that_only_go_on_are_written_seldom() -> None:
    scene = Scene(point())
    scene.wait(5, ["g1"])
    before = scene.rows
    scene.wait(100, ["g1"])
    assert 8 <= scene.rows - before <= 100 * SECOND // WRITE_EVERY_MS + 2


def test_what_could_not_be_written_comes_again() -> None:
    scene = Scene(point())
    scene.send("g1")
    scene.watch.tick(scene.now, lambda _: True)
    due, events = scene.watch.take_due(scene.now, 100)
    assert [each.gateway for each in due] == ["g1"]
    assert scene.watch.take_due(scene.now, 100) == ([], [])
    scene.watch.put_back(due, events)
    assert scene.watch.take_due(scene.now, 100) == (due, events)


def test_another_life_goes_on_where_this_one_stood() -> None:
    scene = Scene(point())
    scene.wait(20, ["g1"])
    later = Scene(point())
    later.watch.tick(later.now, lambda _: True)
    later.watch.load(scene.written.values())
    later.wait(50)
    assert later.kinds() == []
    later.wait(20)
    assert later.kinds() == [EventKind.GATEWAY_OFFLINE]
    later.watch.forget(lambda enterprise: enterprise != "acme")
    later.wait(20)
    assert later.watch.take_due(later.now + MINUTE, 100) == ([], [])


def test_what_we_compute_ourselves_is_no_gateway() -> None:
    scene = Scene(point())
    scene.say("_derived", {"ts": scene.now, "values": {"GD-1": 1.0}})
    scene.wait(120)
    assert (scene.written, scene.kinds()) == ({}, [])
