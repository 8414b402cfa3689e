"""The watch over the room for what is stored: short, it becomes an alarm of the park.

Of the database `ingest` sees the room and says so in its sign of life, of the broker we do; the
engine makes the alarms. None of it needs the database. Several apis claim the same and make one
alarm.
"""

from collections.abc import Iterator
from typing import Literal, cast

import msgspec

from services.api.engine_link import Bus
from services.api.replica import Replica, Source
from services.api.vitals import Vitals
from services.domain.claim import Claim
from services.domain.store_room import (
    AGAIN_S,
    BROKER,
    DATABASE,
    Shortage,
    Standing,
    of_broker,
    of_database,
    place_of,
    to_claim,
)
from services.domain.subject import Subject
from services.runtime.clock import Clock
from services.wire import bus
from services.wire.bus import ClaimItem, ClaimItems

LOOK_S = 2.0


class RoomWatch:
    """Compares how much room there is with what stands; says the difference."""

    def __init__(self, line: Bus, vitals: Vitals, replica: Replica, clock: Clock) -> None:
        self._bus = line
        self._vitals = vitals
        self._replica = replica
        self._clock = clock
        self._said: dict[Subject, tuple[float, str | None]] = {}
        """When what was said of each, and to which engine."""

    async def look(self) -> None:
        """One look. Where nobody sees the room nothing is said, and what stands is not judged once
        its lease is over."""
        if self._replica.source is not Source.ENGINE:
            return
        for store, shortage in self._seen():
            claim = self._claim(store, shortage)
            if claim is not None:
                self._said[store] = self._clock.monotonic(), self._replica.epoch
                self._bus.publish(bus.CLAIM, msgspec.json.encode(ClaimItems([_item(claim)])))

    def _seen(self) -> Iterator[tuple[Subject, Shortage | None]]:
        database, broker = self._vitals.store_room, self._vitals.broker_store
        if database is not None:
            yield DATABASE, of_database(database.room, database.free)
        if broker is not None:
            yield BROKER, of_broker(broker)

    def _claim(self, store: Subject, shortage: Shortage | None) -> Claim | None:
        at, epoch = self._said.get(store, (float("-inf"), None))
        due = self._clock.monotonic() - at >= AGAIN_S or epoch != self._replica.epoch
        standing = _standing(self._replica, store)
        return to_claim(store, shortage, standing, self._clock.now_ms(), due=due)


def _standing(replica: Replica, store: Subject) -> Standing | None:
    """Its alarm whose condition is there, as the engine told it."""
    for alarm in replica.open.values():
        place = (alarm.enterprise, alarm.subject_type, alarm.subject_id, alarm.rule)
        if place == place_of(store) and alarm.cleared_at is None and alarm.closed_as is None:
            return Standing(alarm.condition, alarm.facts, alarm.judged)
    return None


def _item(claim: Claim) -> ClaimItem:
    return ClaimItem(
        key=claim.key,
        enterprise=claim.enterprise,
        subject_type=claim.subject.type,
        subject_id=claim.subject.id,
        condition=claim.condition,
        active=claim.active,
        grade=cast(Literal[2, 3, 4], claim.grade),  # of `store_room`
        at=claim.at,
        lease_until=claim.lease_until,
        fact=claim.fact,
        facts=dict(claim.facts),
    )
