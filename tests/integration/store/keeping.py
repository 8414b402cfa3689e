"""A store whose keeper sees as much free room as a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.domain.reading import Quality, Reading
from services.domain.retention import DAY_MS
from services.domain.rollup import HOUR_MS
from services.ingest.retention import Retention, Terms
from services.runtime.clock import SystemClock, to_datetime
from services.store.retention import Shelf
from tests.integration.store.rolling import Place, open_place
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

TODAY = SystemClock().now_ms() // DAY_MS * DAY_MS + 12 * HOUR_MS
"""The database's own functions look at the real time: nobody can talk them into a younger law."""


@dataclass
class Store:
    """A place whose keeper sees as much free room as the test says."""

    place: Place
    shelf: Shelf
    tables: Tables
    free: list[float | None] = field(default_factory=lambda: [None])

    async def round(self, raw_days: int = 90) -> None:
        async def look() -> float | None:
            return self.free.pop(0) if len(self.free) > 1 else self.free[0]

        assert await self.shelf.hold()
        terms = Terms(raw_days, rollup_days=1_100, compress_days=14)
        await Retention(self.shelf, look, terms, self.place.clock, notice_s=0).round()

    def days(self) -> list[int]:
        """How many days ago the stored days of readings began."""
        rows = self.tables.rows("SELECT DISTINCT measured_at::date FROM reading ORDER BY 1")
        today = to_datetime(TODAY).date()
        return [(today - day).days for (day,) in rows]

    def kinds(self) -> list[str]:
        rows = self.tables.rows(
            "SELECT kind FROM gateway_event WHERE enterprise = '' AND gateway = '' ORDER BY id"
        )
        return [kind for (kind,) in rows]


@asynccontextmanager
async def open_store(engines: Engines) -> AsyncIterator[Store]:
    place = await open_place(engines, TODAY - 100 * DAY_MS)
    Tables(engines).run("DELETE FROM gateway_event WHERE enterprise = ''")
    shelf = Shelf(engines.database_url("ingest"))
    yield Store(place, shelf, Tables(engines))
    place.rollups.drop()
    shelf.drop()
    await place.connection.close()


async def put_ago(store: Store, measured: int, received: int | None = None) -> None:
    """A reading of so many days ago, received then or so many days ago; and a day goes by."""
    place = store.place
    received = measured if received is None else received
    place.clock.set_wall(TODAY - received * DAY_MS)
    at = TODAY - measured * DAY_MS
    received_at = TODAY - received * DAY_MS
    await place.put([Reading(1, at, received_at, float(measured), Quality.GOOD)])
    for seconds in (120, 90_000):
        place.clock.advance(seconds)
        await place.roll()
