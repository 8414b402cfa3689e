"""Writing the audit: a change's row in the change's own transaction, all else as soon as it can be.

What is read, refused, or carried out by the engine must not wait for a database that is away: its
row then waits in memory (10,000 at most, told in the log as well), and is written with the next look.
Where no more can wait, what is read of persons is not answered any more.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable

import structlog

from services.api.database import Connection, Database, DatabaseAway
from services.domain.audit import Deed
from services.runtime.clock import Clock
from services.store import audit
from services.store.tenant import EVERY

MOST_WAITING = 10_000
_AT_ONCE = 100
"""Rows of one transaction, when those that waited are written."""
SAME_S = 900.0
"""Reading the same again within 15 minutes, as a screen does that is looked at, is no other row."""
_MOST_KNOWN = 50_000
_log = structlog.get_logger()


class Trail:
    """The audit of one process; all processes write one chain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: deque[tuple[Deed, int]] = deque()
        self._known: OrderedDict[Hashable, float] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many rows are not on record yet."""
        return len(self._waiting)

    async def note(self, connection: Connection, deed: Deed) -> None:
        """A change: in its own transaction, as its last statement. Raises what the database does:
        without its row there is no change."""
        await audit.append(connection, deed, self._clock.now_ms())

    async def read(self, deed: Deed) -> None:
        """Something of persons is about to be read. Raises DatabaseAway when neither the database
        nor the memory takes the row."""
        if self._is_known(_looked_at(deed)):
            return
        try:
            async with self._database.transaction(tenant=EVERY) as connection:
                await self.note(connection, deed)
        except DatabaseAway:
            if len(self._waiting) >= MOST_WAITING:
                self._known.popitem()
                raise
            self.later(deed)

    def noticed(self, deed: Deed) -> None:
        """Somebody was not let through, or looked at something; the same again within 15 minutes is
        no other row. Whoever is refused may ask for as many objects as they like: that is one row."""
        refused = (deed.actor, deed.address, deed.what, deed.outcome)
        if not self._is_known(_looked_at(deed) if deed.outcome == 200 else refused):
            self.later(deed)

    def later(self, deed: Deed) -> None:
        """Write it with the next look, a second from now at most while the database is there."""
        if len(self._waiting) >= MOST_WAITING:
            _log.error("the audit is full: a row was left out", **_told(deed))
            return
        if not self._database.is_there:
            _log.info("a row of the audit waits for the database", **_told(deed))
        self._waiting.append((deed, self._clock.now_ms()))

    async def flush(self) -> None:
        """Write what waits. Raises DatabaseAway: then it goes on waiting."""
        while self._waiting:
            batch = [self._waiting[n] for n in range(min(_AT_ONCE, len(self._waiting)))]
            async with self._database.transaction(tenant=EVERY) as connection:
                for deed, at in batch:
                    await audit.append(connection, deed, at)
            for _ in batch:
                self._waiting.popleft()

    def _is_known(self, key: Hashable) -> bool:
        """Whether this was told not long ago; else it is from now on."""
        now = self._clock.monotonic()
        while self._known:
            oldest = next(iter(self._known.values()))
            if now - oldest < SAME_S and len(self._known) < _MOST_KNOWN:
                break
            self._known.popitem(last=False)
        if key in self._known:
            return True
        self._known[key] = now
        return False


def _looked_at(deed: Deed) -> Hashable:
    """Per person, address, route and object, and whose: another enterprise's is another reading."""
    return deed.actor, deed.address, deed.what, deed.concerns, *sorted(deed.object.items())


def _told(deed: Deed) -> dict[str, object]:
    return {
        "actor": deed.actor,
        "what": deed.what,
        "object": dict(deed.object),
        "outcome": deed.outcome,
        "address": deed.address,
        "request_id": deed.request_id,
    }
