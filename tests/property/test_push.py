"""Snapshot and events are a fresh snapshot, whatever happens in which order: for a console of the
park, of a regulator and of an enterprise, one that subscribes anew, one that reads late, over a line
that loses what it likes and to engines that start anew.

Everything between the engine's word and the console's text is the product's own: link, replica, hub,
channel. Only the line, the engine and the console are models; time is virtual.
"""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.api.database import Database
from services.api.engine_link import SNAPSHOT_RETRY_S, EngineLink
from services.api.live.channel import MAX_MESSAGES, Channel, Interest
from services.api.live.hub import RESYNC, VALUES_EVERY_S, Hub
from services.api.permission import Role
from services.api.principal import Principal
from services.api.register import Register
from services.api.replica import FRAMES_EVERY, Replica
from services.api.vitals import Vitals
from services.api.wording import Language
from services.domain.point import Point, PointKind
from services.runtime.clock import ManualClock, to_datetime
from services.store.register import Place, RegisterChange
from services.wire import bus
from tests.unit.api.engine import ModelEngine, alarm

Json = dict[str, Any]
WORKS = ("north", "south")
POINTS = {n: WORKS[n % 2] for n in range(1, 7)}
PEOPLE = {
    "park": Principal("li", Role.OPERATOR, None, 1),
    "regulator": Principal("wang", Role.REGULATOR, None, 1),
    "north": Principal("zhao", Role.ENTERPRISE, "north", 1),
    "south": Principal("sun", Role.ENTERPRISE, "south", 1),
}
A_LITTLE_MORE_S = VALUES_EVERY_S + 0.1
"""A sum of seconds may fall short of one by its last bit."""
SOME = st.integers(0, 1_000)


class Line:
    """The bus with an engine behind it: what was said arrives in order, or never."""

    def __init__(self) -> None:
        self.engine = ModelEngine()
        self.floods: list[bus.FloodItem] = []
        self.under_way: deque[tuple[str, bytes]] = deque()
        self._heard: dict[str, Callable[[str, bytes], None]] = {}

    def subscribe(self, topic: str, callback: Callable[[str, bytes], None]) -> None:
        self._heard[topic] = callback

    def publish(self, _topic: str, payload: bytes) -> bool:
        command = msgspec.json.decode(payload, type=bus.Command)
        for chunk in self.engine.snapshot(command.id):
            self.say(f"{bus.REPLY}/{command.client}", chunk)
        return True

    def say(self, topic: str, message: msgspec.Struct) -> None:
        self.under_way.append((topic, msgspec.json.encode(message)))

    def sign(self, at: int) -> None:
        engine = self.engine
        self.say(
            f"{bus.STATUS}/alerts",
            bus.Status(
                "alerts",
                ready=True,
                at=at,
                epoch=engine.epoch,
                seq=engine.seq,
                recorded_seq=engine.recorded_seq,
                frames=engine.frames,
                floods=self.floods,
            ),
        )

    def deliver(self) -> None:
        topic, payload = self.under_way.popleft()
        wanted = f"{bus.STATUS}/+" if topic.startswith(bus.STATUS) else topic
        self._heard[wanted](topic, payload)


