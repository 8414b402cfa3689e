"""M out of N: when the channels of a safety function demand its trip.

Degradation as in IEC 61511-2 and GB/T 50770: a channel that is bypassed or known to be faulty
leaves the vote, and by policy the rest votes towards the trip (2oo3 → 1oo2) or towards staying
in service (2oo3 → 2oo2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Degrade(StrEnum):
    """What the loss of a channel does to the vote."""

    TOWARDS_TRIP = "towards_trip"
    TOWARDS_SERVICE = "towards_service"


@dataclass(frozen=True, slots=True)
class Channel:
    """One input: whether it demands the trip, is bypassed, or is known to be faulty."""

    demand: bool
    bypassed: bool = False
    faulty: bool = False

    @property
    def votes(self) -> bool:
        """Whether it takes part in the vote."""
        return not (self.bypassed or self.faulty)


@dataclass(frozen=True, slots=True)
class Voting:
    """``needed`` out of ``of``; ``degrade`` when channels are lost.

    With every channel gone by faults it demands the trip; with every channel bypassed by
    people it cannot. Raises ``ValueError`` for a vote that nobody could win.
    """

    needed: int
    of: int
    degrade: Degrade = Degrade.TOWARDS_TRIP

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.of:
            raise ValueError(f"{self.needed} out of {self.of} is no vote")

    def demands(self, channels: Sequence[Channel]) -> bool:
        """Whether these channels trip it. Raises ``ValueError`` for another number of them."""
        if len(channels) != self.of:
            raise ValueError(f"{len(channels)} channels for a vote of {self.of}")
        voting = [each for each in channels if each.votes]
        if not voting:
            return any(each.faulty and not each.bypassed for each in channels)
        lost = self.of - len(voting)
        needed = self.needed - (lost if self.degrade is Degrade.TOWARDS_TRIP else 0)
        needed = min(max(1, needed), len(voting))
        return sum(each.demand for each in voting) >= needed

    @property
    def name(self) -> str:
        """As safety engineers write it, e.g. ``2oo3``."""
        return f"{self.needed}oo{self.of}"
