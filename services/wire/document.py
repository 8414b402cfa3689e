"""JSON documents from strangers, read strictly.

msgspec reads what is in order. What it cannot read, and whatever might hide a key given twice,
is read again by the slower standard parser, which can put a mark on the one bad value instead of
refusing its neighbours with it. Text that is not UTF-8 is tried as GB18030, which plants in China
still send; a text that is both is UTF-8.
"""

import json
import math
from dataclasses import dataclass

import msgspec

from services.wire.telemetry import PAYLOAD_LIMIT, Poison, shown

_DIGITS = 400
"""An integer of more digits is beyond every float; the standard parser would refuse the lot."""

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands where a value stood that cannot be used; `reason` completes "TAG: …"."""

    reason: str


def parse(payload: bytes) -> tuple[object, bool]:
    """The document: dict, list, str, int, float, bool, None, with Unusable marks inside; and
    whether its text was GB18030 instead of UTF-8.

    Raises Poison when it is too large, neither UTF-8 nor GB18030, not JSON, or nested beyond
    reason.
    """
    if len(payload) > PAYLOAD_LIMIT:
        raise Poison(
            f"The payload has {len(payload)} bytes, the limit is {PAYLOAD_LIMIT}: "
            "send smaller messages."
        )
    try:
        document = _decode(payload)
    except RecursionError:
        raise Poison("The payload is nested too deeply: send flat objects of values.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_slowly(payload)
    if b"\\u" in payload or _colons(document) != payload.count(b":"):
        return _parse_slowly(payload)
    return document, False


def _colons(document: object) -> int:
    """The colons that the document's own text needs, had no key been given twice.

    Each pair has one, and each string those that it spells out. A pair that a repeated key
    pushed out leaves colons over (an escaped colon too, hence the look for escapes above).
    """
    total = 0
    stack: list[object] = [document]
    while stack:
        item = stack.pop()
        if type(item) is dict:
            total += len(item)
            for key, value in item.items():
                if ":" in key:
                    total += key.count(":")
                if type(value) in _WITH_COLONS:
                    stack.append(value)
        elif type(item) is list:
            stack.extend(value for value in item if type(value) in _WITH_COLONS)
        elif type(item) is str:
            total += item.count(":")
    return total


_WITH_COLONS = frozenset({dict, list, str})


def _parse_slowly(payload: bytes) -> tuple[object, bool]:
    text, transcoded = _text(payload)
    if not text.strip(" \t\r\n"):
        raise Poison("The payload is empty: send a JSON object with values.")
    if text.startswith("\ufeff"):
        raise Poison("The payload begins with a byte order mark: send UTF-8 without it.")
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        if transcoded:
            raise Poison(_NOT_UTF8) from None
        raise Poison(
            f"The payload is not JSON (character {error.pos}: {error.msg}): "
            "send an object with values, or an array of such."
        ) from None
    except RecursionError:
        raise Poison("The payload is nested too deeply: send flat objects of values.") from None
    return found, transcoded


def _text(payload: bytes) -> tuple[str, bool]:
    """The payload as text, and whether it had to be read as GB18030."""
    try:
        return payload.decode("utf-8"), False
    except UnicodeDecodeError:
        return _chinese(payload), True


def _chinese(payload: bytes) -> str:
    if payload.startswith(b"\x1f\x8b"):
        raise Poison("The payload is compressed (gzip): send it uncompressed.")
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Poison("The payload is UTF-16: send UTF-8.")
    if _is_damaged_utf8(payload):
        raise Poison("The payload is damaged UTF-8: send JSON in UTF-8.")
    try:
        return payload.decode("gb18030")
    except UnicodeDecodeError:
        raise Poison(_NOT_UTF8) from None


def _is_damaged_utf8(payload: bytes) -> bool:
    """UTF-8 of Chinese with a broken byte in it, which GB18030 would read as other characters.

    A Chinese character has three bytes in UTF-8; of text that is GB18030 such triples come about
    by chance and seldom, and the rest is errors.
    """
    text = payload.decode("utf-8", "replace")
    whole = sum("\u3000" <= each <= "\uffef" for each in text)
    return 0 < whole >= text.count("\ufffd")


_NOT_UTF8 = "The payload is not UTF-8 text: send JSON in UTF-8."


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        found[key] = Unusable("is given twice, send it once") if key in found else value
    return found


def _constant(name: str) -> Unusable:
    return Unusable(f"{name} is no number, send null with quality bad instead")


def _float(text: str) -> float | Unusable:
    number = float(text)
    return number if math.isfinite(number) else _beyond(text)


def _int(text: str) -> int | Unusable:
    return int(text) if len(text) <= _DIGITS else _beyond(text)


def _beyond(text: str) -> Unusable:
    return Unusable(f"{shown(text)} is beyond every number we can store")
