"""An engine with derived points and a broker in memory, which gives back what it is given."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.alerts.derived_outlet import DerivedOutlet
from services.alerts.watch import Watch
from services.domain.directory import BookChange
from services.domain.formula import Formula
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Reading
from services.domain.rule import Condition, LimitRule
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk

DERIVED = "pw/v1/acme/_derived/telemetry"
A = Point(1, "acme", "TI-1", PointKind.TEMPERATURE, "Cel", period_s=1.0)
B = Point(2, "acme", "TI-2", PointKind.TEMPERATURE, "Cel", period_s=1.0)
VALVE = Point(3, "acme", "XV-1", PointKind.VALVE, "1", reporting=Reporting.ON_CHANGE)

Row = tuple[int, float | None, str]
"""When it was read (ms since the start), the value and its quality."""


def derived(number: int, tag: str, expression: str, **inputs: str) -> Point:
    """A derived point over the tags of its inputs."""
    formula = Formula(expression, tuple(inputs.items()))
    kind, change = PointKind.TEMPERATURE, Reporting.ON_CHANGE
    return Point(number, "acme", tag, kind, "K", reporting=change, formula=formula)


SPREAD = derived(10, "TD-1", "a - b", a="TI-1", b="TI-2")


def book(*points: Point, limit: float = 10.0, version: int = 1) -> BookChange:
    """Points, and a limit on each that is derived."""
    rules = tuple(
        LimitRule(f"{each.tag}-H", 1, "acme", each.id, Condition.H, limit, 1)
        for each in points
        if each.formula
    )
    return BookChange(version, points, (), rules)


@dataclass(slots=True)
class Broker:
    """What is published comes to the feed, unless it is `away`: then it waits."""

    feed: MemoryFeed
    away: bool = False
    said: list[tuple[str, bytes]] = field(default_factory=list)
    _waiting: list[tuple[Reading, ...]] = field(default_factory=list)

    def send(self, topic: str, payload: bytes, item: tuple[Reading, ...]) -> bool:
        if self.away:
            self._waiting.append(item)
            return True
        self.said.append((topic, payload))
        self.feed.publish(topic, payload)
        return True

    def waiting(self) -> list[tuple[Reading, ...]]:
        return self._waiting

    def rows(self, tag: str, start: int) -> list[Row]:
        """What was published of a derived point."""
        found: list[Row] = []
        for topic, payload in self.said:
            assert topic == DERIVED
            for each in msgspec.json.decode(payload):
                if tag in each["values"]:
                    value = each["values"][tag]
                    found.append((each["ts"] - start, value["v"], value["q"]))
        return found


class DerivedDesk(Desk):
    """A desk whose derived points publish to a broker in memory."""

    def __init__(
        self, folder: Path, clock: ManualClock, feed: MemoryFeed, broker: Broker | None = None
    ) -> None:
        super().__init__(folder, clock, feed)
        self.broker = broker or Broker(feed)
        derivations = self.found.derivations
        self.outlet = DerivedOutlet(self.broker, self.judge.engine.directory)
        known = self.found.recalled.messages
        self.watch = Watch(
            feed, self.judge, clock, self.found.heard, known, derivations=derivations
        )
        self.watch.on_derived = self.outlet.send
        self.judge.on_book = derivations.follow
        self.keeper.derived, self.keeper.unsent = derivations.save, self.outlet.unsent
        self.outlet.send(self.found.unsent)

    def register(self, *points: Point, limit: float = 10.0, version: int = 1) -> None:
        """Points, and a limit on each that is derived."""
        self.judge.apply_book(book(*points, limit=limit, version=version))

    def send_all(self, ts: int, values: dict[str, float]) -> None:
        """A gateway's message of several points."""
        body = {"ts": ts, "values": values}
        self.feed.publish("pw/v1/acme/gw/telemetry", msgspec.json.encode(body))

    async def hear(self, steps: int = 4) -> None:
        """Judge what was sent, and what that led to."""
        for _ in range(steps):
            await self.step()

    def told(self, condition: str) -> list[str]:
        """What was said of alarms of this condition."""
        return [each.event for each in self.said.events() if each.alarm.condition == condition]
