"""The canary as it comes out here: at the end of the chain, just before the consoles.

It passes only where alarms pass: once this api's replica is the engine's of now and has every
event that the engine had said before.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Protocol

import msgspec

from services.api.replica import Replica, Source
from services.domain.canary import SILENT_S
from services.runtime.clock import Clock
from services.wire.bus import CANARY, CanaryNote

BOOTS = 8
"""Lives of watchers that are remembered; the oldest goes."""
WAITING = 100
"""Notes that wait for the replica to catch up; beyond it the oldest goes."""

_decoder = msgspec.json.Decoder(CanaryNote)


class Hears(Protocol):
    """What it needs of the bus."""

    def subscribe(self, topic: str, callback: "OnMessage") -> None: ...


class OnMessage(Protocol):
    def __call__(self, topic: str, payload: bytes, /) -> None: ...


@dataclass(slots=True)
class Pass:
    """The newest readings of one life of a watcher whose alarm was raised, and returned."""

    boot: str
    raised: int = 0
    returned: int = 0


class Canary:
    """`age_s` counts from the newest one that was raised and returned, at first from the start."""

    def __init__(self, clock: Clock, replica: Replica) -> None:
        self._clock = clock
        self._replica = replica
        self._passes: OrderedDict[str, Pass] = OrderedDict()
        self._waiting: deque[CanaryNote] = deque(maxlen=WAITING)
        self._passed_at = clock.monotonic()
        self.heard = False
        """Whether one ever passed here."""

    def open(self, line: Hears) -> None:
        """Hear what the engine says of it."""
        line.subscribe(CANARY, self.on_note)

    def on_note(self, _topic: str, payload: bytes) -> None:
        """One that cannot be read does not pass."""
        try:
            self.hear(_decoder.decode(payload))
        except msgspec.DecodeError:
            return

    def hear(self, note: CanaryNote) -> None:
        """The engine said what became of it."""
        self._waiting.append(note)
        self._let_pass()

    def passes(self) -> list[Pass]:
        """All that are remembered, the newest last."""
        self._let_pass()
        return list(self._passes.values())

    @property
    def age_s(self) -> float:
        """Seconds."""
        self._let_pass()
        return self._clock.monotonic() - self._passed_at

    @property
    def is_alive(self) -> bool:
        """Whether it passed lately."""
        return self.age_s <= SILENT_S

    def _let_pass(self) -> None:
        while self._waiting and self._is_in_step(self._waiting[0]):
            self._take(self._waiting.popleft())

    def _is_in_step(self, note: CanaryNote) -> bool:
        """Whether alarms that were said before it are here; or it is of no worth any more."""
        replica = self._replica
        if replica.source is not Source.ENGINE:
            return False
        if note.epoch != replica.epoch:
            # Of a life of the engine that is over: nothing more comes of it.
            return any(each.epoch == replica.epoch for each in self._waiting)
        return replica.seq >= note.after

    def _take(self, note: CanaryNote) -> None:
        if note.epoch != self._replica.epoch:
            return
        found = self._passes.pop(note.boot, None) or Pass(note.boot)
        self._passes[note.boot] = found
        if len(self._passes) > BOOTS:
            self._passes.popitem(last=False)
        if note.event == "raised":
            found.raised = max(found.raised, note.reading)
            return
        if found.raised > found.returned:
            self._passed_at, self.heard = self._clock.monotonic(), True
        found.returned = max(found.returned, note.reading)
