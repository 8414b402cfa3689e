"""From a delivery to readings: the one way that ingest and the engine both read the field.

Pure: the register and the time of receipt are passed in, nothing is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat

from services.domain.directory import Directory
from services.domain.formula import GATEWAY as COMPUTED
from services.domain.point import Point, UnfitValue
from services.domain.reading import Quality, Reading, ReadingFlag, time_flags
from services.wire.instant import UnfitTime, check_range
from services.wire.leaf import DECODERS
from services.wire.mark import mark_of
from services.wire.native import GatewayState, decode_state
from services.wire.telemetry import (
    DeviceValue,
    Poison,
    TagValue,
    TelemetryMessage,
    UnitValue,
    is_name,
    shown,
)
from services.wire.unit import agrees
from services.wire.value import refusal

_TOPIC = re.compile(r"pw/v1/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})/([^/]+)", re.ASCII)
_REASON_LIMIT = 1000
_UNIT_LIMIT = 16


@dataclass(slots=True, unsafe_hash=True)
class UnregisteredValue:
    """A value of a tag that nobody has registered; `number` or `state`, or neither when bad."""

    tag: str
    measured_at: int
    received_at: int
    number: float | None
    state: str | None
    quality: Quality
    flags: ReadingFlag
    unit: str | None = None
    """As its record names it, where its format does: compared once there is a point."""


@dataclass(slots=True, unsafe_hash=True)
class Translation:
    """What a delivery means. `refusals` are sentences: with any, the payload is a dead letter.

    `messages` are the (boot, seq) of the messages that gave both. A reading without a time of
    its own (NO_TIME) carries the boot and seq of its message: whoever stores it asks first
    whether that message was stored before.
    """

    enterprise: str
    gateway: str
    readings: tuple[Reading, ...] = ()
    unregistered: tuple[UnregisteredValue, ...] = ()
    messages: tuple[tuple[str, int], ...] = ()
    state: GatewayState | None = None
    refusals: tuple[str, ...] = ()
    repeated: bool = False
    """A retained message that the broker hands out again on subscribing: nothing new."""
    transcoded: bool = False
    """Its text was GB18030, not UTF-8."""
    unused: tuple[tuple[str, int], ...] = ()
    """The (boot, seq) of messages that gave both and of which nothing could be used: they
    arrived all the same, and are no gap."""
    spoilt: int = 0
    """Readings that went with a refusal of the whole, beyond the one that each refusal stands for."""
    marks: tuple[int, ...] = ()
    """Of what each of `messages` says, in their order; none where nobody asked for it."""

    @property
    def identities(self) -> Iterator[tuple[str, int, int]]:
        """The boot, seq and mark of each of `messages`: a repeat has all three."""
        marks = self.marks or repeat(0)
        return ((boot, seq, mark) for (boot, seq), mark in zip(self.messages, marks, strict=False))

    @property
    def refused(self) -> int:
        """How many readings were refused; what cannot be read at all counts 1."""
        return len(self.refusals) + self.spoilt

    @property
    def reason(self) -> str | None:
        """Why it is a dead letter, in at most 1,000 characters; None when all of it is used."""
        if not self.refusals:
            return None
        text, more = self.refusals[0], len(self.refusals) - 1
        for each in self.refusals[1:]:
            if len(text) + len(each) > _REASON_LIMIT - 100:
                break
            text, more = f"{text} {each}", more - 1
        return text if more == 0 else f"{text} {more} more like these."


def translate(
    directory: Directory,
    topic: str,
    payload: bytes,
    received_at: int,
    redelivered: bool = False,
    retained: bool = False,
) -> Translation:
    """Read a delivery. Never raises: what cannot be used is told in `refusals`.

    Retained telemetry is what the broker kept from earlier and hands to every new subscription:
    it was delivered when it was sent, and a new time of receipt would make old look live. So it
    is read as nothing. A retained state is what states are retained for.
    """
    match = _TOPIC.fullmatch(topic)
    if match is None:
        return _dead(*_owner(topic), f"The topic {shown(topic)} is unknown: {_TOPICS}.")
    enterprise, gateway, leaf = match.groups()
    decode = DECODERS.get(leaf)
    try:
        if decode is None:
            return _not_readings(enterprise, gateway, leaf, payload, received_at)
        if retained:
            return Translation(enterprise, gateway, repeated=True)
        reader = _Reader(directory, enterprise, received_at, redelivered, gateway == COMPUTED)
        return reader.read(gateway, decode(payload))
    except Poison as poison:
        return _dead(enterprise, gateway, poison.reason)


_TOPICS = f"publish to pw/v1/{{enterprise}}/{{gateway}}/ and one of {', '.join(DECODERS)} and state"


def _not_readings(
    enterprise: str, gateway: str, leaf: str, payload: bytes, received_at: int
) -> Translation:
    """A gateway's state, or a leaf that nobody knows. A state holds without a time we can use."""
    if leaf != "state":
        return _dead(enterprise, gateway, f"Unknown topic {shown(leaf)}: {_TOPICS}.")
    state = decode_state(payload)
    try:
        if state.ts is not None:
            check_range(state.ts, received_at)
    except UnfitTime as error:
        state, refused = GatewayState(state.online, None), f"The state's {error}."
        return Translation(enterprise, gateway, state=state, refusals=(refused,))
    return Translation(enterprise, gateway, state=state)


