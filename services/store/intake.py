"""The port through which ingest stores: a batch of deliveries in one transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.domain.directory import Directory
from services.domain.ledger import Answer
from services.domain.reading_count import ReadingCount
from services.runtime.feed import Delivery, Lease
from services.wire.translate import Translation


@dataclass(frozen=True, slots=True)
class Resumed:
    """Of a delivery that comes back from where it was set aside: the readings counted there."""

    apart: int = 0
    dead_letters: int = 0


@dataclass(slots=True, unsafe_hash=True)
class Parcel:
    """A delivery and what it means."""

    delivery: Delivery
    translation: Translation
    apart: bool = False
    """Its gateway sends too much: to be kept as it is, and taken in later."""
    resumed: Resumed | None = None
    """It arrived earlier, and is in the loss ledger already."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch's values once it was committed: they add up to what was in it.

    `stored` and `repeats` are readings of points; `kept` wait for their tag's adoption;
    `overflow` would have, but its gateway's cap was reached (counted with the tag);
    `dead_letters` are payloads of which something, or all, was refused; `dropped` of them were
    not kept, for the day's cap was reached. `diverted` are values in messages kept apart.
    `answers` are for the gateways that number their messages.
    """

    stored: int = 0
    repeats: int = 0
    kept: int = 0
    overflow: int = 0
    dead_letters: int = 0
    dropped: int = 0
    diverted: int = 0
    answers: tuple[Answer, ...] = ()
    conflicts: int = 0
    """Values stored beside another of the same point and instant: each gateway's are counted."""
    counted: ReadingCount = field(default_factory=ReadingCount, compare=False)
    """What became of each reading: the figures that add up."""


class Busy(RuntimeError):
    """The database cannot take it now, and nothing of it was stored: try again later."""


class Unfit(RuntimeError):
    """The database refuses this data, and nothing of the batch was stored; the text says why."""


class Fenced(RuntimeError):
    """Other workers have these buckets by now, and nothing of the batch was stored."""

    def __init__(self, leases: Sequence[Lease]) -> None:
        super().__init__(f"buckets {sorted(each.bucket for each in leases)} have another owner")
        self.leases = tuple(leases)


class CommitUnknown(RuntimeError):
    """The connection was lost while committing: `fate(transaction)` tells what became of it."""

    def __init__(self, transaction: str, receipt: Receipt) -> None:
        super().__init__(f"transaction {transaction}: committed or not")
        self.transaction = transaction
        self.receipt = receipt
        """What it stored, if it was committed."""


class Intake(Protocol):
    """Stores what the field sends, each message once."""

    async def store(self, parcels: Sequence[Parcel]) -> Receipt:
        """Store a batch durably. Raises Busy, Unfit, Fenced or CommitUnknown."""
        ...

    async def fate(self, transaction: str) -> bool | None:
        """Whether a transaction was committed; None when nobody knows. Raises Busy."""
        ...

    async def open_gaps(self, now: int) -> int:
        """Holes in the numbers of messages whose grace is over at `now` (epoch ms) become gaps.

        How many did. Raises Busy.
        """
        ...

    async def adopt(self, directory: Directory, limit: int) -> bool:
        """Move up to `limit` readings kept for tags that are points by now.

        Whether there may be more to move. Raises Busy.
        """
        ...
