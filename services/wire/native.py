"""Our own payload format: one JSON object, or an array of them.

{"ts": 1767542400123, "boot": "f3a9", "seq": 42,
 "values": {"GT-101": 12.5, "TI-1009": {"v": 120.4, "q": "good"}, "ESD-301": "tripped"}}
"""

import math
from dataclasses import dataclass

from services.domain.reading import Quality
from services.wire import document, instant
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import (
    BOOT_LIMIT,
    STATE_LIMIT,
    TAG_LIMIT,
    Poison,
    TagValue,
    TelemetryMessage,
    is_name,
    shown,
)

_QUALITIES = {"good": Quality.GOOD, "uncertain": Quality.UNCERTAIN, "bad": Quality.BAD}
_SHAPE = 'send {"values": {"TAG": 12.5}}'
_MISSING = object()


class _Unfit(ValueError):
    """Something refused inside a message; the text completes the sentence."""


@dataclass(frozen=True, slots=True)
class GatewayState:
    """What a gateway (or its will) says of itself; `ts` is epoch ms, None where not given."""

    online: bool
    ts: int | None


def decode_native(payload: bytes) -> list[TelemetryMessage]:
    """The messages of a payload, each with what was refused of it. Raises Poison, only."""
    found = document.parse(payload)
    if isinstance(found, dict):
        return [_message(found)]
    if not isinstance(found, list):
        raise Poison(f"The payload is not a JSON object or an array of objects: {_SHAPE}.")
    if not found:
        raise Poison(f"The payload is an empty array: {_SHAPE}.")
    return [_message(each) for each in found]


def decode_state(payload: bytes) -> GatewayState:
    """A gateway's `state` payload: {"online": bool, "ts": …}. Raises Poison, only."""
    found = document.parse(payload)
    online = found.get("online") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(online, bool):
        raise Poison('A state must be an object: send {"online": true, "ts": 1767542400123}.')
    try:
        return GatewayState(online, _time(found.get("ts", _MISSING), None))
    except UnfitTime as error:
        raise Poison(f"The state's {error}.") from None


def _message(found: object) -> TelemetryMessage:
    try:
        return _read_message(found)
    except _Unfit as error:
        return TelemetryMessage(None, None, None, (), (f"{error}.",))


def _read_message(found: object) -> TelemetryMessage:
    if not isinstance(found, dict):
        raise _Unfit(f"An element of the array is not an object: {_SHAPE}")
    values = found.get("values", _MISSING)
    if isinstance(values, Unusable):
        raise _Unfit(f'"values" {values.reason}')
    if not isinstance(values, dict) or not values:
        raise _Unfit(f'"values" is missing, empty or not an object: {_SHAPE}')
    boot, seq = _boot(found.get("boot")), _seq(found.get("seq"))
    ts: int | UnfitTime | None
    try:
        ts = _time(found.get("ts", _MISSING), None)
    except UnfitTime as error:
        ts = error
    accepted, refused = _values(values, ts)
    plain = ts if not isinstance(ts, UnfitTime) else None
    return TelemetryMessage(plain, boot, seq, accepted, refused)


def _values(
    values: dict[str, object], ts: int | UnfitTime | None
) -> tuple[tuple[TagValue, ...], tuple[str, ...]]:
    accepted: list[TagValue] = []
    refused: list[str] = []
    for tag, raw in values.items():
        try:
            accepted.append(_value(tag, raw, ts))
        except (_Unfit, UnfitTime) as error:
            refused.append(f"{shown(tag)}: {error}.")
    return tuple(accepted), tuple(refused)


def _value(tag: str, raw: object, ts: int | UnfitTime | None) -> TagValue:
    if not is_name(tag, TAG_LIMIT):
        raise _Unfit(f"a tag has 1 to {TAG_LIMIT} printable characters, rename it")
    quality = Quality.GOOD
    if isinstance(raw, dict):
        ts = _time(raw.get("ts", _MISSING), ts)
        quality = _quality(raw)
        raw = raw.get("v", _MISSING)
    if isinstance(ts, UnfitTime):
        raise ts
    value = _plain(raw)
    return TagValue(tag, value, Quality.BAD if value is None else quality, ts)


def _plain(raw: object) -> float | bool | str | None:
    match raw:
        case None | bool():
            return raw
        case int() | float():
            return _number(raw)
        case str() if is_name(raw, STATE_LIMIT):
            return raw
        case str():
            raise _Unfit(f"a state has 1 to {STATE_LIMIT} printable characters")
        case Unusable(reason):
            raise _Unfit(reason)
        case _ if raw is _MISSING:
            raise _Unfit('the object has no "v", send {"v": 12.5}')
        case _:
            raise _Unfit("a value is a number, a boolean, a state's name or an object with v")


def _number(raw: float) -> float:
    try:
        number = float(raw)
    except OverflowError:
        raise _Unfit(f"{shown(raw)} is beyond every number we can store") from None
    if not math.isfinite(number):
        raise _Unfit(f"{shown(raw)} is no number, send null with quality bad instead")
    return number + 0.0  # minus zero is zero


def _quality(raw: dict[str, object]) -> Quality:
    if "q" not in raw:
        return Quality.GOOD
    name = raw["q"]
    if isinstance(name, str) and name in _QUALITIES:
        return _QUALITIES[name]
    raise _Unfit(f"q {_told(name)} is unknown, send good, uncertain or bad")


def _time(raw: object, otherwise: int | UnfitTime | None) -> int | None:
    """A `ts` as sent; where there is none, the one that holds otherwise."""
    if raw is _MISSING or raw is None:
        if isinstance(otherwise, UnfitTime):
            raise otherwise
        return otherwise
    if isinstance(raw, Unusable):
        raise UnfitTime(f"ts {raw.reason}")
    return instant.parse(raw)


def _boot(raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and is_name(raw, BOOT_LIMIT)):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 1 << 63:
        return str(raw)
    raise _Unfit(f"boot {_told(raw)} is refused, send a text of 1 to {BOOT_LIMIT} characters")


def _seq(raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 1 << 63:
        return raw
    raise _Unfit(f"seq {_told(raw)} is refused, send a whole number from 0 to 2^63 - 1")


def _told(raw: object) -> str:
    return raw.reason if isinstance(raw, Unusable) else shown(raw)
