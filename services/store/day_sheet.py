"""What became of a batch's readings, per gateway and UTC day of receipt.

The figures add up in every sheet, and so in every sum of sheets. What was read and is not yet
committed is in flight: it is in no sheet. What we compute ourselves nobody sent, so it is in none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from services.domain.formula import GATEWAY as COMPUTED
from services.domain.reading import Reading
from services.domain.reading_count import ReadingCount
from services.store.intake import Parcel

_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000

Cell = tuple[str, str, date]
"""Enterprise, gateway, UTC day of receipt."""


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
        self.cells: dict[Cell, ReadingCount] = {}
        self._computed = ReadingCount()
        self._owners: list[ReadingCount] = []
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

    def total(self) -> ReadingCount:
        """The figures of all cells together."""
        whole = ReadingCount()
        for count in self.cells.values():
            whole.add(count)
        return whole

    def of(self, cell: Cell) -> ReadingCount:
        """The figures of one cell."""
        if cell[1] == COMPUTED:
            return self._computed
        found = self.cells.get(cell)
        if found is None:
            found = self.cells[cell] = ReadingCount()
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