def _dead(enterprise: str, gateway: str, reason: str) -> Translation:
    return Translation(enterprise, gateway, refusals=(reason,))


def _owner(topic: str) -> tuple[str, str]:
    """As much of enterprise and gateway as a strange topic gives; empty where it gives none."""
    levels = [*topic.split("/"), "", "", "", ""]
    known = levels[:2] == ["pw", "v1"]
    names = [re.sub(r"[^A-Za-z0-9_-]", "", each)[:64] for each in levels[2:4]]
    return (names[0], names[1]) if known else ("", "")


@dataclass(frozen=True, slots=True)
class _Reader:
    directory: Directory
    enterprise: str
    received_at: int
    redelivered: bool
    computed: bool
    """Whether it is what we compute ourselves."""

    def read(self, gateway: str, messages: list[TelemetryMessage]) -> Translation:
        readings: list[Reading] = []
        strangers: list[UnregisteredValue] = []
        refusals: list[str] = []
        marks: list[int] = []
        for message in messages:
            refusals += message.refused
            mark = mark_of(message) if _is_numbered(message) else 0
            if mark:
                marks.append(mark)
            for tag_value in message.values:
                try:
                    found = self._one(message, tag_value, mark)
                except (UnfitTime, UnfitValue) as error:
                    refusals.append(refusal(shown(tag_value.tag), error))
                    continue
                if isinstance(found, Reading):
                    readings.append(found)
                else:
                    strangers.append(found)
        return Translation(
            self.enterprise,
            gateway,
            tuple(readings),
            tuple(strangers),
            tuple(_identities(messages)),
            refusals=tuple(refusals),
            transcoded=messages[-1].transcoded,
            unused=tuple(_unused(messages)),
            marks=tuple(marks),
        )

    def _one(
        self, message: TelemetryMessage, given: TagValue, mark: int
    ) -> Reading | UnregisteredValue:
        measured_at, flags = self._time(given)
        if message.transcoded:
            flags |= ReadingFlag.TRANSCODED
        plain = type(given) is TagValue
        point = self.directory.find(self.enterprise, given.tag) if plain else self._point(given)
        if point is None:
            return self._stranger(given, measured_at, flags)
        if (point.formula is not None) is not self.computed:
            raise _unfit(self.computed)
        value = None if given.value is None else point.accept(given.value)
        if value is not None and point.out_of_range(value):
            flags |= ReadingFlag.OUT_OF_RANGE
        named = message.boot is not None and message.seq is not None
        return Reading(
            point.id,
            measured_at,
            self.received_at,
            value,
            given.quality if plain else _quality(given, point),
            flags,
            message.boot if named else None,
            message.seq if named else None,
            mark,
        )

    def _point(self, given: TagValue) -> Point | None:
        if type(given) is DeviceValue:
            found = self.directory.find(self.enterprise, f"{given.device}/{given.tag}")
            if found is not None:
                return found
        return self.directory.find(self.enterprise, given.tag)

    def _time(self, given: TagValue) -> tuple[int, ReadingFlag]:
        at = given.ts
        if at is None:
            return self._untimed(given)
        try:
            check_range(at, self.received_at)
        except UnfitTime:
            if type(given) is UnitValue:
                raise UnfitTime(_in_seconds(at)) from None
            raise
        flags = time_flags(at, self.received_at)
        # Joining flags costs more than all the rest here, and most readings have none to join.
        return at, flags | ReadingFlag.REDELIVERED if self.redelivered else flags

    def _untimed(self, given: TagValue) -> tuple[int, ReadingFlag]:
        """Now, or an instant told by its distance from now."""
        at, flags = self.received_at, ReadingFlag.NO_TIME
        if self.redelivered:
            flags |= ReadingFlag.REDELIVERED
        if type(given) is UnitValue and given.offset is not None:
            at += given.offset
            try:
                check_range(at, self.received_at)
            except UnfitTime:
                raise UnfitTime(_in_seconds(given.offset)) from None
            flags |= time_flags(at, self.received_at)
        return at, flags

    def _stranger(self, given: TagValue, at: int, flags: ReadingFlag) -> UnregisteredValue:
        number = state = None
        if isinstance(given.value, bool):
            state = "true" if given.value else "false"
        elif isinstance(given.value, str):
            state = given.value
        else:
            number = given.value
        return UnregisteredValue(
            given.tag,
            at,
            self.received_at,
            number,
            state,
            given.quality,
            flags,
            _kept_unit(given.unit) if type(given) is UnitValue else None,
        )


