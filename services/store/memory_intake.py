"""An Intake in memory: it passes the same suite as the real one, and fails when told to."""

from collections.abc import Iterable, Sequence

from services.domain.directory import Directory
from services.domain.letter_cap import LetterCap, LetterDay
from services.domain.point import UnfitValue
from services.domain.reading import Reading
from services.store import bundle
from services.store.bundle import DeadLetter, Message, Room, UnregisteredTag
from services.store.diverted_tables import values_of
from services.store.intake import Busy, CommitUnknown, Parcel, Receipt, Unfit
from services.store.letter_tables import Day, capped
from services.wire.translate import adopt

Identity = tuple[int, int, float | None, int]


class MemoryIntake:
    """Holds everything in dicts; `away`, `refuse_value` and `lose_commit` make it fail."""

    def __init__(self, cap: LetterCap | None = None) -> None:
        self._cap = cap or LetterCap()
        self.readings: dict[Identity, Reading] = {}
        self.letters: list[DeadLetter] = []
        self.days: dict[Day, LetterDay] = {}
        self.apart: list[Parcel] = []
        """Messages of gateways over their rate."""
        self.tags: dict[tuple[str, str], UnregisteredTag] = {}
        self.messages: set[Message] = set()
        self.away = 0
        """How many of the next calls find the database away."""
        self.refuse_value: float | None = None
        """A value that the database refuses, with the whole batch it is in."""
        self.lose_commit: bool | None = None
        """Let the answer to the next COMMIT be lost: after it was done (True) or before."""
        self.forgetful = False
        """Know nothing of lost commits, as another server would."""
        self._fates: dict[str, bool] = {}

    async def store(self, parcels: Sequence[Parcel]) -> Receipt:
        """Store a batch durably. Raises Busy, Unfit or CommitUnknown."""
        self._answer()
        if any(self._refused(parcel) for parcel in parcels):
            raise Unfit(f"the database refuses {self.refuse_value}")
        lost, self.lose_commit = self.lose_commit, None
        if lost is None:
            return self.fill(parcels)
        name = str(len(self._fates) + 1)
        self._fates[name] = lost
        raise CommitUnknown(name, self.fill(parcels) if lost else Receipt())

    async def fate(self, transaction: str) -> bool | None:
        """Whether a transaction was committed; None when nobody knows. Raises Busy."""
        self._answer()
        return None if self.forgetful else self._fates.get(transaction)

    async def adopt(self, directory: Directory, limit: int) -> bool:
        """Move up to `limit` readings kept for tags that are points by now. Raises Busy."""
        self._answer()
        for (enterprise, tag), entry in self.tags.items():
            point = directory.find(enterprise, tag)
            if point is None:
                continue
            taken, entry.kept = entry.kept[:limit], entry.kept[limit:]
            unfit = []
            for value in taken:
                try:
                    self._put([adopt(point, value)])
                except UnfitValue as error:
                    unfit.append(str(error))
            if unfit:
                self.keep([_letter(entry, f"{len(unfit)} values: {unfit[-1]}.")])
            if not entry.kept:
                del self.tags[enterprise, tag]
            return True
        return False

    def keep(self, letters: Sequence[DeadLetter]) -> int:
        """Keep dead letters; how many the cap dropped."""
        kept, days = capped(letters, self.days, self._cap)
        for day, found in days.items():
            before = self.days.get(day, LetterDay())
            found.dropped += before.dropped
            found.dropped_size += before.dropped_size
            self.days[day] = found
        self.letters += kept
        return len(letters) - len(kept)

    def fill(self, parcels: Sequence[Parcel]) -> Receipt:
        """Take a batch in, as the tables would."""
        apart = [each for each in parcels if each.apart]
        self.apart += apart
        parcels = [each for each in parcels if not each.apart]
        claimed = bundle.messages(parcels).keys() - self.messages
        self.messages |= claimed
        readings, repeats = bundle.readings(parcels, set(claimed))
        stored = self._put(readings)
        tags, crowded = bundle.unregistered(parcels, self._rooms())
        for tag in tags:
            self._note(tag)
        letters = bundle.dead_letters(parcels, crowded)
        return Receipt(
            stored=stored,
            repeats=repeats + len(readings) - stored,
            kept=sum(len(each.kept) for each in tags),
            overflow=sum(each.count - len(each.kept) for each in tags),
            dead_letters=len(letters),
            dropped=self.keep(letters),
            diverted=sum(values_of(each.translation) for each in apart),
        )

    def _put(self, readings: Iterable[Reading]) -> int:
        before = len(self.readings)
        for each in readings:
            identity = (each.point_id, each.measured_at, each.value, int(each.quality))
            self.readings.setdefault(identity, each)
        return len(self.readings) - before

    def _note(self, new: UnregisteredTag) -> None:
        entry = self.tags.setdefault((new.enterprise, new.tag), new)
        if entry is not new:
            entry.count += new.count
            entry.last_at = max(entry.last_at, new.last_at)
            entry.last_value = new.last_value
            entry.kept += new.kept

    def _rooms(self) -> dict[tuple[str, str], Room]:
        rooms: dict[tuple[str, str], Room] = {}
        for entry in self.tags.values():
            room = rooms.setdefault((entry.enterprise, entry.gateway), Room())
            room.tags.add(entry.tag)
            room.kept += len(entry.kept)
        return rooms

    def _refused(self, parcel: Parcel) -> bool:
        wanted = self.refuse_value
        return wanted is not None and any(
            each.value == wanted for each in parcel.translation.readings
        )

    def _answer(self) -> None:
        if self.away > 0:
            self.away -= 1
            raise Busy("the database is away")


def _letter(entry: UnregisteredTag, reason: str) -> DeadLetter:
    topic = f"pw/v1/{entry.enterprise}/{entry.gateway}/telemetry"
    return DeadLetter(entry.enterprise, entry.gateway, topic, b"", reason, entry.last_at)
