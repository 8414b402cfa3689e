"""What ingest sets aside and comes back to: the port, beside that for batches.

Messages of gateways over their rate are taken in later; dead letters are read again when somebody
asks for it; what is the matter with a gateway is kept where everybody can see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.domain.directory import Directory
from services.domain.rate import Owner
from services.domain.trouble import Condition


@dataclass(slots=True)
class Apart:
    """What is stored apart of one gateway; `size` in bytes of payload."""

    messages: int = 0
    readings: int = 0
    size: int = 0

    def add(self, messages: int, readings: int, size: int) -> None:
        """Count more of it, or less."""
        self.messages += messages
        self.readings += readings
        self.size += size


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a portion took in, by gateway; `oldest` (epoch ms) is the next one's time of receipt."""

    by_gateway: dict[Owner, Apart] = field(default_factory=dict)
    oldest: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known from before a restart."""

    apart: dict[Owner, Apart]
    conditions: tuple[Condition, ...]


class SetAside(Protocol):
    """Each call is one transaction, and raises Busy when the database cannot take it now.

    `refusal`: the database refused the next message for this reason; it becomes a dead letter.
    """

    async def recall(self) -> Memory:
        """What was set aside before."""
        ...

    async def take_in(
        self, directory: Directory, messages: int, readings: int, refusal: str | None = None
    ) -> TakenIn:
        """Store the oldest messages that were kept apart. Raises Unfit, too."""
        ...

    async def reprocess(
        self, directory: Directory, letters: int, refusal: str | None = None
    ) -> bool:
        """Read the next dead letters again that somebody wants read again; whether there were
        any wishes. Raises Unfit, too."""
        ...

    async def note(self, conditions: Sequence[Condition], now: int) -> None:
        """Keep what is the matter with gateways, and what is over; tell of it as events."""
        ...

    async def remove_old(self, now: int, limit: int) -> int:
        """Let up to `limit` dead letters go that are past their time; how many went."""
        ...