def _unfit(computed: bool) -> UnfitValue:
    """What is measured was computed by us, or what is computed came from a gateway."""
    return UnfitValue(
        "it is measured, only derived points are computed"
        if computed
        else "it is computed by Parkwatch, no gateway may send it: choose another tag"
    )


def _in_seconds(milliseconds: int) -> str:
    seconds = shown(milliseconds / 1000)
    return f"time {seconds} s is more than 10 years off, SenML's times are in seconds"


def _quality(given: TagValue, point: Point) -> Quality:
    """The quality sent, lowered where the value came in another unit than the point's."""
    unit = given.unit if type(given) is UnitValue else None
    return _lowered(given.quality, given.value, unit, point)


def _kept_unit(unit: str | None) -> str | None:
    """As far as it has to be kept: no point has a unit that is longer, or cannot be printed."""
    return unit if unit is None or is_name(unit, _UNIT_LIMIT) else "\ufffd"


def _lowered(
    quality: Quality, value: float | bool | str | None, unit: str | None, point: Point
) -> Quality:
    if unit is None or quality is not Quality.GOOD or isinstance(value, bool | str):
        return quality
    return quality if agrees(unit, point.unit) else Quality.UNCERTAIN


def _identities(messages: list[TelemetryMessage]) -> Iterator[tuple[str, int]]:
    for message in messages:
        if message.boot is not None and message.seq is not None and message.values:
            yield message.boot, message.seq


def _is_numbered(message: TelemetryMessage) -> bool:
    return message.boot is not None and message.seq is not None and bool(message.values)


def _unused(messages: list[TelemetryMessage]) -> Iterator[tuple[str, int]]:
    for message in messages:
        if not message.values and message.boot is not None and message.seq is not None:
            yield message.boot, message.seq


def adopt(point: Point, kept: UnregisteredValue, sender: str) -> Reading:
    """A value kept for a tag, as a reading of the point that the tag has become; `sender` is the
    gateway it came from.

    Raises UnfitValue when the point cannot take such a value.
    """
    if (point.formula is not None) is not (sender == COMPUTED):
        raise _unfit(sender == COMPUTED)
    value: float | bool | str | None = kept.number if kept.state is None else kept.state
    if kept.state in ("true", "false"):
        value = kept.state == "true"
    stored = None if value is None else point.accept(value)
    flags = kept.flags
    if stored is not None and point.out_of_range(stored):
        flags |= ReadingFlag.OUT_OF_RANGE
    quality = _lowered(kept.quality, value, kept.unit, point)
    return replace(
        Reading(point.id, kept.measured_at, kept.received_at, stored, quality), flags=flags
    )
