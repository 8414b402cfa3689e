"""SenML in JSON (RFC 8428): a pack of records under one base time, in seconds.

A unit is written where the registry has a name for it; the secondary ones (RFC 8798) say so by the
pack's version (RFC 9100). It has no quality: what is bad is left out, and a value whose unit
contradicts the point's has to be taken for uncertain.
"""

import json
from dataclasses import replace

from device_sim.encode import plain
from device_sim.message import Message, Value

LEAF = "senml"

PRIMARY = {
    "Cel": "Cel",
    "%RH": "%RH",
    "m": "m",
    "m/s": "m/s",
    "A": "A",
    "deg": "deg",
    "rad": "rad",
    "pH": "pH",
    "1": "/",
}
SECONDARY = {"%": "/100", "ppm": "ppm", "ug/m3": "ug/m3", "km/h": "km/h"}
NAMES = PRIMARY | SECONDARY
"""Our units that SenML has a name for."""
WITH_SECONDARY_UNITS = 26
"""Version 10, and the bit of the feature."""

__all__ = ["LEAF", "encode", "fit"]


def fit(message: Message) -> Message:
    """As ``plain.fit``; what names a unit that is not its point's is uncertain."""
    left = plain.fit(message)
    seen = {tag for tag in left.contrary & left.values.keys() if left.units.get(tag) in NAMES}
    return replace(left, qualities=dict.fromkeys(sorted(seen), "uncertain"))


def encode(message: Message) -> bytes:
    """UTF-8 without blanks. Raises ``ValueError`` as ``native.encode`` does."""
    units = {tag: NAMES[unit] for tag, unit in message.units.items() if unit in NAMES}
    records: list[dict[str, object]] = [
        {"n": tag, **({"u": units[tag]} if tag in units else {}), _field(value): value}
        for tag, value in message.values.items()
    ]
    if records:
        told: dict[str, object] = {"bt": message.ts_ms / 1000}
        if any(unit in SECONDARY.values() for unit in units.values()):
            told["bver"] = WITH_SECONDARY_UNITS
        records[0] = {**told, **records[0]}
    text = json.dumps(records, ensure_ascii=False, allow_nan=message.broken, separators=(",", ":"))
    return text.encode()


def _field(value: Value) -> str:
    if isinstance(value, bool):
        return "vb"
    return "vs" if isinstance(value, str) else "v"
