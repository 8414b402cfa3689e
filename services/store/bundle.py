"""What a batch of deliveries puts into each table; pure, the same for every store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.domain.reading import Reading, ReadingFlag
from services.store.day_sheet import Cell, DaySheet, cell_of, utc_day
from services.store.intake import Parcel, Unfit
from services.wire.telemetry import PAYLOAD_LIMIT, shown
from services.wire.translate import UnregisteredValue

TAGS_PER_GATEWAY = 2_000
"""Unregistered tags that the list takes from one gateway; more become dead letters."""

KEPT_PER_GATEWAY = 200_000
"""Readings of unregistered tags kept for one gateway; further ones are only counted."""

TOPIC_LIMIT = 512

MOST_DAYS = 366
"""Days that the readings of one batch may lie on. The store keeps each day apart, and to open one costs
time and locks, of which a server has some thousands for everybody: 1,400 days at once held all others
up for 12 s, 2,900 for ever. A batch of more is divided; a message of more is a dead letter."""

_DAY_MS = 86_400_000

Message = tuple[str, str, str, int, int]
"""Enterprise, gateway, boot, seq, and the mark of what it says."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A payload that could not (wholly) be used."""

    enterprise: str
    gateway: str
    topic: str
    payload: bytes
    reason: str
    received_at: int
    redelivered: bool = False
    refused: int = 1
    """How many values of it could not be used; what cannot be read at all counts 1."""
    size: int = 0
    """In bytes, as it came; of one that is longer than `payload` only that is kept."""

    @property
    def is_cut(self) -> bool:
        """Whether more came than is kept."""
        return self.size > len(self.payload)


@dataclass(slots=True)
class UnregisteredTag:
    """What a batch adds to one tag of the list; `first_at`, `last_at` are times of receipt."""

    enterprise: str
    tag: str
    gateway: str
    first_at: int
    last_at: int
    last_value: str | None
    count: int = 0
    kept: list[UnregisteredValue] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    """The gateway of each kept value."""


@dataclass(slots=True)
class Room:
    """What one gateway already has in the list of unregistered tags."""

    tags: set[str] = field(default_factory=set)
    kept: int = 0


def check_span(parcels: Iterable[Parcel]) -> None:
    """Raises Unfit where what is to be stored lies on more than MOST_DAYS days."""
    check_days(
        reading for parcel in parcels if not parcel.apart for reading in parcel.translation.readings
    )


