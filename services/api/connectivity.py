"""The online rate: who is online is looked at once a minute, and the point time added up by hour.

Time in which nobody could look (the api, the engine or the database away) counts in neither.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from services.api.database import Database
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.domain.connection import ConnectionState
from services.domain.connectivity import PointTime, is_online
from services.domain.drill import is_twin
from services.domain.point import Point
from services.domain.reading import Quality
from services.runtime.clock import Clock, to_datetime
from services.store import connectivity as store
from services.store.tenant import EVERY

LOOK_S = 60.0
FIRST_LOOK_S = 5.0
"""Where there is no look yet to count from."""

WRITTEN_LATER_S = 10.0
"""For so long a gateway that was heard is there, whatever a look finds written of it."""

LONGEST_S = 90.0
"""A look stands for the time since the one before, but for no more than this."""

SLICE = 5_000
"""Points looked at before others get their turn."""

Connector = tuple[str, str]
"""Enterprise, gateway."""

Owner = tuple[str, str | None]
"""Enterprise, gateway (None: the point names none)."""


class Connectivity:
    """`points`: by owner, how many are online of how many, at the last look (`at`, epoch ms);
    `there`: the gateways that were online then, and those that were heard since."""

    def __init__(
        self, database: Database, register: Register, replica: Replica, vitals: Vitals, clock: Clock
    ) -> None:
        self._database = database
        self._register = register
        self._replica = replica
        self._vitals = vitals
        self._clock = clock
        self._looked: float | None = None
        self.points: dict[Owner, PointTime] = {}
        self.at: int | None = None
        self.there: set[Connector] = set()
        self._heard: dict[Connector, float] = {}

    async def look(self) -> bool:
        """Look once, and add up; whether anything could be seen. Raises DatabaseAway; then this
        look counts for nothing."""
        if not self._vitals.live:
            self._looked = None
            return False
        async with self._database.transaction(tenant=EVERY) as connection:
            standing = await store.gateways(connection, None)
        there = {
            (each.enterprise, each.gateway)
            for each in standing
            if each.state == ConnectionState.ONLINE
        }
        found = await self._count(there)
        self.there = there | self._heard_lately()
        before, self._looked = self._looked, self._clock.monotonic()
        now = self._clock.now_ms()
        self.points, self.at = found, now
        elapsed = 0.0 if before is None else min(self._looked - before, LONGEST_S)
        seconds: defaultdict[str, PointTime] = defaultdict(PointTime)
        for (enterprise, _), points in found.items():
            seconds[enterprise].add(PointTime(points.online * elapsed, points.total * elapsed))
        if elapsed and seconds:
            hour = to_datetime(now - now % 3_600_000)
            async with self._database.transaction(tenant=EVERY) as connection:
                await store.add_hours(connection, hour, seconds)
        return True

    def hear(self, points: Iterable[int]) -> None:
        """Readings of these points came: their gateways are there, before the next look says so."""
        at = self._clock.monotonic()
        for number in points:
            place = self._register.by_id.get(number)
            if place is not None and place.point.gateway is not None:
                connector = place.point.enterprise, place.point.gateway
                self._heard[connector] = at
                self.there.add(connector)

    def _heard_lately(self) -> set[Connector]:
        """Those that a look may be too early for: what ingest knows of them is written later."""
        past = self._clock.monotonic() - WRITTEN_LATER_S
        self._heard = {each: at for each, at in self._heard.items() if at >= past}
        return set(self._heard)

    async def _count(self, there: set[tuple[str, str]]) -> dict[Owner, PointTime]:
        found: defaultdict[Owner, PointTime] = defaultdict(PointTime)
        now = self._clock.now_ms()
        for number, place in enumerate(self._register.all_places()):
            point = place.point
            if point.formula is not None or is_twin(point.enterprise):
                continue
            counted = found[point.enterprise, point.gateway]
            counted.total += 1
            counted.online += self._is_online(point, there, now)
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        return dict(found)

    def is_online(self, point: Point) -> bool:
        """Whether it is online now, with the gateways that were online at the last look."""
        return self._is_online(point, self.there, self._clock.now_ms())

    def _is_online(self, point: Point, there: set[tuple[str, str]], now: int) -> bool:
        newest = self._replica.values.get(point.id)
        if newest is None:
            return False
        is_there = point.gateway is not None and (point.enterprise, point.gateway) in there
        return is_online(point, newest.t, newest.v, Quality(newest.q), now, is_there)
