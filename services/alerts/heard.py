"""What was heard since the last snapshot, beside it: a killed engine knows what it acknowledged.

The spool holds what a reading led to. One that led to nothing would be in memory only, and an
older one that comes late, after a kill, would pass for the newest. It is written before the
acknowledgement and not flushed, so it outlives the process, not the machine's power: after that
the newest values are those of the snapshot until the field speaks again.
"""

import errno
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from services.alerts.segment import encode_record, read_records
from services.domain.reading import Reading

LIMIT_BYTES = 64 * 1024 * 1024
"""Of all files together (10 s at 5,000 readings a second take 5 MiB); beyond it nothing is
written until the next snapshot."""
MESSAGES_REMEMBERED = 20_000
"""Messages with boot and seq known by their identity; the oldest go first."""
OF_ONE_INSTANT = 8
"""Readings of a point that differ, with and without a usable value."""

MessageId = tuple[str, str, str, int]
"""Enterprise, gateway, boot with the mark of what was said, seq."""

_log = structlog.get_logger()


class Portion(msgspec.Struct, frozen=True, array_like=True):
    """What one step of the watch heard, and the readings of derived points that it led to."""

    readings: list[Reading]
    messages: list[MessageId]
    derived: list[Reading] = []


@dataclass(frozen=True, slots=True)
class Recalled:
    """The newest readings of each point (with and without a usable value), and the messages;
    `watched`: all readings of the points that were asked for, in the order they came; `derived`:
    all that were computed."""

    readings: tuple[Reading, ...]
    messages: tuple[MessageId, ...]
    watched: tuple[Reading, ...] = ()
    derived: tuple[Reading, ...] = ()


class Heard:
    """Files in a folder, one for the time between two snapshots."""

    def __init__(self, folder: Path, limit: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        folder.mkdir(parents=True, exist_ok=True)
        self._sizes = {int(p.stem): p.stat().st_size for p in folder.glob("*.heard")}
        self._number = max(self._sizes, default=0) + 1
        self._file: int | None = None
        self._full = False

    def note(
        self,
        readings: Sequence[Reading],
        messages: Sequence[MessageId],
        derived: Sequence[Reading] = (),
    ) -> None:
        """Keep what was judged, and what is about to be published. Raises OSError for a failing disk; a full one is said, no more."""
        if self._full or not (readings or messages or derived):
            return
        portion = msgspec.msgpack.encode(Portion(list(readings), list(messages), list(derived)))
        record = encode_record(self._number, portion)
        if sum(self._sizes.values()) + len(record) > self._limit:
            self._stop("its limit is reached")
            return
        try:
            written = os.write(self._open(), record)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            written = 0
        self._sizes[self._number] = self._sizes.get(self._number, 0) + written
        if written < len(record):
            self._stop("the disk is full")

    def turn(self) -> int:
        """A snapshot is taken of this moment; what is heard from now on belongs to the number
        that this answers."""
        self.close()
        self._number += 1
        self._full = False
        return self._number

    def forget(self, number: int) -> None:
        """That snapshot is on the disk. What was heard just before stays: its messages may not
        have reached the broker as acknowledged."""
        for each in [each for each in self._sizes if each < number - 1]:
            self._path(each).unlink(missing_ok=True)
            del self._sizes[each]

    def recall(self, watched: Set[int] = frozenset()) -> Recalled:
        """What the files say; damage in them is passed over. `watched`: of these points all."""
        newest = Newest()
        messages: OrderedDict[MessageId, None] = OrderedDict()
        of_watched: list[Reading] = []
        derived: list[Reading] = []
        for number in sorted(self._sizes):
            for record in read_records(self._path(number).read_bytes()):
                portion = _decode(record.payload)
                newest.take(portion.readings)
                of_watched += [each for each in portion.readings if each.point_id in watched]
                messages.update(dict.fromkeys(portion.messages))
                derived += portion.derived
        known = tuple(messages)[-MESSAGES_REMEMBERED:]
        return Recalled(tuple(newest), known, tuple(of_watched), tuple(derived))

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.open(self._path(self._number), flags, 0o600)
        return self._file

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:020d}.heard"

    def _stop(self, why: str) -> None:
        self._full = True
        _log.warning("what is heard is kept in memory only until the next snapshot", reason=why)


class Newest:
    """The newest readings of each point, with and without a usable value. Of one instant all that
    differ, for each direction judges the worse; beyond `OF_ONE_INSTANT` the middle ones go."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, bool], tuple[Reading, ...]] = {}

    def take(self, readings: Iterable[Reading]) -> None:
        """More of them, in any order; historical ones are passed by."""
        for each in readings:
            if each.is_old:
                continue
            key = (each.point_id, each.is_judged)
            known = self._found.get(key)
            if known is None or _order(each) > _order(known[0]):
                self._found[key] = (each,)
            elif _order(each) == _order(known[0]):
                self._found[key] = _different((*known, each))

    def __iter__(self) -> Iterator[Reading]:
        for readings in self._found.values():
            yield from readings


def _different(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    told = {(each.value, each.quality): each for each in readings}
    if len(told) <= OF_ONE_INSTANT:
        return tuple(told.values())
    ranked = sorted(told.values(), key=lambda each: 0.0 if each.value is None else each.value)
    half = OF_ONE_INSTANT // 2
    return (*ranked[:half], *ranked[-half:])


def _order(reading: Reading) -> tuple[int, int]:
    return reading.judged_at, reading.measured_at


def _decode(payload: bytes) -> Portion:
    try:
        return msgspec.msgpack.decode(payload, type=Portion)
    except msgspec.DecodeError as fault:
        _log.error("cannot read a portion of what was heard: passing over it", fault=str(fault))
        return Portion([], [])
