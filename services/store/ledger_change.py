"""What a batch's messages change in the loss ledger; pure, the same for every store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.domain.ledger import Answer, BootLedger, Hole
from services.runtime.clock import to_datetime
from services.store.claims import Claims
from services.store.intake import Parcel
from services.wire.telemetry import shown

Boot = tuple[str, str, str]
"""Enterprise, gateway, boot."""

RUN_EVERY_MS = 60_000
"""So often at most a boot is taken for a new run: two gateways under one name take turns."""


@dataclass(slots=True)
class Arrived:
    """The numbers of one boot's messages that arrived. `again`: of messages that were here before,
    said the same, and may be of an earlier run; `run`: from the first one on that said something
    else than what had come under its number."""

    numbers: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    run: list[int] = field(default_factory=list)

    def note(self, ledger: BootLedger) -> list[int]:
        """What to note in this ledger, so that repeats open no hole in a later run."""
        if ledger.highest < 0 and not self.numbers:
            return self.again
        first, top = ledger.first, ledger.highest
        if self.numbers:
            first = min(self.numbers) if first < 0 else min(first, *self.numbers)
            top = max(top, *self.numbers)
        found = list(self.numbers)
        for each in sorted(self.again):
            if first - 1 <= each <= top + 1:
                found.append(each)
                top = max(top, each)
            else:
                ledger.repeats += 1
        return found

    def starts_anew(self, ledger: BootLedger) -> bool:
        """Whether its numbers went back: a new run. Two gateways in step do not."""
        return bool(self.run) and self.run[0] < max((ledger.highest, *self.numbers))


Arrivals = Mapping[Boot, Arrived]

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


def arrivals(parcels: Iterable[Parcel], claims: Claims) -> Arrivals:
    """The numbered messages of a batch, those of which nothing could be used included.

    What comes back from where it was set aside arrived before; of what is set aside now nobody
    has asked yet whether it is a repeat.
    """
    found: dict[Boot, Arrived] = {}
    for parcel in parcels:
        if parcel.resumed is not None:
            continue
        translation = parcel.translation
        owner = translation.enterprise, translation.gateway
        for boot, seq, mark in translation.identities:
            arrived = found.setdefault((*owner, boot), Arrived())
            message = (*owner, boot, seq, mark)
            if not parcel.apart and message not in claims.new:
                arrived.again.append(seq)
            elif arrived.run or message in claims.reused:
                arrived.run.append(seq)
            else:
                arrived.numbers.append(seq)
        for boot, seq in translation.unused:
            arrived = found.setdefault((*owner, boot), Arrived())
            (arrived.run or arrived.numbers).append(seq)
    return found


def earlier(boot: str, now: int) -> str:
    """What an earlier run of a boot is called, once another began at `now` (epoch ms)."""
    return f"{boot} (until {to_datetime(now).isoformat(timespec='milliseconds')})"


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
