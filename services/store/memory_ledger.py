"""The loss ledger in memory: the same suite as the tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from services.domain.ledger import BOOTS_MOST, GRACE_MS, Answer, BootLedger, Hole
from services.domain.reading_count import ReadingCount
from services.store.bundle import Message
from services.store.day_sheet import Cell
from services.store.ledger_change import RUN_EVERY_MS, Arrivals, Boot, Change, answers, earlier


@dataclass(slots=True)
class MemoryGap:
    """A hole that was seen; a gap once it is opened."""

    boot: Boot
    hole: Hole
    closed_at: int | None = None


@dataclass(slots=True)
class MemoryLedger:
    """Ledgers by boot, holes by number, and the figures of each day."""

    ledgers: dict[Boot, BootLedger] = field(default_factory=dict)
    gaps: dict[int, MemoryGap] = field(default_factory=dict)
    reused: list[Message] = field(default_factory=list)
    given_up: list[tuple[Boot, Hole]] = field(default_factory=list)
    days: dict[Cell, ReadingCount] = field(default_factory=dict)
    _heard: dict[Boot, int] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def note(self, arrivals: Arrivals, reused: Iterable[Message], now: int) -> tuple[Answer, ...]:
        """Note which messages arrived, `reused` of them under numbers that others had had; what
        their gateways are to be told."""
        self.reused += reused
        for boot, arrived in arrivals.items():
            ledger = self.ledgers.setdefault(boot, BootLedger())
            calm = not self._ended_since(boot, now - RUN_EVERY_MS)
            if arrived.starts_anew(ledger) and calm:
                self._note(boot, arrived.note(ledger), now)
                self._end_run(boot, now)
                self._note(boot, arrived.run, now)
            else:
                self._note(boot, [*arrived.note(ledger), *arrived.run], now)
        self._retire()
        return answers({boot: self.ledgers[boot] for boot in arrivals})

    def _note(self, boot: Boot, numbers: Iterable[int], now: int) -> None:
        change, ledger = Change(), self.ledgers[boot]
        change.note(boot, ledger, numbers, now)
        self._heard.pop(boot, None)
        self._heard[boot] = now
        self._write(change, ledger, now)

    def _ended_since(self, boot: Boot, since: int) -> bool:
        name = f"{boot[2]} (until "
        return any(
            each[:2] == boot[:2] and each[2].startswith(name) and at > since
            for each, at in self._heard.items()
        )

    def _end_run(self, boot: Boot, now: int) -> None:
        name = (*boot[:2], earlier(boot[2], now))
        self.ledgers[name], self.ledgers[boot] = self.ledgers[boot], BootLedger()
        self._heard[name] = self._heard.pop(boot)
        for gap in self.gaps.values():
            if gap.boot == boot and gap.closed_at is None:
                gap.boot = name

    def open_gaps(self, now: int) -> int:
        """Holes whose grace is over become gaps; how many."""
        due = [
            number
            for number, gap in self.gaps.items()
            if gap.hole.opened_at is None and gap.hole.since <= now - GRACE_MS
        ]
        for number in due:
            gap = self.gaps[number]
            gap.hole = replace(gap.hole, opened_at=now)
            ledger = self.ledgers[gap.boot]
            ledger.holes = [gap.hole if each.number == number else each for each in ledger.holes]
        return len(due)

    def add(self, cells: Mapping[Cell, ReadingCount]) -> None:
        """Add a batch's figures to those of its gateways and days."""
        for cell, figures in cells.items():
            self.days.setdefault(cell, ReadingCount()).add(figures)

    def _write(self, change: Change, ledger: BootLedger, now: int) -> None:
        for boot, hole in change.fresh:
            named = replace(hole, number=next(self._numbers))
            ledger.holes = [named if each is hole else each for each in ledger.holes]
            assert named.number is not None
            self.gaps[named.number] = MemoryGap(boot, named)
        for _, hole in change.shrunk:
            assert hole.number is not None
            self.gaps[hole.number].hole = hole
        for _, hole in change.filled:
            assert hole.number is not None
            gap = self.gaps[hole.number]
            if hole.opened_at is None:
                del self.gaps[hole.number]
            else:
                gap.hole, gap.closed_at = replace(hole, filled=hole.filled + hole.size), now
        for boot, hole in change.given_up:
            self.given_up.append((boot, hole))
            if hole.number is not None:
                del self.gaps[hole.number]

    def _retire(self) -> None:
        by_owner: dict[tuple[str, str], list[Boot]] = {}
        for boot in self._heard:
            by_owner.setdefault(boot[:2], []).append(boot)
        for boots in by_owner.values():
            for boot in boots[:-BOOTS_MOST]:
                del self._heard[boot]
                for hole in self.ledgers.pop(boot).holes:
                    self.given_up.append((boot, hole))
                    assert hole.number is not None
                    del self.gaps[hole.number]
