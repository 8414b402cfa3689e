"""The canary in the engine: judged by the same code in the same loop, behind the batch it came
with, and recorded nowhere.

Its engine is one of its own, so that nothing of it can come into a list, a count or a snapshot.
Before anything is said the engine of the field has to raise and end an alarm, too (`rehearse`), and
the disk of the spool has to take a byte, as it has to for any alarm.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import structlog

from services.alerts.engine import Engine
from services.alerts.ledger import Ledger
from services.alerts.publisher import Publisher
from services.domain.alarm import EventKind, Transition
from services.domain.canary import canary_directory
from services.domain.reading import Reading
from services.runtime.feed import Delivery
from services.wire.bus import CanaryNote
from services.wire.translate import translate

_log = structlog.get_logger()

Life = Literal["raised", "returned"]
_OVER = (EventKind.RETURNED, EventKind.CLEARED)


class Canary:
    """`mark` is a file of the engine's on the disk of its spool; None where there is none.
    `rehearse`: whether the field's engine would raise an alarm now."""

    def __init__(
        self,
        publisher: Publisher,
        ledger: Ledger,
        mark: Path | None = None,
        rehearse: Callable[[], bool] = lambda: True,
    ) -> None:
        self._rehearse = rehearse
        self._answers = True
        self._ledger = ledger
        self._publisher = publisher
        self._mark = mark
        self._engine = Engine(canary_directory())

    def hear(self, delivery: Delivery, now: int) -> None:
        """Judge it and say what came of it."""
        if delivery.retained:
            return
        found = translate(
            self._engine.directory,
            delivery.topic,
            delivery.payload,
            delivery.received_at,
            delivery.redelivered,
        )
        for reading in found.readings:
            for event in self._judge(reading, now):
                if event == "raised":
                    self._ask_field()
                if self._answers:
                    self._touch_disk()
                    self._publisher.canary(self._note(reading, event, now))

    def _ask_field(self) -> None:
        """Once a round; where the field's engine is stuck, nothing is said until it is not."""
        before, self._answers = self._answers, self._rehearse()
        if before and not self._answers:
            _log.error("the engine of the field raises no alarm: the canary is silent")

    def _note(self, reading: Reading, event: Life, now: int) -> CanaryNote:
        boot, number = reading.boot or "", reading.seq or 0
        return CanaryNote(boot, number, event, now, self._ledger.epoch, self._ledger.seq)

    def _judge(self, reading: Reading, now: int) -> Iterator[Life]:
        """A whole alarm life: raised, acknowledged by us at once, returned."""
        for each in self._engine.judge([reading], now).transitions:
            if each.event is EventKind.RAISED:
                self._acknowledge(each, now)
                yield "raised"
            elif each.event in _OVER:
                yield "returned"

    def _acknowledge(self, raised: Transition, now: int) -> None:
        self._engine.acknowledge([raised.alarm.id], "canary", None, None, now)

    def _touch_disk(self) -> None:
        """One that hangs holds us up, as it would an alarm. One that is full does not: alarms
        go on then, too."""
        if self._mark is None:
            return
        with suppress(OSError):
            file = os.open(self._mark, os.O_WRONLY)
            try:
                os.pwrite(file, b"1", 0)
                os.fsync(file)
            finally:
                os.close(file)
