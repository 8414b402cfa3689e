"""What ingest sets aside, in memory: it passes the same suite as the tables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.domain.directory import Directory
from services.domain.letter_cap import KEEP_DAYS
from services.domain.rate import Owner
from services.domain.trouble import Condition, Kind
from services.runtime.clock import to_ms
from services.runtime.feed import Delivery
from services.store import bundle
from services.store.bundle import DeadLetter
from services.store.day_sheet import DaySheet
from services.store.diverted_tables import parcel_of, refused, values_of
from services.store.intake import Parcel, Resumed, Unfit
from services.store.letter_again import forget_repeats, portion_of, result_of, still_cut
from services.store.letter_request import LetterFilter
from services.store.memory_intake import MemoryIntake
from services.store.set_aside import Apart, Memory, TakenIn

_DAY_MS = 86_400_000


@dataclass(slots=True)
class MemoryWish:
    """Which letters somebody wants read again, and how far that is."""

    wanted: LetterFilter
    left: list[DeadLetter]
    examined: int = 0
    used: int = 0
    stored: int = 0
    finished: bool = False


class MemorySetAside:
    """Beside a MemoryIntake."""

    def __init__(self, intake: MemoryIntake) -> None:
        self._intake = intake
        self.wishes: list[MemoryWish] = []
        self.reprocessed: list[DeadLetter] = []
        """Letters that are used wholly by now."""
        self.conditions: dict[tuple[Owner, Kind], Condition] = {}
        self.events: list[Condition] = []

    def ask(self, wanted: LetterFilter) -> MemoryWish:
        """Have the letters read again that are there now and fit."""
        found = [
            each
            for place, each in enumerate(self._intake.letters, start=1)
            if each not in self.reprocessed and _fits(wanted, place, each)
        ]
        wish = MemoryWish(wanted, found)
        self.wishes.append(wish)
        return wish

    async def recall(self) -> Memory:
        """What was set aside before. Raises Busy."""
        self._intake.answer()
        apart: dict[Owner, Apart] = {}
        for each in self._intake.apart:
            _count(apart, each)
        return Memory(apart, tuple(self.conditions.values()))

    async def take_in(
        self, directory: Directory, messages: int, readings: int, refusal: str | None = None
    ) -> TakenIn:
        """Store the oldest messages that were kept apart. Raises Busy or Unfit."""
        self._intake.answer()
        taken: list[Parcel] = []
        for each in self._intake.apart[:messages]:
            readings -= values_of(each.translation)
            if readings < 0 and taken:
                break
            taken.append(each)
        again = [
            parcel_of(each.delivery, directory, Resumed(apart=values_of(each.translation)))
            for each in taken
        ]
        self._check(again, refusal)
        self._intake.fill([each if refusal is None else refused(each, refusal) for each in again])
        del self._intake.apart[: len(taken)]
        by_gateway: dict[Owner, Apart] = {}
        for each in taken:
            _count(by_gateway, each)
        left = self._intake.apart
        return TakenIn(by_gateway, left[0].delivery.received_at if left else None)

    async def reprocess(
        self, directory: Directory, letters: int, refusal: str | None = None
    ) -> bool:
        """Read the next dead letters again that somebody wants read again. Raises Busy, Unfit."""
        self._intake.answer()
        wish = next((each for each in self.wishes if not each.finished), None)
        if wish is None:
            return False
        found = wish.left[:letters]
        parcels = portion_of(_parcel(each, directory) for each in found)
        self._check(parcels, refusal)
        if refusal is not None:
            parcels = [refused(each, refusal) for each in parcels]
        bundle.check_span(parcels)
        for letter, parcel in zip(found, parcels, strict=False):
            self._read(wish, letter, parcel)
        wish.left = wish.left[len(parcels) :]
        wish.finished = len(parcels) < letters and not wish.left
        return True

    async def note(self, found: Sequence[Condition], now: int) -> None:
        """Keep what is the matter with gateways, and what is over. Raises Busy."""
        self._intake.answer()
        for each in found:
            key = (each.owner, each.kind)
            if key not in self.conditions:
                self.events.append(each)
            self.conditions[key] = each
            if each.over:
                del self.conditions[key]

    async def remove_old(self, now: int, limit: int) -> int:
        """Let dead letters go that are past their time. Raises Busy."""
        self._intake.answer()
        before = now - KEEP_DAYS * _DAY_MS
        old = [each for each in self._intake.letters if each.received_at < before][:limit]
        for each in old:
            self._intake.letters.remove(each)
        return len(old)

    def _check(self, parcels: Sequence[Parcel], refusal: str | None) -> None:
        wanted = self._intake.refuse_value
        values = [each.value for parcel in parcels for each in parcel.translation.readings]
        if refusal is None and wanted is not None and wanted in values:
            raise Unfit(f"the database refuses {wanted}")

    def _read(self, wish: MemoryWish, letter: DeadLetter, parcel: Parcel) -> None:
        kept = {
            (tag, each.measured_at, each.number, each.state)
            for (_, tag), entry in self._intake.tags.items()
            for each in entry.kept
        }
        left = tuple(
            each
            for each in parcel.translation.unregistered
            if (each.tag, each.measured_at, each.number, each.state) not in kept
        )
        parcel = replace(parcel, translation=replace(parcel.translation, unregistered=left))
        sheet = DaySheet([parcel])
        known = self._intake.messages
        found = bundle.messages([parcel])
        mine = {each for each, at in found.items() if known.setdefault(each, at) == at}
        chosen, repeats = bundle.readings([parcel], mine)
        owner = parcel.translation.enterprise, parcel.translation.gateway
        new = Counter(each.point_id for each in chosen[0] if self._intake.put([each], owner))
        wish.stored += new.total()
        sheet.store(chosen, repeats, new.total(), new)
        tags, crowded = bundle.unregistered([parcel], self._intake.rooms(), sheet)
        for tag in tags:
            sheet.keep(bundle.kept_by_cell([tag]), self._intake.note(tag))
        forget_repeats(sheet)
        self._intake.ledger.add(sheet.cells)
        result = result_of(parcel, crowded)
        wish.examined += 1
        place = self._intake.letters.index(letter)
        if result.reason is None:
            wish.used += 1
            self.reprocessed.append(letter)
        else:
            after = replace(letter, reason=result.reason, refused=result.refused)
            self._intake.letters[place] = after


def _count(apart: dict[Owner, Apart], parcel: Parcel) -> None:
    owner = (parcel.translation.enterprise, parcel.translation.gateway)
    values = values_of(parcel.translation)
    apart.setdefault(owner, Apart()).add(1, values, len(parcel.delivery.payload))


def _parcel(letter: DeadLetter, directory: Directory) -> Parcel:
    at, again = letter.received_at, letter.redelivered
    delivery = Delivery(0, 0, 1, letter.topic, letter.payload, at, again)
    if letter.is_cut:
        owner = letter.enterprise, letter.gateway
        return still_cut(delivery, owner, letter.reason, letter.refused)
    return parcel_of(delivery, directory, Resumed(dead_letters=letter.refused))


def _fits(wanted: LetterFilter, place: int, letter: DeadLetter) -> bool:
    return (
        wanted.enterprise == letter.enterprise
        and (wanted.ids is None or place in wanted.ids)
        and wanted.gateway in (None, letter.gateway)
        and wanted.topic in (None, letter.topic)
        and (wanted.reason is None or wanted.reason in letter.reason)
        and (wanted.since is None or letter.received_at >= to_ms(wanted.since))
        and (wanted.until is None or letter.received_at < to_ms(wanted.until))
    )
