"""Our own payload format: one JSON object, or an array of them.

{"ts": 1767542400123, "boot": "f3a9", "seq": 42,
 "values": {"GT-101": 12.5, "TI-1009": {"v": 120.4, "q": "good"}, "ESD-301": "tripped"}}
"""

from dataclasses import dataclass

from services.domain.reading import Quality
from services.wire import document
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import (
    BOOT_LIMIT,
    TAG_LIMIT,
    Poison,
    TagValue,
    TelemetryMessage,
    is_name,
    shown,
)
from services.wire.value import (
    MISSING,
    UnfitPart,
    read_plain,
    read_time,
    refusal,
    time_or_fault,
    told,
)

_QUALITIES = {"good": Quality.GOOD, "uncertain": Quality.UNCERTAIN, "bad": Quality.BAD}
_SHAPE = 'send {"values": {"TAG": 12.5}}'


@dataclass(frozen=True, slots=True)
class GatewayState:
    """What a gateway (or its will) says of itself; `ts` is epoch ms, None where not given."""

    online: bool
    ts: int | None


def decode_native(payload: bytes) -> list[TelemetryMessage]:
    """The messages of a payload, each with what was refused of it. Raises Poison, only."""
    found, transcoded = document.parse(payload)
    if isinstance(found, dict):
        return [_message(found, transcoded)]
    if not isinstance(found, list):
        raise Poison(f"The payload is not a JSON object or an array of objects: {_SHAPE}.")
    if not found:
        raise Poison(f"The payload is an empty array: {_SHAPE}.")
    return [_message(each, transcoded) for each in found]


def decode_state(payload: bytes) -> GatewayState:
    """A gateway's `state` payload: {"online": bool, "ts": …}. Raises Poison, only."""
    found, _ = document.parse(payload)
    online = found.get("online") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(online, bool):
        raise Poison('A state must be an object: send {"online": true, "ts": 1767542400123}.')
    try:
        return GatewayState(online, read_time(found.get("ts", MISSING), None))
    except UnfitTime as error:
        raise Poison(f"The state's {error}.") from None


def _message(found: object, transcoded: bool) -> TelemetryMessage:
    try:
        return _read_message(found, transcoded)
    except UnfitPart as error:
        boot, seq = _identity(found)
        return TelemetryMessage(None, boot, seq, (), (f"{error}.",), transcoded)


def _identity(found: object) -> tuple[str | None, int | None]:
    """Of a message that is refused, the boot and seq as far as they are legible: it arrived."""
    if not isinstance(found, dict):
        return None, None
    try:
        return _boot(found.get("boot")), _seq(found.get("seq"))
    except UnfitPart:
        return None, None


def _read_message(found: object, transcoded: bool) -> TelemetryMessage:
    if not isinstance(found, dict):
        raise UnfitPart(f"An element of the array is not an object: {_SHAPE}")
    values = found.get("values", MISSING)
    if isinstance(values, Unusable):
        raise UnfitPart(f'"values" {values.reason}')
    if not isinstance(values, dict) or not values:
        raise UnfitPart(f'"values" is missing, empty or not an object: {_SHAPE}')
    boot, seq = _boot(found.get("boot")), _seq(found.get("seq"))
    ts = time_or_fault(found.get("ts", MISSING))
    accepted, refused = _values(values, ts)
    plain = ts if not isinstance(ts, UnfitTime) else None
    return TelemetryMessage(plain, boot, seq, accepted, refused, transcoded)


def _values(
    values: dict[str, object], ts: int | UnfitTime | None
) -> tuple[tuple[TagValue, ...], tuple[str, ...]]:
    accepted: list[TagValue] = []
    refused: list[str] = []
    for tag, raw in values.items():
        try:
            accepted.append(_value(tag, raw, ts))
        except (UnfitPart, UnfitTime) as error:
            refused.append(refusal(shown(tag), error))
    return tuple(accepted), tuple(refused)


def _value(tag: str, raw: object, ts: int | UnfitTime | None) -> TagValue:
    if not is_name(tag, TAG_LIMIT):
        raise UnfitPart(f"a tag has 1 to {TAG_LIMIT} printable characters, rename it")
    quality = Quality.GOOD
    if isinstance(raw, dict):
        ts = read_time(raw.get("ts", MISSING), ts)
        quality = _quality(raw)
        raw = raw.get("v", MISSING)
    if isinstance(ts, UnfitTime):
        raise ts
    value = read_plain(raw)
    return TagValue(tag, value, Quality.BAD if value is None else quality, ts)


def _quality(raw: dict[str, object]) -> Quality:
    if "q" not in raw:
        return Quality.GOOD
    name = raw["q"]
    if isinstance(name, str) and name in _QUALITIES:
        return _QUALITIES[name]
    raise UnfitPart(f"q {told(name)} is unknown, send good, uncertain or bad")


def _boot(raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and is_name(raw, BOOT_LIMIT)):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 1 << 63:
        return str(raw)
    raise UnfitPart(f"boot {told(raw)} is refused, send a text of 1 to {BOOT_LIMIT} characters")


def _seq(raw: object) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 1 << 63:
        return raw
    raise UnfitPart(f"seq {told(raw)} is refused, send a whole number from 0 to 2^63 - 1")
