"""The engine's sign of life every second, and the newest values with it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.alerts.judge import Judge
from services.alerts.keeper import Keeper
from services.alerts.own_clock import OwnClock
from services.alerts.recorder import Recorder
from services.alerts.watch import Watch
from services.domain.flood import Flood
from services.wire.bus import FLOODS_A_STATUS, FloodItem, Status

EVERY_S = 1.0


@dataclass(slots=True)
class Heartbeat:
    """Speaks from the loop's own knowledge: `engine_at` is the watch's, not our clock's."""

    judge: Judge
    watch: Watch
    recorder: Recorder
    keeper: Keeper
    is_ready: Callable[[], bool]
    own_clock: OwnClock

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            self.own_clock.look()
            self.judge.publisher.values(self.judge.changed_values())
            self.beat()
            await asyncio.sleep(EVERY_S)

    def tell_all(self) -> None:
        """The bus is there again: say every newest value, for some were said to nobody."""
        self.judge.publisher.values(self.judge.engine.newest())
        self.beat()

    def beat(self) -> None:
        """Say how we are, now."""
        ledger = self.judge.ledger
        self.judge.publisher.status(
            Status(
                service="alerts",
                ready=self.is_ready(),
                at=self.judge.clock.now_ms(),
                db_ok=self.recorder.db_ok,
                epoch=ledger.epoch,
                seq=ledger.seq,
                recorded_seq=ledger.recorded_seq,
                engine_at=self.watch.engine_at,
                spool_bytes=ledger.spool.size_bytes,
                derived_unsent=len(self.keeper.unsent()),
                derived_traced=self.keeper.traced(),
                unjudged=self.judge.engine.unjudged,
                floods=flood_items(self.judge.engine.floods()),
                detail=self._detail(),
            )
        )

    def _detail(self) -> str | None:
        told = []
        if self.judge.ledger.overflow.since is not None:
            told.append(
                "The engine's spool is at its end: alarms go on, their record will be made later."
            )
        if self.keeper.failing:
            told.append("No room on the disk for the engine's snapshot.")
        if self.recorder.set_aside:
            told.append(
                f"{self.recorder.set_aside} records were refused by the database and set aside."
            )
        if self.judge.engine.unjudged:
            told.append(
                f"{self.judge.engine.unjudged} claims are not judged: their judge is silent."
            )
        if self.own_clock.told:
            told.append(self.own_clock.told)
        return " ".join(told) or None


def flood_items(floods: Mapping[str, tuple[Flood, int]]) -> list[FloodItem]:
    """The bus's form of the floods, the park's first, then the worst."""
    items = [
        FloodItem(console or None, flood.start, flood.alarms, rate, flood.peak)
        for console, (flood, rate) in floods.items()
    ]
    items.sort(key=lambda item: (item.enterprise is not None, -item.rate, item.enterprise or ""))
    return items[:FLOODS_A_STATUS]
