"""What EMQX Neuron publishes, in its values-format or its tags-format.

{"timestamp": 1650006388943, "node": "modbus", "group": "grp",
 "values": {"tag0": 123}, "errors": {"tag1": 2014}}
{"timestamp": 1647497389075, "node": "modbus", "group": "grp",
 "tags": [{"name": "tag0", "value": 123}, {"name": "tag1", "error": 2014}]}

A tag is named as in `values` or `tags`; node and group do not belong to it. An error is a bad value:
the gateway is alive and says that it cannot read the tag.
"""

from collections.abc import Iterator

from services.domain.reading import Quality
from services.wire import document
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import Poison, TagValue, TelemetryMessage, shown
from services.wire.value import MISSING, UnfitPart, read_plain, read_tag, refusal, time_or_fault

_SHAPE = 'send Neuron\'s {"timestamp": 1650006388943, "values": {"TAG": 12.5}}'

_Given = tuple[object, object, object]
"""Tag, value, error; MISSING where not given."""


def decode_neuron(payload: bytes) -> list[TelemetryMessage]:
    """The message of a payload, or those of an array of them. Raises Poison, only."""
    found, transcoded = document.parse(payload)
    if isinstance(found, dict):
        return [_message(found, transcoded)]
    if not isinstance(found, list) or not found:
        raise Poison(f"The payload is not a JSON object: {_SHAPE}.")
    return [_message(each, transcoded) for each in found]


def _message(found: object, transcoded: bool) -> TelemetryMessage:
    accepted: list[TagValue] = []
    refused: list[str] = []
    try:
        if not isinstance(found, dict):
            raise UnfitPart(f"An element of the array is not an object: {_SHAPE}")
        ts = time_or_fault(found.get("timestamp", MISSING))
        for given in _given(found, refused):
            try:
                accepted.append(_value(*given, ts))
            except (UnfitPart, UnfitTime) as error:
                refused.append(refusal(shown(given[0]), error))
    except UnfitPart as error:
        return TelemetryMessage(None, None, None, (), (f"{error}.",), transcoded)
    plain = None if isinstance(ts, UnfitTime) else ts
    return TelemetryMessage(plain, None, None, tuple(accepted), tuple(refused), transcoded)


def _given(message: dict[str, object], refused: list[str]) -> Iterator[_Given]:
    """Every tag of a message; a section of another shape is refused as a whole."""
    values = _pairs(message, "values", refused)
    errors = _pairs(message, "errors", refused)
    tags = _tags(message, refused)
    if not values and not errors and not tags and not refused:
        raise UnfitPart(f'"values" or "tags" is missing or empty: {_SHAPE}')
    for tag, raw in values.items():
        yield tag, raw, errors.get(tag, MISSING)
    for tag, error in errors.items():
        if tag not in values:
            yield tag, MISSING, error
    for each in tags:
        if isinstance(each, dict):
            yield each.get("name"), each.get("value", MISSING), each.get("error", MISSING)
        else:
            refused.append(
                'An element of "tags" is not an object: send {"name": "TAG", "value": 1}.'
            )


def _pairs(message: dict[str, object], name: str, refused: list[str]) -> dict[str, object]:
    found = message.get(name)
    if isinstance(found, dict):
        return found
    if found is not None:
        refused.append(_misshapen(name, found, "an object"))
    return {}


def _tags(message: dict[str, object], refused: list[str]) -> list[object]:
    found = message.get("tags")
    if isinstance(found, list):
        return found
    if found is not None:
        refused.append(_misshapen("tags", found, "an array"))
    return []


def _misshapen(name: str, found: object, shape: str) -> str:
    return (
        f'"{name}" {found.reason if isinstance(found, Unusable) else f"is not {shape}"}: {_SHAPE}.'
    )


def _value(tag: object, raw: object, error: object, ts: int | UnfitTime | None) -> TagValue:
    name = read_tag(tag)
    if isinstance(ts, UnfitTime):
        raise ts
    failed = error is not MISSING and error is not None and error != 0
    if raw is MISSING:
        if error is MISSING:
            raise UnfitPart('the tag has neither "value" nor "error"')
        return TagValue(name, None, Quality.BAD, ts)
    value = read_plain(raw)
    bad = failed or value is None
    return TagValue(name, value, Quality.BAD if bad else Quality.GOOD, ts)
