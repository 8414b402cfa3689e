"""The watch over due days: what is due becomes an alarm, and is none any more once it was done.

The register says what is due, so a claim of it has no end of its own: while this process is away
nobody can have entered another day. Several apis claim the same and make one alarm.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from services.api.database import Database
from services.api.day import park_day
from services.api.engine_link import Bus
from services.api.register import Register
from services.api.replica import Replica, Source
from services.domain.claim import Claim, Place
from services.domain.due import DueDay, DueKind, Standing, to_claim, wanted
from services.runtime.clock import Clock
from services.store.due_list import due_on
from services.store.tenant import EVERY
from services.wire import bus
from services.wire.bus import AlarmItem, ClaimItem, ClaimItems

LOOK_S = 2.0
AGAIN_S = 60.0
"""The register is asked again after this time, changed or not."""
KEYS = frozenset(DueKind)
A_MESSAGE = 200
"""Claims of one message, so that it fits the broker's 1 MiB."""


class DueWatch:
    """Compares what is due with what stands; says the difference."""

    def __init__(
        self, line: Bus, database: Database, register: Register, replica: Replica, clock: Clock
    ) -> None:
        self._bus = line
        self._database = database
        self._register = register
        self._replica = replica
        self._clock = clock
        self._days: list[DueDay] = []
        self._seen: tuple[int, date] | None = None
        self._looked_at = 0.0
        self._epoch: str | None = None
        """Of the engine that was told everything."""

    async def look(self) -> int:
        """One look; how many claims were made. Raises DatabaseAway."""
        if self._replica.source is not Source.ENGINE or not self._register.is_loaded:
            return 0
        await self._read()
        now = self._clock.now_ms()
        # A new engine may have what stands from the record, on a lease that soon runs out.
        told = self._replica.epoch == self._epoch
        standing = _standing(self._replica.open.values(), told=told)
        said = to_claim(wanted(self._days, now), standing, now)
        self._epoch = self._replica.epoch
        for start in range(0, len(said), A_MESSAGE):
            items = [_item(each) for each in said[start : start + A_MESSAGE]]
            self._bus.publish(bus.CLAIM, msgspec.json.encode(ClaimItems(items)))
        return len(said)

    async def _read(self) -> None:
        """The register as it is, if it may be another than the one that was read."""
        seen = self._register.version, park_day(self._clock.now_ms())
        at = self._clock.monotonic()
        if seen == self._seen and at - self._looked_at < AGAIN_S:
            return
        async with self._database.transaction(tenant=EVERY) as connection:
            self._days = await due_on(connection, seen[1])
        self._seen, self._looked_at = seen, at


def _standing(alarms: Iterable[AlarmItem], *, told: bool) -> dict[Place, Standing]:
    """The due alarms whose condition is there, as the engine told them; `told`: that it holds them
    from us, and not from another engine's record."""
    return {
        (alarm.enterprise, alarm.subject_type, alarm.subject_id, alarm.rule): Standing(
            alarm.facts, alarm.judged and told
        )
        for alarm in alarms
        if alarm.rule in KEYS and alarm.cleared_at is None and alarm.closed_as is None
    }


def _item(claim: Claim) -> ClaimItem:
    return ClaimItem(
        key=claim.key,
        enterprise=claim.enterprise,
        subject_type=claim.subject.type,
        subject_id=claim.subject.id,
        condition=claim.condition,
        active=claim.active,
        grade=4,
        at=claim.at,
        lease_until=None,
        fact=claim.fact,
        facts=dict(claim.facts),
    )
