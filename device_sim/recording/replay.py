"""Play a recording as the gateway would have published it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from device_sim.clock import Clock
from device_sim.encode.persona import Persona, outgoing
from device_sim.message import Message, Outgoing
from device_sim.recording.row import Row

PROGRESS_EVERY_S = 5.0


class Sink(Protocol):
    """Where messages go: in order, each at least once."""

    @property
    def acknowledged(self) -> int: ...
    def send(self, message: Outgoing) -> None: ...
    def settle(self) -> None: ...
    def pump(self, wait_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose voice a replay has, and its boot id."""

    enterprise: str
    gateway: str
    boot: str
    persona: Persona


@dataclass(frozen=True, slots=True)
class Played:
    """What a replay did. ``rows``: messages sent; ``silent``: rows without any reading."""

    rows: int
    readings: int
    silent: int
    acknowledged: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast recorded time runs: ``speed`` times as fast as ours, ``None`` at once."""

    speed: float | None
    shift_ms: int = 0


def play(
    rows: Iterator[Row],
    sender: Sender,
    pace: Pace,
    sink: Sink,
    clock: Clock,
    progress: Callable[[int], None] = lambda sent: None,
) -> Played:
    """Send every row with a reading in it, then wait for all acknowledgements.

    Whatever ``sink`` raises ends it; nothing is skipped.
    """
    began, first_ms, told = clock.monotonic(), None, clock.monotonic()
    sent = readings = silent = 0
    for row in rows:
        if not row.values:
            silent += 1
            continue
        first_ms = row.measured_ms if first_ms is None else first_ms
        if pace.speed is not None:
            due = began + (row.measured_ms - first_ms) / 1000 / pace.speed
            wait(sink, clock, due)
        message = Message(
            row.measured_ms + pace.shift_ms, sender.boot, sent + 1, row.values, row.qualities
        )
        sink.send(outgoing(sender.persona, sender.enterprise, sender.gateway, message))
        sent += 1
        readings += len(row.values)
        if clock.monotonic() - told >= PROGRESS_EVERY_S:
            told = clock.monotonic()
            progress(sent)
    sink.settle()
    return Played(sent, readings, silent, sink.acknowledged, clock.monotonic() - began)


def wait(sink: Sink, clock: Clock, due: float) -> None:
    """Keep the link alive until ``due`` on the monotonic clock."""
    while (left := due - clock.monotonic()) > 0:
        sink.pump(min(left, 0.2))
