"""The line to the engine: many alarms are acknowledged in commands whose answers the bus takes."""

from collections.abc import Callable

import msgspec

from services.api.database import Database
from services.api.engine_link import EngineLink
from services.api.live.hub import Hub
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.runtime.clock import ManualClock
from services.wire.bus import (
    COMMAND,
    IDS_A_COMMAND,
    REPLY,
    STATUS,
    Command,
    Refusal,
    Reply,
    Status,
)
from tests.unit.api.engine import alarm


class Line:
    """A bus with an engine at its other end that acknowledges every alarm but `a0007`."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self._heard: dict[str, Callable[[str, bytes], None]] = {}

    def subscribe(self, topic: str, callback: Callable[[str, bytes], None]) -> None:
        self._heard[topic] = callback

    def publish(self, topic: str, payload: bytes) -> bool:
        assert topic == COMMAND
        command = msgspec.json.decode(payload, type=Command)
        self.commands.append(command)
        done = [alarm(int(one[1:])) for one in command.alarm_ids if one != "a0007"]
        refused = [Refusal(one, "not_open", "Closed.") for one in command.alarm_ids[7:8]]
        self.say(
            f"{REPLY}/{command.client}",
            Reply(command.id, done, refused if "a0007" in command.alarm_ids else []),
        )
        return True

    def say(self, topic: str, message: msgspec.Struct) -> None:
        wanted = f"{STATUS}/+" if topic.startswith(STATUS) else topic
        self._heard[wanted](topic, msgspec.json.encode(message))


async def test_a_thousand_alarms_are_acknowledged_in_portions_and_answered_as_one() -> None:
    clock, line, replica = ManualClock(), Line(), Replica()
    vitals = Vitals(clock, Database("postgresql://nowhere", clock), replica)
    hub = Hub(clock, replica, Register(), vitals)
    link = EngineLink(line, "api-1", clock, replica, hub, vitals)
    link.open()
    line.say(f"{STATUS}/alerts", Status("alerts", ready=True, at=0))
    line.commands.clear()
    ids = [f"a{number:04d}" for number in range(1_000)]
    reply = await link.acknowledge(ids, "wang", None, "seen")
    assert [one.id for one in reply.alarms] == [one for one in ids if one != "a0007"]
    assert [one.alarm_id for one in reply.refused] == ["a0007"]
    asked = [c for c in line.commands if c.kind == "acknowledge"]
    assert [one for command in asked for one in command.alarm_ids] == ids
    assert max(len(command.alarm_ids) for command in asked) <= IDS_A_COMMAND
    assert len({command.id for command in asked}) == len(asked)
    assert {(command.actor, command.note) for command in asked} == {("wang", "seen")}


def test_what_we_say_on_the_bus_and_do_not_hear_tells_that_the_broker_is_away() -> None:
    """Cut off is known at once, a broker that stands still by its silence."""
    clock, line, replica = ManualClock(), Echo(), Replica()
    vitals = Vitals(clock, Database("postgresql://nowhere", clock), replica)
    link = EngineLink(
        line, "api-1", clock, replica, Hub(clock, replica, Register(), vitals), vitals
    )
    link.open()

    def live(seconds: float) -> bool:
        for _ in range(round(seconds / 0.25)):
            clock.advance(0.25)
            link.beat()
        return vitals.broker_there

    assert live(20.0), "what we say comes back, whoever else is silent"
    assert len(line.said) == 20
    line.stands = True
    assert live(3.0)
    assert not live(2.0)
    assert vitals.degraded()[:2] == ["broker", "engine"]
    line.stands = False
    assert live(1.0)
    line.cut = True
    assert not live(1.0)
    line.cut = False
    assert live(1.0)


class Echo:
    """A bus that brings us what we say on it."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.stands = self.cut = False
        self._heard: dict[str, Callable[[str, bytes], None]] = {}

    def subscribe(self, topic: str, callback: Callable[[str, bytes], None]) -> None:
        self._heard[topic] = callback

    def publish(self, topic: str, payload: bytes) -> bool:
        if self.cut:
            return False
        self.said.append(payload)
        if not self.stands:
            self._heard[f"{STATUS}/+"](topic, payload)
        return True
