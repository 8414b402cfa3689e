"""The reading end of the spool: for the recovery, and for the recorder while the spool grows."""

from pathlib import Path

from services.alerts.segment import read_records, segment_path, segments

SLICE = 4 * 1024 * 1024
"""Bytes read at once; a longer record is read by itself."""


class SpoolReader:
    """The reading end: records in their order, from a position on."""

    def __init__(self, folder: Path, after: int = 0) -> None:
        self._folder = folder
        self._after = after
        self._segment: int | None = None
        self._offset = 0
        self.damaged_bytes = 0
        """Bytes that were passed over because they are no sound record."""

    def read(self, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` records after those already read; empty at the end."""
        found: list[tuple[int, bytes]] = []
        while len(found) < limit and (path := self._current()) is not None:
            data = _slice(path, self._offset, SLICE)
            if not self._take(data, limit - len(found), found):
                if len(data) == SLICE:
                    data = _slice(path, self._offset, -1)
                    if self._take(data, limit - len(found), found):
                        continue
                if not self._next_segment(len(data)):
                    break
        return found

    def _take(self, data: bytes, limit: int, found: list[tuple[int, bytes]]) -> bool:
        """Keep the new records of `data`; whether there was any record at all."""
        seen, base, taken = 0, self._offset, 0
        for record in read_records(data):
            self.damaged_bytes += record.offset - seen
            seen = record.end
            self._offset = base + seen
            if record.position > self._after:
                self._after = record.position
                found.append((record.position, record.payload))
                taken += 1
            if taken >= limit:
                break
        return seen > 0

    def _current(self) -> Path | None:
        known = segments(self._folder)
        if self._segment is None:
            before = [first for first, _ in known if first <= self._after + 1]
            self._segment = max(before) if before else min((f for f, _ in known), default=None)
        elif all(first != self._segment for first, _ in known):
            # Read to its end and deleted since: go on with what follows.
            later = [first for first, _ in known if first > self._segment]
            self._segment, self._offset = min(later, default=None), 0
        return None if self._segment is None else segment_path(self._folder, self._segment)

    def _next_segment(self, left: int) -> bool:
        """Go on to the next segment, if there is one; what is left of this one is damage."""
        later = [first for first, _ in segments(self._folder) if first > (self._segment or 0)]
        if not later:
            return False
        self.damaged_bytes += left
        self._segment, self._offset = min(later), 0
        return True


def _slice(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
