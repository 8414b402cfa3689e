"""Readings in PostgreSQL's binary COPY format, packed by hand: it is the hot path of ingest."""

import struct
from collections.abc import Iterable

from services.domain.reading import Reading

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_ROW = struct.Struct(">hiiiqiqidihih")
_ROW_WITHOUT_VALUE = struct.Struct(">hiiiqiqiihih")
_EPOCH_2000_MS = 946_684_800_000


def copy_binary(readings: Iterable[Reading]) -> bytes:
    """The whole COPY stream: point_id, measured_at, received_at, value, quality, flags."""
    parts = [_SIGNATURE]
    for each in readings:
        measured = (each.measured_at - _EPOCH_2000_MS) * 1000
        received = (each.received_at - _EPOCH_2000_MS) * 1000
        head = (6, 4, each.point_id, 8, measured, 8, received)
        tail = (2, each.quality, 2, each.flags)
        if each.value is None:
            parts.append(_ROW_WITHOUT_VALUE.pack(*head, -1, *tail))
        else:
            parts.append(_ROW.pack(*head, 8, each.value, *tail))
    parts.append(_TRAILER)
    return b"".join(parts)
