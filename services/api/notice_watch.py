"""How the notices of the whole park do, as of the last look: for metrics and `/readyz`."""

from services.api.database import Database
from services.runtime.clock import Clock, to_ms
from services.store import receiver_list
from services.store.receiver_list import NoticeTotals
from services.store.tenant import EVERY

LOOK_S = 15.0
OVERDUE_S = 60.0
"""What could have been sent for so long, and was not, nobody sends."""


class NoticeWatch:
    """Whether `notify` runs is told by what it would have done."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.totals = NoticeTotals()

    async def look(self) -> None:
        """Count. Raises DatabaseAway."""
        async with self._database.transaction(tenant=EVERY) as connection:
            self.totals = await receiver_list.look(connection, self._clock.now_ms())

    @property
    def overdue_s(self) -> float:
        """For how long something waits that could have been sent, in seconds."""
        since = self.totals.overdue_since
        return 0.0 if since is None else max(0.0, (self._clock.now_ms() - to_ms(since)) / 1000)

    @property
    def is_well(self) -> bool:
        """Whether somebody sends."""
        return self.overdue_s < OVERDUE_S

    @property
    def told(self) -> str:
        """In a sentence."""
        totals = self.totals
        if not self.is_well:
            return "Nobody sends alarms out: start `parkwatch notify`, or look into its log."
        if totals.failing:
            fails = f"{totals.failing} receivers do not take their notices"
            return f"{fails}; {totals.waiting} notices wait."
        return f"{totals.waiting} notices wait for their receivers."
