"""The ears: the engine's durable sessions, opened only under the lease.

All engines bear the same names at the broker, so whoever opens the sessions has their queues,
and throws off whoever had them open.
"""

import asyncio

from services.alerts.tenure import Tenure
from services.runtime.buckets import MAPPED_FILTER, REST, REST_FILTER
from services.runtime.clock import Clock
from services.runtime.feed import Lease
from services.runtime.many_feed import ManyFeed
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.mqtt_session import MqttSession

LOOK_S = 0.2


class Ears:
    """One engine hears it all: what the broker maps to buckets, and the rest."""

    def __init__(
        self, address: BrokerAddress, client_id: str, clock: Clock, tenure: Tenure
    ) -> None:
        self._address = address
        self._clock = clock
        self._tenure = tenure
        self._wanted = ((REST, client_id, REST_FILTER), (0, f"{client_id}-b", MAPPED_FILTER))
        self.feed = ManyFeed()

    @property
    def ready(self) -> bool:
        """Whether the whole field is heard."""
        return len(self.feed.sessions) == len(self._wanted) and self.feed.ready

    async def open(self) -> None:
        """Open what is not open, if we may."""
        known = {lease.bucket for lease in self.feed.sessions}
        for bucket, name, topic_filter in self._wanted:
            if bucket not in known and self._tenure.may_connect():
                await self._open(bucket, name, topic_filter)

    async def run(self) -> None:
        """See after the sessions for ever: one that ended, for we might not connect then, is
        opened again once we may. Raises what a session's `look` raises."""
        while True:
            await asyncio.sleep(LOOK_S)
            for lease, session in self.feed.sessions.items():
                session.look()
                if session.ended and self._tenure.may_connect():
                    await self.feed.remove(lease).__aexit__(None, None, None)
            await self.open()

    async def _open(self, bucket: int, name: str, topic_filter: str) -> None:
        session = MqttSession(
            self._address,
            name,
            topic_filter,
            self._clock,
            lease=(lease := Lease(bucket)),
            may_connect=self._tenure.may_connect,
            arrived=self.feed.arrived,
            budget=self.feed.budget,
        )
        await session.__aenter__()
        self.feed.add(lease, session)
