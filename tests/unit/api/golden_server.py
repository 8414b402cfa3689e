"""Our own end of the line in a golden story: the bus says what the file tells, and a console hears.

`python -m tests.unit.api.golden_server` writes `messages` anew in every file that has a `bus`.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from services.api.database import Database
from services.api.engine_link import EngineLink
from services.api.live.channel import Channel, Interest
from services.api.live.hub import RESYNC, VALUES_EVERY_S, Hub
from services.api.permission import Role
from services.api.principal import Principal
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.api.wording import Language
from services.domain.point import Point, PointKind
from services.runtime.clock import ManualClock, to_datetime
from services.store.register import Place, RegisterChange
from services.wire.bus import COMMAND, STATUS, Command
from tests.unit.api.golden_story import FOLDER, stories

Json = dict[str, Any]
STEP_S = 0.3


class Bus:
    """Says what a story tells, and notes which snapshots are asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._heard: dict[str, Callable[[str, bytes], None]] = {}

    def subscribe(self, topic: str, callback: Callable[[str, bytes], None]) -> None:
        self._heard[topic] = callback

    def publish(self, topic: str, payload: bytes) -> bool:
        if topic == COMMAND:
            command = msgspec.json.decode(payload, type=Command)
            self.asked += [command.id] if command.kind == "snapshot" else []
        return True

    def say(self, topic: str, payload: Json) -> None:
        wanted = f"{STATUS}/+" if topic.startswith(STATUS) else topic
        self._heard[wanted](topic, json.dumps(payload).encode())


class Server:
    """A replica, a hub, and one console of the whole park, which connects once there is a state."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.clock = ManualClock()
        self.bus = Bus()
        self.replica = Replica()
        register = Register()
        places = [_place(int(number), PointKind(kind)) for number, kind in kinds.items()]
        register.apply(RegisterChange(1, [], [], [], [], places, []))
        vitals = Vitals(self.clock, Database("postgresql://nowhere", self.clock), self.replica)
        self.hub = Hub(self.clock, self.replica, register, vitals)
        self.link = EngineLink(self.bus, "api-1", self.clock, self.replica, self.hub, vitals)
        self.link.open()
        principal = Principal("li", Role.OPERATOR, None, 1)
        self.console = Channel(principal, Interest(None, True, Language.ZH))

    def tell(self, steps: list[Json]) -> list[Json]:
        """All that the console hears of these messages of the bus."""
        said = [each for step in steps for each in self._step(step)]
        self.clock.advance(VALUES_EVERY_S)
        return said + self._sent()

    def _step(self, step: Json) -> list[Json]:
        self.clock.advance(STEP_S)
        self.bus.say(step["topic"], step["payload"])
        if self.replica.source == "none":
            return []
        self.hub.join(self.console)
        return self._sent()

    def _sent(self) -> list[Json]:
        self.hub.flush_values()
        texts: list[str] = []
        if self.console.wants_resync:
            self.console.wants_resync = False
            texts.append(RESYNC)
        if self.console.wants_snapshot:
            texts.append(self.hub.snapshot(self.console))
        while (text := self.console.next()) is not None:
            texts.append(text)
        return [json.loads(text) for text in texts]


def _place(number: int, kind: PointKind) -> Place:
    unit = "%LEL" if kind is PointKind.COMBUSTIBLE_GAS else "1"
    return Place(Point(number, "HX01", f"P-{number}", kind, unit), None, None, to_datetime(0))


def main() -> None:
    for name, story in stories().items():
        if "bus" in story:
            story["messages"] = Server(story["points"]).tell(story["bus"])
            text = json.dumps(story, ensure_ascii=False, indent=1)
            (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
