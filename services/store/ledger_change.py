"""What a batch's messages change in the loss ledger; pure, the same for every store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.domain.ledger import Answer, BootLedger, Hole
from services.store.intake import Parcel
from services.wire.telemetry import shown

Boot = tuple[str, str, str]
"""Enterprise, gateway, boot."""

Arrivals = Mapping[Boot, list[int]]
"""The numbers of the messages that arrived, repeats included."""

DETAIL_HOLES = 5
"""Holes that an event names; the rest is counted."""


@dataclass(slots=True)
class Change:
    """The holes that are new, smaller, filled or given up."""

    fresh: list[tuple[Boot, Hole]] = field(default_factory=list)
    shrunk: list[tuple[Boot, Hole]] = field(default_factory=list)
    filled: list[tuple[Boot, Hole]] = field(default_factory=list)
    given_up: list[tuple[Boot, Hole]] = field(default_factory=list)

    def note(self, boot: Boot, ledger: BootLedger, numbers: Iterable[int], now: int) -> None:
        """Note arrivals in a ledger, and what they change in its holes."""
        before = {each.number: each for each in ledger.holes}
        given_up = ledger.note(numbers, now)
        for hole in ledger.holes:
            known = before.pop(hole.number, None)
            if known is None:
                self.fresh.append((boot, hole))
            elif known != hole:
                self.shrunk.append((boot, hole))
        for hole in given_up:
            self.given_up.append((boot, hole))
            before.pop(hole.number, None)
        self.filled += [(boot, hole) for hole in before.values()]


def arrivals(parcels: Iterable[Parcel]) -> Arrivals:
    """The numbered messages of a batch, those of which nothing could be used included.

    What comes back from where it was set aside arrived before.
    """
    found: dict[Boot, list[int]] = {}
    for parcel in parcels:
        if parcel.resumed is not None:
            continue
        translation = parcel.translation
        owner = translation.enterprise, translation.gateway
        for boot, seq in (*translation.messages, *translation.unused):
            found.setdefault((*owner, boot), []).append(seq)
    return found


def answers(ledgers: Mapping[Boot, BootLedger]) -> tuple[Answer, ...]:
    """What the gateways are told."""
    told = []
    for (enterprise, gateway, boot), ledger in ledgers.items():
        seq, missing = ledger.answer()
        told.append(Answer(enterprise, gateway, boot, seq, tuple(missing)))
    return tuple(told)


def gap_text(lost: Iterable[tuple[str, int, int]]) -> str:
    """Missing numbers by boot, for the detail of an event."""
    found = list(lost)
    named = [
        f"{shown(boot)} {first}" if first == last else f"{shown(boot)} {first}-{last}"
        for boot, first, last in found[:DETAIL_HOLES]
    ]
    more = len(found) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