class Console:
    """A program at the other end that believes what it is told, and checks the numbers."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.who = PEOPLE[name]
        self.channel = Channel(self.who, Interest(self.who.scope, True, Language.EN))
        self.hub = hub
        self.seq = -1
        self.shows: Json = {}
        hub.join(self.channel)

    def read(self, most: int = MAX_MESSAGES) -> None:
        """As the writer of a connection sends it."""
        channel = self.channel
        for _ in range(most):
            if channel.wants_resync:
                channel.wants_resync = False
                self.take(RESYNC)
            elif channel.wants_snapshot:
                self.take(self.hub.snapshot(channel))
            elif (text := channel.next()) is not None:
                self.take(text)
            else:
                return

    def take(self, text: str) -> None:
        told = json.loads(text)
        match told["type"]:
            case "snapshot":
                self.seq = told["seq"]
                self.shows = _shown(told)
            case "alarm":
                assert told["seq"] == self.seq + 1, "a number was left out"
                self.seq += 1
                item = told["alarm"]
                self.shows["alarms"][item["id"]] = item
                if item["closed_as"] is not None:
                    del self.shows["alarms"][item["id"]]
            case "values":
                self.shows["points"] |= _points(told)
            case "recorded":
                for each in told["ids"]:
                    if each in self.shows["alarms"]:
                        self.shows["alarms"][each]["recorded"] = True
            case "flood":
                self.shows["floods"] = told["floods"]
            case _:
                assert told["type"] in ("heartbeat", "resync")


class Push(RuleBasedStateMachine):
    """An api process with its consoles, and what may befall them."""

    @initialize()
    def start(self) -> None:
        self.clock, self.line, self.replica = ManualClock(), Line(), Replica()
        self.register = register = Register()
        places = [_place(number, works) for number, works in POINTS.items()]
        register.apply(RegisterChange(1, [], [], [], [], places, []))
        self.vitals = vitals = Vitals(
            self.clock, Database("postgresql://nowhere", self.clock), self.replica
        )
        self.hub = Hub(self.clock, self.replica, register, vitals)
        self.link = EngineLink(self.line, "api", self.clock, self.replica, self.hub, vitals)
        self.link.open()
        self.numbers = 0
        self.consoles = [Console(self.hub, name) for name in PEOPLE]

    @rule(which=SOME, grade=st.integers(1, 4))
    def an_alarm_is_raised(self, which: int, grade: int) -> None:
        self.numbers += 1
        item = alarm(self.numbers, WORKS[which % 2], grade=grade)
        self.line.say(bus.ALARMS, self.line.engine.say("raised", item))

    @precondition(lambda self: self.line.engine.open)
    @rule(which=SOME, event=st.sampled_from(["acknowledged", "escalated", "cleared"]))
    def something_happens_to_one(self, which: int, event: str) -> None:
        known = self.line.engine.open
        item = known[sorted(known)[which % len(known)]]
        everything: dict[str, Json] = {
            "acknowledged": {"state": "acknowledged", "acknowledged_by": "li"},
            "escalated": {"grade": 1},
            "cleared": {"closed_as": "cleared"},
        }
        changed = msgspec.structs.replace(item, **everything[event])
        self.line.say(bus.ALARMS, self.line.engine.say(event, changed))

    @rule(values=st.dictionaries(st.sampled_from(sorted(POINTS)), st.floats(0, 100), min_size=1))
    def points_are_read(self, values: dict[int, float]) -> None:
        at = self.clock.now_ms()
        frame = self.line.engine.frame({n: (at, v, 0) for n, v in values.items()})
        self.line.say(bus.VALUES, frame)

    @rule(which=SOME, goes_on=st.booleans())
    def a_flood_begins_or_ends(self, which: int, goes_on: bool) -> None:
        whose = (None, *WORKS)[which % 3]
        left = [each for each in self.line.floods if each.enterprise != whose]
        self.line.floods = left + [bus.FloodItem(whose, 1_000, 14, which % 30, 13)] * goes_on

    @rule()
    def the_record_catches_up(self) -> None:
        self.line.engine.recorded_seq = self.line.engine.seq

    @rule()
    def the_engine_gives_a_sign_of_life(self) -> None:
        self.line.sign(self.clock.now_ms())

    @rule()
    def the_engine_starts_anew(self) -> None:
        old = self.line.engine
        self.line.engine = ModelEngine(
            f"{old.epoch}'", open=dict(old.open), values=dict(old.values)
        )

    @rule(most=st.integers(1, 8))
    def some_arrives(self, most: int) -> None:
        for _ in range(min(most, len(self.line.under_way))):
            self.line.deliver()

    @precondition(lambda self: self.line.under_way)
    @rule(which=SOME)
    def something_is_lost(self, which: int) -> None:
        del self.line.under_way[which % len(self.line.under_way)]

    @rule(seconds=st.sampled_from([0.1, VALUES_EVERY_S]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.hub.flush_values()
        self.link.ask_for_snapshot()

    @rule(which=SOME, most=st.integers(1, 20))
    def a_console_reads(self, which: int, most: int) -> None:
        self.consoles[which % len(self.consoles)].read(most)

    @rule(which=SOME, enterprises=st.sets(st.sampled_from(WORKS)), points=st.booleans())
    def a_console_subscribes(self, which: int, enterprises: set[str], points: bool) -> None:
        console = self.consoles[which % len(self.consoles)]
        scope = console.who.scope
        wanted = frozenset(enterprises) if scope is None else frozenset(enterprises) & scope
        console.channel.restart(Interest(wanted or scope, points, Language.EN))

    @rule(name=st.sampled_from(sorted(PEOPLE)))
    def another_console_comes(self, name: str) -> None:
        self.consoles.append(Console(self.hub, name))

    @rule()
    def a_console_was_too_slow(self) -> None:
        self.consoles[0].channel.resync()

    @invariant()
    def what_a_console_shows_is_what_a_fresh_one_would(self) -> None:
        for console in getattr(self, "consoles", ()):
            console.read()
        self.clock.advance(A_LITTLE_MORE_S)
        self.hub.flush_values()
        another = Hub(self.clock, self.replica, self.register, self.vitals)
        for console in self.consoles:
            console.read()
            fresh = Channel(console.who, console.channel.interest)
            assert console.shows == _shown(json.loads(another.snapshot(fresh)))
            scope = console.who.scope
            seen = {each["enterprise"] for each in console.shows["alarms"].values()}
            assert scope is None or seen <= scope
            assert scope is None or {POINTS[n] for n in console.shows["points"]} <= scope

    def teardown(self) -> None:
        """Once the line is whole again, all of it is what the engine says."""
        if not hasattr(self, "consoles"):
            return
        # A lost frame alone is worth a snapshot only so often.
        for _ in range(FRAMES_EVERY + 4):
            self.clock.advance(SNAPSHOT_RETRY_S + 0.1)
            self.line.sign(self.clock.now_ms())
            while self.line.under_way:
                self.line.deliver()
        engine = self.line.engine
        everything = Console(self.hub, "park")
        everything.read()
        # The snapshot may be one that was made for another console: what came since follows it.
        self.clock.advance(A_LITTLE_MORE_S)
        self.hub.flush_values()
        everything.read()
        assert everything.shows["alarms"].keys() == engine.open.keys()
        assert everything.shows["points"].keys() == engine.values.keys()
        whose = [each.enterprise for each in self.line.floods]
        assert [each["enterprise"] for each in everything.shows["floods"]] == whose


def _place(number: int, works: str) -> Place:
    point = Point(number, works, f"T-{number}", PointKind.LEVEL, "%")
    return Place(point, None, None, to_datetime(0))


def _shown(snapshot: Json) -> Json:
    return {
        "alarms": {item["id"]: item for item in snapshot["alarms"]},
        "points": _points(snapshot["points"]),
        "floods": snapshot["floods"],
    }


def _points(columns: Json) -> dict[int, tuple[int, float, int]]:
    rows = zip(columns["t"], columns["v"], columns["q"], strict=True)
    return dict(zip(columns["id"], rows, strict=True))


class LazyPush(Push):
    """The same, where consoles read only when they do, and all is compared at the end."""

    @invariant()
    def what_a_console_shows_is_what_a_fresh_one_would(self) -> None:
        """Nothing is forced on them in between."""

    def teardown(self) -> None:
        if hasattr(self, "consoles"):
            Push.what_a_console_shows_is_what_a_fresh_one_would(self)
        super().teardown()


TestPush = Push.TestCase
TestPush.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestLazyPush = LazyPush.TestCase
TestLazyPush.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
