"""What the engine says on the bus: events at once, values once a second, its sign of life."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import msgspec

from services.alerts.engine_outcome import ShownValue
from services.alerts.item import event_of
from services.alerts.ledger import Numbered
from services.domain.directory import Directory
from services.wire.bus import (
    ALARMS,
    CANARY,
    REPLY,
    STATUS,
    VALUES,
    AlarmEvents,
    AlarmItem,
    CanaryNote,
    Reply,
    SnapshotChunk,
    Status,
    ValueFrame,
)

EVENTS_A_MESSAGE = 500
ALARMS_A_CHUNK = 1_000
POINTS_A_CHUNK = 5_000
MESSAGE_BYTES = 512 * 1024
"""Of alarms in one message, however long their names and notes are: the broker cuts whoever
sends more than 1 MiB, and the state would never arrive."""

T = TypeVar("T", bound=msgspec.Struct)


class Outlet(Protocol):
    """The way out to the other services; a message that cannot go now is dropped, for each
    can be asked for again."""

    def publish(self, topic: str, payload: bytes) -> bool: ...


class Publisher:
    """Encodes and sends. Messages stay below the broker's 1 MiB."""

    def __init__(self, outlet: Outlet, epoch: str) -> None:
        self._outlet = outlet
        self._epoch = epoch
        self.term = 0
        """The lease under which we speak."""
        self._sent_frames = 0
        self._encoder = msgspec.json.Encoder()

    def events(self, numbered: Sequence[Numbered], directory: Directory) -> None:
        """Publish transitions in their order."""
        events = [event_of(each, directory) for each in numbered]
        for part in self._portions(events, EVENTS_A_MESSAGE):
            self._send(ALARMS, AlarmEvents(self._epoch, part, self.term))

    def values(self, shown: Iterable[ShownValue]) -> None:
        """Publish newest values, in frames of bounded size."""
        for frame in self._frames(shown):
            self._sent_frames += 1
            self._send(VALUES, msgspec.structs.replace(frame, seq=self._sent_frames))

    def status(self, status: Status) -> None:
        """Publish the service's sign of life."""
        said = msgspec.structs.replace(status, term=self.term, frames=self._sent_frames)
        self._send(f"{STATUS}/{status.service}", said)

    def canary(self, note: CanaryNote) -> None:
        """Say what became of the canary."""
        self._send(CANARY, note)

    def reply(self, client: str, reply: Reply) -> None:
        """Answer a command."""
        self._send(f"{REPLY}/{client}", msgspec.structs.replace(reply, term=self.term))

    def snapshot(
        self,
        client: str,
        command_id: str,
        numbers: tuple[int, int],
        alarms: Sequence[AlarmItem],
        shown: Iterable[ShownValue],
    ) -> None:
        """Answer with the whole live state as it stands at `numbers` = (seq, recorded_seq)."""
        parts: list[tuple[Sequence[AlarmItem], ValueFrame | None]] = [
            (part, None) for part in self._portions(alarms, ALARMS_A_CHUNK)
        ]
        parts += [((), frame) for frame in self._frames(shown)]
        parts = parts or [((), None)]
        seq, recorded_seq = numbers
        for part, (some, frame) in enumerate(parts):
            chunk = SnapshotChunk(
                id=command_id,
                epoch=self._epoch,
                seq=seq,
                recorded_seq=recorded_seq,
                part=part,
                parts=len(parts),
                alarms=list(some),
                values=frame,
                term=self.term,
                frames=self._sent_frames,
            )
            self._send(f"{REPLY}/{client}", chunk)

    def _frames(self, shown: Iterable[ShownValue]) -> Iterator[ValueFrame]:
        rest = iter(shown)
        while part := list(islice(rest, POINTS_A_CHUNK)):
            yield ValueFrame(
                epoch=self._epoch,
                id=[each.point_id for each in part],
                t=[each.at for each in part],
                v=[each.value for each in part],
                q=[each.quality for each in part],
                term=self.term,
            )

    def _portions(self, items: Sequence[T], most: int) -> Iterator[list[T]]:
        """Items in their order, so many at a time as one message may hold."""
        part: list[T] = []
        filled = 0
        for item in items:
            size = len(self._encoder.encode(item)) + 1 if len(items) > 1 else 0
            if part and (len(part) >= most or filled + size > MESSAGE_BYTES):
                yield part
                part, filled = [], 0
            part.append(item)
            filled += size
        if part:
            yield part

    def _send(self, topic: str, message: msgspec.Struct) -> None:
        self._outlet.publish(topic, self._encoder.encode(message))
