"""A message on its way: what left, when, in which shape, and what never left."""

from dataclasses import dataclass, field
from enum import StrEnum

from device_sim.message import Message, Outgoing


class Fate(StrEnum):
    """What became of a message, once or several times."""

    SENT = "sent"
    LATE = "late"
    AGAIN = "again"
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    LOST = "lost"
    DROPPED = "dropped"
    WAITING = "waiting"
    NOT_SENT = "not_sent"
    """It left the gateway, and the simulator's own line gave it up: its store was full, or the
    gateway has no credentials."""
    UNACKNOWLEDGED = "unacknowledged"
    """It went to the line, and no acknowledgement of it came: a platform may have it."""

    @property
    def arrives_whole(self) -> bool:
        """Whether a platform that loses nothing has it afterwards."""
        return self in (Fate.SENT, Fate.LATE, Fate.AGAIN)

    @property
    def leaves(self) -> bool:
        """Whether anything goes over the wire."""
        return self.arrives_whole or self in (Fate.TRUNCATED, Fate.OVERSIZED)


@dataclass(frozen=True, slots=True)
class Said:
    """What a gateway means to send. ``number``: of all that its fleet said, from 1.

    ``sampled_ms``: the true time, where ``message.ts_ms`` is what its clock showed;
    ``refusable``: tag → why a platform cannot use that value.
    """

    number: int
    message: Message
    sampled_ms: int
    refusable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Departure:
    """One leaving, or not leaving, of a message; ``outgoing``: its bytes if it leaves."""

    said: Said
    fate: Fate
    outgoing: Outgoing | None = None
