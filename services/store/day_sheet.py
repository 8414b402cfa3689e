"""What became of a batch's readings, per gateway and UTC day of receipt: figures that add up.

received = stored + duplicates + dead_letters + waiting + apart + not_kept, in every sheet and so in
every sum of sheets. A reading is one value of one tag; a payload that nobody can read counts 1,
and so does each thing refused of one that can be read. What was read and is not yet committed
is in flight: it is in no sheet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from services.domain.reading import Reading
from services.store.intake import Parcel

_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000

Cell = tuple[str, str, date]
"""Enterprise, gateway, UTC day of receipt."""


@dataclass(slots=True)
class DayCount:
    """Readings of one cell; `messages` are the deliveries they came in."""

    messages: int = 0
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    """Refused: each kept as (a part of) a dead letter, or counted where its day's cap was full."""
    waiting: int = 0
    """Of tags that nobody has registered, kept for their adoption."""
    apart: int = 0
    """Of a gateway over its rate, stored as they came, to be taken in later."""
    not_kept: int = 0
    """Of tags that nobody has registered, beyond what is kept of them (cap, retention)."""

    @property
    def adds_up(self) -> bool:
        """Whether every reading received is somewhere, once."""
        known = self.stored + self.duplicates + self.dead_letters + self.waiting
        return self.received == known + self.apart + self.not_kept

    def add(self, other: "DayCount") -> None:
        """Add another's figures to these."""
        for each in fields(other):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def utc_day(epoch_ms: int) -> date:
    """The UTC day of an instant."""
    return _EPOCH + timedelta(days=epoch_ms // _DAY_MS)


def cell_of(parcel: Parcel) -> Cell:
    """Whose reading it is, and of which day."""
    translation = parcel.translation
    return translation.enterprise, translation.gateway, utc_day(parcel.delivery.received_at)


def values_of(parcel: Parcel) -> int:
    """How many readings a delivery holds, those refused included."""
    found = parcel.translation
    return len(found.readings) + len(found.unregistered) + found.refused


class DaySheet:
    """The figures of one batch; filled step by step as the batch is stored."""

    def __init__(self, parcels: Sequence[Parcel] = ()) -> None:
        self.cells: dict[Cell, DayCount] = {}
        self._owners: list[DayCount] = []
        """Of each delivery that is not kept apart."""
        for parcel in parcels:
            self._open(parcel)

    def _open(self, parcel: Parcel) -> None:
        """A delivery as it arrived: what was refused of it is decided already."""
        count = self.of(cell_of(parcel))
        resumed = parcel.resumed
        if resumed is None:
            count.messages += 1
        else:
            count.received -= resumed.apart + resumed.dead_letters
            count.apart -= resumed.apart
            count.dead_letters -= resumed.dead_letters
        values = values_of(parcel)
        count.received += values
        if parcel.apart:
            count.apart += values
        else:
            count.dead_letters += parcel.translation.refused
            self._owners.append(count)

    def of(self, cell: Cell) -> DayCount:
        """The figures of one cell."""
        found = self.cells.get(cell)
        if found is None:
            found = self.cells[cell] = DayCount()
        return found

    def store(
        self,
        chosen: Sequence[Sequence[Reading]],
        repeats: Sequence[int],
        stored: int,
        by_point: Mapping[int, int],
    ) -> None:
        """Of each delivery the readings that went to the store and the repeats known before.

        `stored` of them were new; `by_point` says how many of which point, when not all were.
        Where one batch holds the same point from two gateways, the first are taken for the new.
        """
        everything_new = stored == sum(map(len, chosen))
        left = dict(by_point)
        for count, readings, repeated in zip(self._owners, chosen, repeats, strict=True):
            fresh = len(readings) if everything_new else _taken(readings, left)
            count.stored += fresh
            count.duplicates += len(readings) - fresh + repeated

    def let_go(self, cell: Cell) -> None:
        """A kept reading is deleted: it is only counted from then on. (The tables do it alone.)"""
        count = self.of(cell)
        count.waiting -= 1
        count.not_kept += 1

    def adopt_kept(self, cell: Cell, fresh: bool) -> None:
        """A reading that was kept is stored, or was already; its deletion made it `not_kept`."""
        count = self.of(cell)
        count.not_kept -= 1
        count.stored += fresh
        count.duplicates += not fresh

    def refuse_kept(self, cell: Cell) -> None:
        """A reading that was kept does not fit the point that its tag has become."""
        count = self.of(cell)
        count.not_kept -= 1
        count.dead_letters += 1

    def keep(self, offered: Mapping[Cell, int], kept: Mapping[Cell, int]) -> None:
        """Readings of unregistered tags: those `kept` were not kept before."""
        for cell, number in offered.items():
            count, fresh = self.of(cell), kept.get(cell, 0)
            count.waiting += fresh
            count.duplicates += number - fresh


def _taken(readings: Iterable[Reading], left: dict[int, int]) -> int:
    taken = 0
    for reading in readings:
        if left.get(reading.point_id, 0) > 0:
            left[reading.point_id] -= 1
            taken += 1
    return taken
