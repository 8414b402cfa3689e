"""All stored readings of a few points as detectors were told them live: in the order of judging,
without those that came too late."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from services.domain.detector import LATE_MS
from services.domain.reading import LIVE_HORIZON_MS, Quality, Reading
from services.store.past_columns import Columns

AT_ONCE = 20_000
"""Readings made at a time: as objects they need ten times the room."""


def taken_live(parts: Sequence[Columns]) -> Columns:
    """The past of a point, from slices in order of time, without what the engine passed by: what
    was more than 24 h old when it came, or more than 120 s behind its point's newest."""
    columns = _joined(parts)
    arrival = np.lexsort((columns.judged, columns.received))
    newest = np.maximum.accumulate(columns.judged[arrival])
    late = np.zeros(len(arrival), dtype=bool)
    late[arrival] = newest - columns.judged[arrival] > LATE_MS
    old = columns.received - columns.measured > LIVE_HORIZON_MS
    return columns.chosen(~late & ~old)


def in_order(past: Mapping[int, Columns]) -> Iterator[Reading]:
    """The readings of several points by number, as `detector_course.order` has them."""
    if not past:
        return
    numbers = sorted(past)
    columns = _joined([past[number] for number in numbers])
    point = np.repeat(numbers, [len(past[number].value) for number in numbers])
    # Within a point they are in order already, and the sort is stable.
    order = np.lexsort((point, columns.measured, columns.judged))
    for start in range(0, len(order), AT_ONCE):
        places = order[start : start + AT_ONCE]
        part = columns.chosen(places)
        assert part.quality is not None, "asked for with the statement `every`"
        lists = (
            point[places].tolist(),
            part.measured.tolist(),
            part.received.tolist(),
            part.value.tolist(),
            part.quality.tolist(),
        )
        for number, measured, received, value, quality in zip(*lists, strict=True):
            told = None if math.isnan(value) else value
            yield Reading(number, measured, received, told, Quality(quality))


def _joined(parts: Sequence[Columns]) -> Columns:
    qualities = [part.quality for part in parts if part.quality is not None]
    return Columns(
        np.concatenate([part.judged for part in parts]),
        np.concatenate([part.measured for part in parts]),
        np.concatenate([part.received for part in parts]),
        np.concatenate([part.value for part in parts]),
        np.concatenate(qualities),
    )
