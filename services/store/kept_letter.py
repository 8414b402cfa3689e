"""Values that were kept for a tag and do not fit the point it has become, as dead letters.

A letter is the native payload that would send its values again: whole, and of one gateway and UTC
day, as its values were counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.domain.reading import Quality
from services.store.bundle import MOST_DAYS, DeadLetter
from services.store.day_sheet import utc_day
from services.wire.telemetry import PAYLOAD_LIMIT
from services.wire.translate import UnregisteredValue

VALUES_MOST = 1_000
"""Values of one letter; fewer where they would not be read again for their length or their days."""


@dataclass(frozen=True, slots=True)
class UnfitKept:
    """A kept value, the gateway it came from, and why the point cannot take it."""

    sender: str
    value: UnregisteredValue
    reason: str


def letters_of(enterprise: str, tag: str, unfit: Sequence[UnfitKept]) -> list[DeadLetter]:
    """The letters that hold all these values, each value in one."""
    groups: defaultdict[tuple[str, int], list[UnfitKept]] = defaultdict(list)
    for each in unfit:
        groups[each.sender, utc_day(each.value.received_at).toordinal()].append(each)
    return [
        _letter(enterprise, tag, part, payload)
        for group in groups.values()
        for part, payload in _parts(group)
    ]


def _parts(group: Sequence[UnfitKept]) -> Iterator[tuple[list[UnfitKept], bytes]]:
    part: list[UnfitKept] = []
    items: list[bytes] = []
    days: set[date] = set()
    size = 1
    for each in group:
        item, day = msgspec.json.encode(_item(each.value)), utc_day(each.value.measured_at)
        full = len(part) == VALUES_MOST or size + len(item) + 1 > PAYLOAD_LIMIT
        if part and (full or (len(days) == MOST_DAYS and day not in days)):
            yield part, b"[%b]" % b",".join(items)
            part, items, days, size = [], [], set(), 1
        part.append(each)
        items.append(item)
        days.add(day)
        size += len(item) + 1
    if part:
        yield part, b"[%b]" % b",".join(items)


def _item(value: UnregisteredValue) -> dict[str, object]:
    found: float | bool | str | None = value.number if value.state is None else value.state
    if value.state in ("true", "false"):  # as `translate` kept a boolean
        found = value.state == "true"
    unknown = value.unit is not None and value.number is not None
    # The native payload names no unit, and nobody has compared this one yet.
    quality = (
        "uncertain" if unknown and value.quality is Quality.GOOD else value.quality.name.lower()
    )
    return {"ts": value.measured_at, "values": {value.tag: {"v": found, "q": quality}}}


def _letter(enterprise: str, tag: str, part: Sequence[UnfitKept], payload: bytes) -> DeadLetter:
    sender = part[0].sender
    return DeadLetter(
        enterprise,
        sender,
        f"pw/v1/{enterprise}/{sender}/telemetry",
        payload,
        f"{len(part)} values kept before {tag} was registered do not fit it: {part[-1].reason}.",
        max(each.value.received_at for each in part),
        refused=len(part),
    )
