"""An Intake in memory: it passes the same suite as the real one, and fails when told to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from services.domain.directory import Directory
from services.domain.letter_cap import UNCAPPED, LetterCap, LetterDay
from services.domain.point import UnfitValue
from services.domain.reading import Reading, ReadingFlag
from services.runtime.clock import Clock, SystemClock
from services.store import bundle
from services.store.bundle import DeadLetter, Message, Room, UnregisteredTag
from services.store.claims import Claims
from services.store.day_sheet import Cell, DaySheet, utc_day
from services.store.diverted_tables import values_of
from services.store.instants import Instant, Owner
from services.store.intake import Busy, CommitUnknown, Fenced, Parcel, Receipt, Unfit
from services.store.kept_letter import UnfitKept, letters_of
from services.store.ledger_change import arrivals
from services.store.letter_tables import Day, capped
from services.store.memory_ledger import MemoryLedger
from services.wire.translate import UnregisteredValue, adopt

Identity = tuple[int, int, float | None, int]


class MemoryIntake:
    """Holds everything in dicts; `away`, `refuse_value` and `lose_commit` make it fail."""

    def __init__(self, cap: LetterCap | None = None, clock: Clock | None = None) -> None:
        self._cap = cap or LetterCap()
        self._clock = clock or SystemClock()
        self.ledger = MemoryLedger()
        self.readings: dict[Identity, Reading] = {}
        self._instants = Counter[Instant]()
        self.conflicts = Counter[Owner]()
        """Values stored beside another of the same point and instant, by gateway."""
        self.letters: list[DeadLetter] = []
        self.days: dict[Day, LetterDay] = {}
        self.apart: list[Parcel] = []
        """Messages of gateways over their rate."""
        self.tags: dict[tuple[str, str], UnregisteredTag] = {}
        self.messages: dict[Message, int] = {}
        """The identities of messages, with the time of receipt of the delivery that claimed them."""
        self.away = 0
        """How many of the next calls find the database away."""
        self.refuse_value: float | None = None
        """A value that the database refuses, with the whole batch it is in."""
        self.lose_commit: bool | None = None
        """Let the answer to the next COMMIT be lost: after it was done (True) or before."""
        self.forgetful = False
        """Know nothing of lost commits, as another server would."""
        self._fates: dict[str, bool] = {}
        self.epochs: dict[int, int] = {}
        """The newest epoch of each bucket that has one; what comes under another is not stored."""

    async def store(self, parcels: Sequence[Parcel]) -> Receipt:
        """Store a batch durably. Raises Busy, Unfit, Fenced or CommitUnknown."""
        self.answer()
        if any(self._refused(parcel) for parcel in parcels):
            raise Unfit(f"the database refuses {self.refuse_value}")
        self._fence(parcels)
        lost, self.lose_commit = self.lose_commit, None
        if lost is None:
            return self.fill(parcels)
        name = str(len(self._fates) + 1)
        self._fates[name] = lost
        raise CommitUnknown(name, self.fill(parcels) if lost else Receipt())

    async def fate(self, transaction: str) -> bool | None:
        """Whether a transaction was committed; None when nobody knows. Raises Busy."""
        self.answer()
        return None if self.forgetful else self._fates.get(transaction)

    async def open_gaps(self, now: int) -> int:
        """Holes in the numbers of messages whose grace is over become gaps. Raises Busy."""
        self.answer()
        return self.ledger.open_gaps(now)

    async def adopt(self, directory: Directory, limit: int) -> bool:
        """Move up to `limit` readings kept for tags that are points by now. Raises Busy."""
        self.answer()
        for (enterprise, tag), entry in self.tags.items():
            point = directory.find(enterprise, tag)
            if point is None:
                continue
            taken, entry.kept = entry.kept[:limit], entry.kept[limit:]
            senders, entry.senders = entry.senders[:limit], entry.senders[limit:]
            unfit = []
            sheet = DaySheet()
            for sender, value in zip(senders, taken, strict=True):
                cell = enterprise, sender, utc_day(value.received_at)
                sheet.let_go(cell)
                try:
                    reading = adopt(point, value, sender)
                    sheet.adopt_kept(cell, bool(self.put([reading], (enterprise, sender))))
                except UnfitValue as error:
                    sheet.refuse_kept(cell)
                    unfit.append(UnfitKept(sender, value, str(error)))
            self.ledger.add(sheet.cells)
            self.keep(letters_of(enterprise, tag, unfit), UNCAPPED)
            if not entry.kept:
                del self.tags[enterprise, tag]
            return True
        return False

    def keep(self, letters: Sequence[DeadLetter], cap: LetterCap) -> int:
        """Keep dead letters; how many the cap dropped."""
        kept, days = capped(letters, self.days, cap)
        for day, found in days.items():
            before = self.days.get(day, LetterDay())
            found.dropped += before.dropped
            found.dropped_size += before.dropped_size
            self.days[day] = found
        self.letters += kept
        return len(letters) - len(kept)

    def fill(self, parcels: Sequence[Parcel]) -> Receipt:
        """Take a batch in, as the tables would. Raises Unfit."""
        bundle.check_span(parcels)
        sheet = DaySheet(parcels)
        found = bundle.messages(each for each in parcels if not each.apart)
        claims = Claims.of(found, set(found) - set(self.messages), self._others(found))
        self.messages |= {each: found[each] for each in claims.new}
        arrived, now = arrivals(parcels, claims), self._clock.now_ms()
        answers = self.ledger.note(arrived, claims.reused, now)
        apart = [each for each in parcels if each.apart]
        self.apart += apart
        parcels = [each for each in parcels if not each.apart]
        chosen, repeats = bundle.readings(parcels, claims.new)
        readings = list(chain.from_iterable(chosen))
        before, new = self.conflicts.total(), Counter[int]()
        for parcel, some in zip(parcels, chosen, strict=True):
            owner = parcel.translation.enterprise, parcel.translation.gateway
            new += Counter(each.point_id for each in some if self.put([each], owner))
        stored = new.total()
        sheet.store(chosen, repeats, stored, new)
        tags, crowded = bundle.unregistered(parcels, self.rooms(), sheet)
        offered, kept = bundle.kept_by_cell(tags), Counter[Cell]()
        for tag in tags:
            kept += self.note(tag)
        sheet.keep(offered, kept)
        self.ledger.add(sheet.cells)
        letters = bundle.dead_letters(parcels, crowded)
        return Receipt(
            stored=stored,
            repeats=sum(repeats) + len(readings) - stored,
            kept=sum(len(each.kept) for each in tags),
            overflow=sum(each.count - len(each.kept) for each in tags),
            dead_letters=len(letters),
            dropped=self.keep(letters, self._cap),
            diverted=sum(values_of(each.translation) for each in apart),
            answers=answers,
            conflicts=self.conflicts.total() - before,
            counted=sheet.total(),
        )

    def put(self, readings: Iterable[Reading], owner: Owner) -> int:
        """Store readings of a gateway; how many were new."""
        before = len(self.readings)
        for each in readings:
            identity = (each.point_id, each.measured_at, each.value, int(each.quality))
            if identity not in self.readings:
                self.readings[identity] = each
                if each.flags & ReadingFlag.NO_TIME:
                    continue
                instant = each.point_id, each.measured_at
                self.conflicts[owner] += self._instants[instant] > 0
                self._instants[instant] += 1
        return len(self.readings) - before

    def note(self, new: UnregisteredTag) -> Counter[Cell]:
        """Add to the list of unregistered tags; how many of its readings were not kept before."""
        name = new.enterprise, new.tag
        entry = self.tags.get(name)
        if entry is None:
            entry = self.tags[name] = replace(new, count=0, kept=[], senders=[])
        entry.count += new.count
        entry.last_at = max(entry.last_at, new.last_at)
        entry.last_value = new.last_value
        fresh = Counter[Cell]()
        known = {_identity(each) for each in entry.kept}
        for sender, value in zip(new.senders, new.kept, strict=True):
            if _identity(value) in known:
                continue
            known.add(_identity(value))
            entry.kept.append(value)
            entry.senders.append(sender)
            fresh[new.enterprise, sender, utc_day(value.received_at)] += 1
        return fresh

    def rooms(self) -> dict[tuple[str, str], Room]:
        """What each gateway has in that list."""
        rooms: dict[tuple[str, str], Room] = {}
        for entry in self.tags.values():
            room = rooms.setdefault((entry.enterprise, entry.gateway), Room())
            room.tags.add(entry.tag)
            room.kept += len(entry.kept)
        return rooms

    def _others(self, found: Iterable[Message]) -> set[Message]:
        given = {each[:4] for each in self.messages}
        return {each for each in found if each[:4] in given}

    def _refused(self, parcel: Parcel) -> bool:
        wanted = self.refuse_value
        return wanted is not None and any(
            each.value == wanted for each in parcel.translation.readings
        )

    def _fence(self, parcels: Sequence[Parcel]) -> None:
        leases = {each.delivery.lease for each in parcels} - {None}
        shown = [each for each in leases if each is not None]
        if any(each.epoch is None and not each.lost for each in shown):
            raise Busy("the lease of a bucket is not confirmed yet")
        gone = [each for each in shown if each.lost or self.epochs.get(each.bucket) != each.epoch]
        if gone:
            raise Fenced(gone)

    def answer(self) -> None:
        """Raise Busy while the database is away."""
        if self.away > 0:
            self.away -= 1
            raise Busy("the database is away")


def _identity(value: UnregisteredValue) -> tuple[int, float | None, str | None, int]:
    return value.measured_at, value.number, value.state, int(value.quality)
