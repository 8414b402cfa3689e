"""What is remembered of the points at which nothing is up: a row each, of a fixed size.

Nearly all points of a country are so. Their rows follow the live state a little behind, are taken
into the dump as they stand in memory, and are read back without making anything of a point until
something is heard of it or asked about it.
"""

import struct
from collections.abc import Container, Iterator

import msgspec
import numpy as np

from services.alerts.engine_outcome import ShownValue
from services.domain.reading import Quality, Reading

_ROW = struct.Struct("<iqqqdqqdbbB")
"""Point; judged up to; newest: measured, received, value; shown: measured, received, value; the
quality of each; what of it there is."""
_KEYS = np.dtype(
    {"names": ["id", "kind"], "formats": ["<i4", "u1"], "offsets": [0, 62], "itemsize": _ROW.size}
)
_GROWTH = 4_096

NEWEST, SHOWN, SAME, EMPTY = 1, 2, 4, 8
"""Of a row: there is a newest reading; there is a shown one; it is the newest; it has no value."""


class Kept:
    """One row, read."""

    __slots__ = ("at", "newest", "seen")

    def __init__(self, at: int, newest: Reading | None, seen: Reading | None) -> None:
        self.at = at
        self.newest = newest
        self.seen = seen


class Columns:
    """Rows by number. `asleep`: the points that are known by their row alone."""

    def __init__(self) -> None:
        self.asleep: dict[int, int] = {}
        self._data = bytearray()
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._data) // _ROW.size - len(self._free)

    def write(
        self, row: int, point_id: int, at: int, newest: Reading | None, seen: Reading | None
    ) -> int:
        """Remember a point in its row (-1: it has none yet); the number of the row."""
        if row < 0:
            row = self._take()
        kind = measured = received = shown_measured = shown_received = 0
        value, quality, shown_value, shown_quality = 0.0, 0, 0.0, 0
        if newest is not None:
            kind = NEWEST
            measured, received, quality = newest.measured_at, newest.received_at, newest.quality
            value = newest.value or 0.0
        if seen is newest and seen is not None:
            kind = NEWEST | SHOWN | SAME
        elif seen is not None:
            kind |= SHOWN if seen.value is not None else SHOWN | EMPTY
            shown_measured, shown_received = seen.measured_at, seen.received_at
            shown_value, shown_quality = seen.value or 0.0, seen.quality
        _ROW.pack_into(
            self._data, row * _ROW.size, point_id, at, measured, received, value,
            shown_measured, shown_received, shown_value, quality, shown_quality, kind,
        )  # fmt: skip
        return row

    def clear(self, row: int) -> None:
        """Nothing is to be known by this row any more; it goes to another point."""
        start = row * _ROW.size
        self._data[start : start + _ROW.size] = bytes(_ROW.size)
        self._free.append(row)

    def wake(self, point_id: int) -> tuple[int, Kept] | None:
        """The row of a sleeping point, which sleeps no more."""
        row = self.asleep.pop(point_id, None)
        if row is None:
            return None
        if not self.asleep:
            self.asleep = {}  # an emptied table keeps its size
        return row, self._read(row)

    def shown_asleep(self) -> Iterator[ShownValue]:
        """The shown values of the sleeping points."""
        for point_id, row in self.asleep.items():
            seen = self._read(row).seen
            if seen is not None:
                yield ShownValue(point_id, seen.judged_at, seen.value, seen.quality)

    def save(self) -> bytes:
        """All rows as they stand."""
        return bytes(self._data)

    def load(self, data: bytes, known: Container[int]) -> None:
        """As they were saved; all sleep, but those of points that are not known any more.

        Raises msgspec.DecodeError for what are no rows.
        """
        if len(data) % _ROW.size:
            raise msgspec.DecodeError("rows of points that are not whole")
        self._data = bytearray(data)
        keys = np.frombuffer(data, dtype=_KEYS)
        rows = np.flatnonzero(keys["kind"])
        self._free = np.flatnonzero(keys["kind"] == 0).tolist()
        self.asleep = dict(zip(keys["id"][rows].tolist(), rows.tolist(), strict=True))
        for gone in [each for each in self.asleep if each not in known]:
            self.clear(self.asleep.pop(gone))

    def _take(self) -> int:
        if not self._free:
            have = len(self._data) // _ROW.size
            self._data += bytes(_ROW.size * _GROWTH)
            self._free = list(range(have + _GROWTH - 1, have - 1, -1))
        return self._free.pop()

    def _read(self, row: int) -> Kept:
        (
            point_id, at, measured, received, value,
            shown_measured, shown_received, shown_value, quality, shown_quality, kind,
        ) = _ROW.unpack_from(self._data, row * _ROW.size)  # fmt: skip
        newest = seen = None
        if kind & NEWEST:
            newest = Reading(point_id, measured, received, value, Quality(quality))
        if kind & SAME:
            seen = newest
        elif kind & SHOWN:
            shown = None if kind & EMPTY else shown_value
            quality_shown = Quality(shown_quality)
            seen = Reading(point_id, shown_measured, shown_received, shown, quality_shown)
        return Kept(at, newest, seen)
