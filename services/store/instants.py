"""Which readings of a batch may meet another value of the same point and instant.

Nearly all readings are newer than all before them of their gateway and meet none: only the others
are worth a question to the store.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.domain.reading import Reading

Owner = tuple[str, str]
"""Enterprise, gateway."""

Instant = tuple[int, int]
"""Point, measured at (epoch ms)."""

FEW = 4_096
"""Points remembered of a gateway's newest instant, four bytes each (a gateway may send the values
of one instant in many messages); of more, each may be one of them."""

GATEWAYS = 50_000
"""Gateways remembered; beyond it all are forgotten and every reading is asked for once more."""


@dataclass(slots=True)
class _Newest:
    at: int
    points: "array[int] | None"
    """None: too many to remember."""


class Instants:
    """Knows the newest instant of each gateway; an instant too many is asked for, none too few."""

    def __init__(self) -> None:
        self._newest: dict[Owner, _Newest] = {}

    def suspects(self, messages: Iterable[tuple[Owner, Sequence[Reading]]]) -> dict[Instant, Owner]:
        """The instants of a batch's readings that may hold another value already."""
        found: dict[Instant, Owner] = {}
        for owner, readings in messages:
            if readings:
                self._look(owner, readings, found)
        return found

    def _look(self, owner: Owner, readings: Sequence[Reading], found: dict[Instant, Owner]) -> None:
        times = {each.measured_at for each in readings}
        points = {each.point_id for each in readings}
        known = self._newest.get(owner)
        if known is None:
            found |= {(each.point_id, each.measured_at): owner for each in readings}
        elif min(times) <= known.at:
            there = None if known.points is None else set(known.points)
            for each in readings:
                if _meets(known.at, there, each):
                    found[each.point_id, each.measured_at] = owner
        if len(points) < len(readings):
            seen: set[Instant] = set()
            for each in readings:
                instant = each.point_id, each.measured_at
                if instant in seen:
                    found[instant] = owner
                seen.add(instant)
        self._remember(owner, known, max(times), points)

    def _remember(self, owner: Owner, known: _Newest | None, at: int, points: set[int]) -> None:
        if known is not None and at < known.at:
            return
        if known is not None and at == known.at:
            if known.points is None:
                return
            points |= set(known.points)
        if known is None and len(self._newest) >= GATEWAYS:
            self._newest.clear()
        kept = array("i", points) if len(points) <= FEW else None
        self._newest[owner] = _Newest(at, kept)


def _meets(newest_at: int, there: set[int] | None, reading: Reading) -> bool:
    if reading.measured_at != newest_at:
        return reading.measured_at < newest_at
    return there is None or reading.point_id in there
