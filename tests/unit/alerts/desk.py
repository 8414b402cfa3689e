"""An engine with its own disk and no network: what was said is kept in a list."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.alerts.commands import Commands
from services.alerts.judge import Judge
from services.alerts.keeper import Keeper
from services.alerts.publisher import Publisher
from services.alerts.recorder import Recorder
from services.alerts.recovery import recover
from services.alerts.spool import SpoolSize
from services.alerts.watch import Watch
from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, LimitRule
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from services.wire.bus import ALARMS, AlarmEvent, AlarmEvents

TOPIC = "pw/v1/acme/gw/telemetry"


@dataclass(slots=True)
class Said:
    """The bus, seen from the engine."""

    messages: list[tuple[str, bytes]] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes) -> bool:
        self.messages.append((topic, payload))
        return True

    def events(self) -> list[AlarmEvent]:
        found = [
            msgspec.json.decode(payload, type=AlarmEvents)
            for topic, payload in self.messages
            if topic == ALARMS
        ]
        return [event for batch in found for event in batch.events]

    def names(self) -> list[str]:
        return [event.event for event in self.events()]


def book(version: int = 1, on_delay_ms: int = 0) -> BookChange:
    """Two gas points with limits 25 and 50."""
    points = tuple(Point(n, "acme", f"GT-{n}", PointKind.COMBUSTIBLE_GAS, "%LEL") for n in (1, 2))
    rules = tuple(
        LimitRule(f"r{n}-{c}", 1, "acme", n, c, limit, grade, 1.0, on_delay_ms)
        for n in (1, 2)
        for c, limit, grade in ((Condition.H, 25.0, 2), (Condition.HH, 50.0, 1))
    )
    return BookChange(version, points, (), rules)


class Desk:
    """The service's inner part, started from a folder; the clock is ours."""

    def __init__(
        self, folder: Path, clock: ManualClock, feed: MemoryFeed, size: SpoolSize | None = None
    ) -> None:
        self.clock, self.feed, self.said = clock, feed, Said()
        self.found = recover(folder, clock.now_ms(), size)
        publisher = Publisher(self.said, self.found.ledger.epoch)
        self.judge = Judge(self.found.engine, self.found.ledger, publisher, clock, self.found.marks)
        spool = self.found.ledger.spool
        self.recorder = Recorder(
            "postgresql://nobody@127.0.0.1:1/none", spool.folder, spool.id, clock
        )
        self.keeper = Keeper(self.judge, self.recorder, self.found.store, self.found.heard)
        self.judge.before_book = self.keeper.keep_book
        self.watch = Watch(feed, self.judge, clock, self.found.heard, self.found.recalled.messages)
        self.judge.recall(self.found.recalled.readings)
        self.commands = Commands(self.judge)
        self.commands.open = True

    def send(self, tag: str, value: float, ts: int | None = None, **more: object) -> None:
        """A gateway's message."""
        body: dict[str, object] = {"values": {tag: value}} | more
        if ts is not None:
            body["ts"] = ts
        self.feed.publish(TOPIC, json.dumps(body).encode())

    async def step(self) -> None:
        """One step of the watch."""
        self.watch.step(await self.feed.take(500, 0.001))
