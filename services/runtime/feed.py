"""The port through which a service hears the field: deliveries in, acknowledgements out.

An acknowledgement belongs to the connection that brought the delivery. After a reconnect the
broker's packet ids start anew, and a late one would acknowledge somebody else's message: so each
delivery carries its connection's epoch, and acknowledgements of an old epoch are dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True, eq=False)
class Lease:
    """The right to one bucket, from when its session was opened until it is lost or closed.

    `epoch` rises with each change of owner; None until the database has confirmed it. Nothing is
    written for a bucket under an epoch that is not the newest.
    """

    bucket: int
    epoch: int | None = None
    lost: bool = False
    """Another worker has the bucket: what came under this lease is its business now."""


@dataclass(slots=True, unsafe_hash=True)
class Delivery:
    """One message as the broker gave it. `received_at` is our clock, epoch ms."""

    epoch: int
    packet_id: int
    qos: int
    topic: str
    payload: bytes
    received_at: int
    redelivered: bool = False
    """The broker marked it as given before, and this connection has not got it unacknowledged."""
    retained: bool = False
    lease: Lease | None = None
    """The right under which it was taken; None where nobody else could take it."""
    prompt: bool = False
    """It is known that it was published within the last two minutes, whatever it says itself."""


class Feed(Protocol):
    """A durable QoS 1 subscription with acknowledgement by hand.

    A repeat of a delivery that this connection gave and that is not yet acknowledged is dropped
    in here. What was given but not taken when a connection ends is dropped too: it comes again.
    """

    @property
    def ready(self) -> bool:
        """Connected, and the subscription granted."""
        ...

    async def take(self, limit: int, wait_s: float) -> list[Delivery]:
        """Up to `limit` deliveries; empty after `wait_s` without any.

        In the order of receipt, but for a feed that was told which topics are urgent: of those
        that wait there the urgent ones go first.
        """
        ...

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge them in their order; those of an old epoch are dropped."""
        ...

    def drop_connection(self) -> None:
        """Give back what is not acknowledged: a new connection, and the broker gives it again."""
        ...