def check_days(readings: Iterable[Reading]) -> None:
    """Raises Unfit where readings lie on more than MOST_DAYS days."""
    days = {each.measured_at // _DAY_MS for each in readings}
    if len(days) > MOST_DAYS:
        raise Unfit(
            f"its readings lie on {len(days)} days, and at most {MOST_DAYS} are stored at once;"
            " send them in several messages"
        )


def messages(parcels: Iterable[Parcel]) -> dict[Message, int]:
    """The identities of the messages in a batch, with the time of the first one's receipt."""
    found: dict[Message, int] = {}
    for parcel in parcels:
        for message in _messages(parcel):
            found.setdefault(message, parcel.delivery.received_at)
    return found


def readings(
    parcels: Sequence[Parcel], new: set[Message]
) -> tuple[list[Sequence[Reading]], list[int]]:
    """Of each delivery the readings to store, and the number of those known to be repeats.

    A reading without a time of its own has no identity but its message's: it is stored only
    with the delivery that brought that message first (`new`: never here before this batch).
    """
    found: list[Sequence[Reading]] = []
    repeats = [0] * len(parcels)
    owners: dict[Message, int] = {}
    for index, parcel in enumerate(parcels):
        mine = {each for each in _messages(parcel) if owners.setdefault(each, index) == index}
        mine &= new
        if all(message in mine for message in _messages(parcel)):
            found.append(parcel.translation.readings)  # the usual case: nothing was here before
            continue
        everything = parcel.translation.readings
        found.append([each for each in everything if not _stored_before(parcel, each, mine)])
        repeats[index] = len(everything) - len(found[-1])
    return found, repeats


def dead_letters(parcels: Iterable[Parcel], more: Iterable[DeadLetter] = ()) -> list[DeadLetter]:
    """The payloads of a batch of which something was refused, and `more` after them."""
    own = [
        dead_letter(parcel, parcel.translation.reason, parcel.translation.refused)
        for parcel in parcels
        if parcel.translation.reason is not None
    ]
    return [*own, *more]


def dead_letter(parcel: Parcel, reason: str, refused: int) -> DeadLetter:
    """A delivery as a dead letter; of an oversized payload its first 256 KiB."""
    delivery, translation = parcel.delivery, parcel.translation
    return DeadLetter(
        translation.enterprise,
        translation.gateway,
        delivery.topic.replace("\x00", "\ufffd")[:TOPIC_LIMIT],
        delivery.payload[:PAYLOAD_LIMIT],
        reason,
        delivery.received_at,
        delivery.redelivered,
        refused,
        len(delivery.payload),
    )


def kept_by_cell(tags: Iterable[UnregisteredTag]) -> Counter[Cell]:
    """How many readings of unregistered tags each gateway's day gives to be kept."""
    return Counter(
        (tag.enterprise, sender, utc_day(value.received_at))
        for tag in tags
        for sender, value in zip(tag.senders, tag.kept, strict=True)
    )


def senders(parcels: Iterable[Parcel]) -> set[tuple[str, str]]:
    """The gateways whose batch holds values of unregistered tags."""
    return {
        (parcel.translation.enterprise, parcel.translation.gateway)
        for parcel in parcels
        if parcel.translation.unregistered
    }


def unregistered(
    parcels: Iterable[Parcel], rooms: dict[tuple[str, str], Room], sheet: DaySheet
) -> tuple[list[UnregisteredTag], list[DeadLetter]]:
    """What goes to the list of unregistered tags, and the payloads for which it has no room.

    What is not kept is counted in the sheet; of what is, only the store knows what is new.
    """
    tags: dict[tuple[str, str], UnregisteredTag] = {}
    refused: list[DeadLetter] = []
    open_rooms: defaultdict[tuple[str, str], Room] = defaultdict(Room, rooms)
    for parcel in parcels:
        if not parcel.translation.unregistered:
            continue
        owner = (parcel.translation.enterprise, parcel.translation.gateway)
        room, count = open_rooms[owner], sheet.of(cell_of(parcel))
        before, crowded = room.kept, []
        for value in parcel.translation.unregistered:
            if not _note(tags, room, owner, value):
                crowded.append(value.tag)
        count.dead_letters += len(crowded)
        noted = len(parcel.translation.unregistered) - len(crowded)
        count.not_kept += noted - (room.kept - before)
        if crowded:
            letter = dead_letter(parcel, _no_room(crowded), len(crowded))
            refused.append(replace(letter, refused=len(crowded)))
    return list(tags.values()), refused


def _messages(parcel: Parcel) -> Iterator[Message]:
    translation = parcel.translation
    for boot, seq, mark in translation.identities:
        yield translation.enterprise, translation.gateway, boot, seq, mark


def _stored_before(parcel: Parcel, reading: Reading, mine: set[Message]) -> bool:
    if reading.boot is None or reading.seq is None or not reading.flags & ReadingFlag.NO_TIME:
        return False
    translation = parcel.translation
    owner = translation.enterprise, translation.gateway
    return (*owner, reading.boot, reading.seq, reading.mark) not in mine


def _note(
    tags: dict[tuple[str, str], UnregisteredTag],
    room: Room,
    owner: tuple[str, str],
    value: UnregisteredValue,
) -> bool:
    if value.tag not in room.tags and len(room.tags) >= TAGS_PER_GATEWAY:
        return False
    room.tags.add(value.tag)
    entry = tags.setdefault(
        (owner[0], value.tag),
        UnregisteredTag(*_named(owner, value), value.received_at, value.received_at, None),
    )
    entry.count += 1
    entry.last_at = max(entry.last_at, value.received_at)
    entry.last_value = _text(value)
    if room.kept < KEPT_PER_GATEWAY:
        room.kept += 1
        entry.kept.append(value)
        entry.senders.append(owner[1])
    return True


def _named(owner: tuple[str, str], value: UnregisteredValue) -> tuple[str, str, str]:
    return owner[0], value.tag, owner[1]


def _text(value: UnregisteredValue) -> str | None:
    return value.state if value.number is None else repr(value.number)


def _no_room(crowded: list[str]) -> str:
    return (
        f"The gateway has {TAGS_PER_GATEWAY} unregistered tags already, so {shown(crowded[0])} "
        f"and {len(crowded) - 1} more found no room: register some, then send these again."
    )
