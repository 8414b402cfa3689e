"""SenML in JSON (RFC 8428): an array of records, with base fields that hold for those after them.

[{"bn": "urn:dev:ow:10e2073a01080063:", "bt": 1276020076.001, "bu": "A",
  "n": "voltage", "u": "V", "v": 120.1},
 {"n": "current", "t": -5, "v": 1.2}]

A tag is the resolved name. Times are seconds; below 2^28 they are relative to now, which is the time
of receipt. Sums (`s`) belong to no value that we store: beside a value they are passed over, alone they
are refused, as binary data (`vd`) is.
"""

from dataclasses import dataclass

from services.domain.reading import Quality
from services.wire import document
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import Poison, TagValue, TelemetryMessage, UnitValue, shown
from services.wire.value import UnfitPart, read_number, read_plain, read_tag, refusal, told

RELATIVE_BELOW_S = 1 << 28
"""Seconds; a time below it is relative to now (RFC 8428 section 4.5.3)."""

_VERSION = 10
_WITH_SECONDARY_UNITS = _VERSION | 1 << 4
"""The version that says that secondary units occur (RFC 9100)."""

_BASE = frozenset({"bn", "bt", "bu", "bv", "bs", "bver"})
_VALUES = ("v", "vb", "vs", "vd")
_SHAPE = 'send an array of records like [{"n": "TAG", "u": "Cel", "v": 23.1}]'
_Fields = dict[str, object]


def decode_senml(payload: bytes) -> list[TelemetryMessage]:
    """The pack as one message. Raises Poison, only."""
    found, transcoded = document.parse(payload)
    if not isinstance(found, list) or not found:
        raise Poison(f"The payload is not a SenML pack: {_SHAPE}.")
    base: _Fields = {}
    accepted: list[TagValue] = []
    refused: list[str] = []
    for record in found:
        if not isinstance(record, dict):
            refused.append(f"A record is not an object: {_SHAPE}.")
            continue
        _check_understood(record)
        base |= {label: record[label] for label in _BASE & record.keys()}
        if record.keys() <= _BASE:
            continue
        try:
            accepted.append(_Record(base, record).value())
        except (UnfitPart, UnfitTime) as error:
            refused.append(refusal(_name_shown(base, record), error))
    return [TelemetryMessage(None, None, None, tuple(accepted), tuple(refused), transcoded)]


def _check_understood(record: _Fields) -> None:
    """A label that ends in `_`, or a version beyond ours, spoils the pack: the RFC forbids to use it."""
    for label in record:
        if label.endswith("_"):
            raise Poison(f"The label {shown(label)} must be understood, and is not: leave it out.")
    version = record.get("bver", _VERSION)
    known = isinstance(version, int) and not isinstance(version, bool) and 0 < version <= _VERSION
    if not known and version != _WITH_SECONDARY_UNITS:
        raise Poison(f"SenML version {told(version)} is unknown: send version {_VERSION}.")


def _name_shown(base: _Fields, record: _Fields) -> str:
    parts = (base.get("bn", ""), record.get("n", ""))
    return shown("".join(each for each in parts if isinstance(each, str)))


@dataclass(frozen=True, slots=True)
class _Record:
    """A record with the base fields that hold for it."""

    base: _Fields
    own: _Fields

    def value(self) -> UnitValue:
        tag = read_tag(self._text("bn", "") + self._text("n", ""))
        value = self._value()
        at_s = self._number("bt", "time") + self._number("t", "time")
        ts, offset = _time(at_s)
        bad = Quality.BAD if value is None else Quality.GOOD
        return UnitValue(tag, value, bad, ts, self._unit(), offset)

    def _value(self) -> float | bool | str | None:
        given = [label for label in _VALUES if label in self.own]
        if len(given) != 1:
            raise UnfitPart(
                "give one of v, vb and vs, not several" if given else self._why_no_value()
            )
        raw = self.own[given[0]]
        if isinstance(raw, Unusable):
            raise UnfitPart(raw.reason)
        match given[0], raw:
            case "v", int() | float() if not isinstance(raw, bool):
                return read_number(read_number(raw) + self._number("bv", "value"))
            case ("v", None) | ("vb", bool()) | ("vs", str()):
                return read_plain(raw)
            case "vd", _:
                raise UnfitPart("binary data (vd) cannot be stored")
            case label, _:
                raise UnfitPart(f"{label} {shown(raw)} is no {_KINDS[label]}")

    def _why_no_value(self) -> str:
        if "s" in self.own:
            return "a sum (s) without a value cannot be stored, send v"
        return "the record has no value, send v, vb or vs"

    def _unit(self) -> str | None:
        unit = self._text("u", "") if "u" in self.own else self._text("bu", "")
        return unit or None

    def _text(self, label: str, otherwise: str) -> str:
        raw = self._raw(label, otherwise)
        if isinstance(raw, str):
            return raw
        raise UnfitPart(f"{label} {told(raw)} is no text")

    def _number(self, label: str, what: str) -> float:
        raw = self._raw(label, 0)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return read_number(raw)
        raise UnfitPart(f"{label} {told(raw)} is no {what}, send a number")

    def _raw(self, label: str, otherwise: object) -> object:
        fields = self.base if label in _BASE else self.own
        return fields.get(label, otherwise)


_KINDS = {"v": "number", "vb": "boolean", "vs": "text"}


def _time(at_s: float) -> tuple[int | None, int | None]:
    """Epoch ms, or the offset in ms from now; neither for now itself."""
    if at_s == 0:
        return None, None
    milliseconds = round(read_number(at_s * 1000))
    return (milliseconds, None) if at_s >= RELATIVE_BELOW_S else (None, milliseconds)
