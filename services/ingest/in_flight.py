"""What was read and is not yet committed, so that the figures add up at any moment."""

from collections import Counter
from collections.abc import Iterable

from services.domain.formula import GATEWAY as COMPUTED
from services.store.day_sheet import cell_of, values_of
from services.store.intake import Parcel


class InFlight:
    """The deliveries of the batch that is under way: bounded by the batch."""

    def __init__(self) -> None:
        self._held: dict[int, Parcel] = {}

    def take(self, parcel: Parcel) -> Parcel:
        """Note a delivery that was read."""
        self._held[id(parcel.delivery)] = parcel
        return parcel

    def done(self, parcels: Iterable[Parcel]) -> None:
        """These are committed."""
        for parcel in parcels:
            self._held.pop(id(parcel.delivery), None)

    def clear(self) -> None:
        """The batch is over; what was not committed of it comes again."""
        self._held.clear()

    def by_cell(self) -> dict[str, int]:
        """Readings by `enterprise/gateway/day`, the UTC day of receipt; those without are absent."""
        found: Counter[str] = Counter()
        for parcel in self._held.values():
            values = values_of(parcel)
            enterprise, gateway, day = cell_of(parcel)
            if values and gateway != COMPUTED:
                found[f"{enterprise}/{gateway}/{day}"] += values
        return dict(found)
