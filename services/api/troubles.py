"""What is the matter with gateways, followed from the database; and who is not let in for it."""

from collections.abc import Sequence

from services.api.database import Database
from services.domain.trouble import Condition, Kind
from services.runtime.clock import Clock
from services.store.condition_tables import conditions
from services.store.tenant import EVERY

Place = tuple[str, str]
"""Enterprise and gateway."""


class Troubles:
    """As of the last look. A cut ends by our clock, also while the database is away."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._by_place: dict[Place, list[Condition]] = {}

    async def look(self) -> None:
        """Read what is the matter now. Raises DatabaseAway."""
        async with self._database.transaction(tenant=EVERY) as connection:
            self.take(await conditions(connection))

    def take(self, found: Sequence[Condition]) -> None:
        """This is the matter now, and nothing else."""
        by_place: dict[Place, list[Condition]] = {}
        for each in found:
            by_place.setdefault(each.owner, []).append(each)
        self._by_place = by_place

    def of(self, enterprise: str, gateway: str) -> list[Condition]:
        """What is the matter with one gateway."""
        return self._by_place.get((enterprise, gateway), [])

    def count(self, kind: Kind) -> int:
        """With how many gateways this is the matter."""
        return sum(any(each.kind is kind for each in found) for found in self._by_place.values())

    def cut(self) -> frozenset[Place]:
        """The gateways that are not to be let in at this moment."""
        now = self._clock.now_ms()
        return frozenset(
            place
            for place, found in self._by_place.items()
            for each in found
            if each.kind is Kind.CUT and each.until is not None and now < each.until
        )
