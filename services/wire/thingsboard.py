"""What a ThingsBoard gateway publishes as telemetry.

{"Device A": [{"ts": 1483228800000, "values": {"temperature": 42, "humidity": 80}}],
 "Device B": [{"values": {"temperature": 42}}]}

A tag is `device/key` where that is registered, else `key`: see DeviceValue. An element without
`values` and `ts` is, as ThingsBoard reads it, the values themselves.
"""

from services.domain.reading import Quality
from services.wire import document
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import DeviceValue, Poison, TagValue, TelemetryMessage, shown
from services.wire.value import MISSING, UnfitPart, read_plain, read_tag, refusal, time_or_fault

_SHAPE = 'send {"Device A": [{"ts": 1483228800000, "values": {"temperature": 42}}]}'


def decode_thingsboard(payload: bytes) -> list[TelemetryMessage]:
    """A message for each element of each device. Raises Poison, only."""
    found, transcoded = document.parse(payload)
    if not isinstance(found, dict) or not found:
        raise Poison(f"The payload is not a JSON object of devices: {_SHAPE}.")
    return [
        _message(device, element, transcoded)
        for device, elements in found.items()
        for element in _elements(elements)
    ]


def _elements(elements: object) -> list[object]:
    if isinstance(elements, list) and elements:
        return elements
    if isinstance(elements, Unusable):
        return [elements]
    return [Unusable("is not an array of elements, or an empty one")]


def _message(device: str, element: object, transcoded: bool) -> TelemetryMessage:
    try:
        ts, values = _parts(element)
    except UnfitPart as error:
        sentence = f"Device {shown(device)} {error}: {_SHAPE}."
        return TelemetryMessage(None, None, None, (), (sentence,), transcoded)
    accepted: list[TagValue] = []
    refused: list[str] = []
    for key, raw in values.items():
        try:
            accepted.append(_value(device, key, raw, ts))
        except (UnfitPart, UnfitTime) as error:
            refused.append(refusal(f"{shown(device)}/{shown(key)}", error))
    plain = None if isinstance(ts, UnfitTime) else ts
    return TelemetryMessage(plain, None, None, tuple(accepted), tuple(refused), transcoded)


def _parts(element: object) -> tuple[int | UnfitTime | None, dict[str, object]]:
    if isinstance(element, Unusable):
        raise UnfitPart(element.reason)
    if not isinstance(element, dict):
        raise UnfitPart("has an element that is not an object")
    wrapped = "values" in element or "ts" in element
    values = element.get("values") if wrapped else element
    if isinstance(values, Unusable):
        raise UnfitPart(f'has "values" that {values.reason}')
    if not isinstance(values, dict) or not values:
        raise UnfitPart('has an element whose "values" is missing, empty or not an object')
    return (time_or_fault(element.get("ts", MISSING)) if wrapped else None), values


def _value(device: str, key: str, raw: object, ts: int | UnfitTime | None) -> TagValue:
    tag = read_tag(key)
    if isinstance(ts, UnfitTime):
        raise ts
    value = read_plain(raw)
    return DeviceValue(tag, value, Quality.BAD if value is None else Quality.GOOD, ts, device)
