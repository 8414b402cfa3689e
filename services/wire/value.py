"""Values and times as every payload format writes them in JSON, and why one is refused."""

import math

from services.wire import instant
from services.wire.document import Unusable
from services.wire.instant import UnfitTime
from services.wire.telemetry import STATE_LIMIT, TAG_LIMIT, TimeRefusal, is_name, shown

MISSING = object()
"""Stands for a key that is not there; `null` is another thing."""


class UnfitPart(ValueError):
    """Something refused inside a message; the text completes the sentence."""


def refusal(what: str, error: ValueError) -> str:
    """The sentence that says why a value was refused."""
    text = f"{what}: {error}."
    return TimeRefusal(text) if isinstance(error, UnfitTime) else text


def read_plain(raw: object) -> float | bool | str | None:
    """A value as it stands in JSON: number, boolean, state's name, null. Raises UnfitPart."""
    if type(raw) is float:
        return read_number(raw)
    match raw:
        case None | bool():
            return raw
        case int() | float():
            return read_number(raw)
        case str() if is_name(raw, STATE_LIMIT):
            return raw
        case str():
            raise UnfitPart(f"a state has 1 to {STATE_LIMIT} printable characters")
        case Unusable(reason):
            raise UnfitPart(reason)
        case _ if raw is MISSING:
            raise UnfitPart('the object has no "v", send {"v": 12.5}')
        case _:
            raise UnfitPart("a value is a number, a boolean, a state's name or an object with v")


def read_number(raw: float) -> float:
    """A finite number; minus zero is zero. Raises UnfitPart."""
    try:
        found = float(raw)
    except OverflowError:
        raise UnfitPart(f"{shown(raw)} is beyond every number we can store") from None
    if not math.isfinite(found):
        raise UnfitPart(f"{shown(raw)} is no number, send null with quality bad instead")
    return found + 0.0


def read_time(raw: object, otherwise: int | UnfitTime | None) -> int | None:
    """A time as sent, in epoch ms; where there is none, the one that holds otherwise.

    Raises UnfitTime.
    """
    if raw is MISSING or raw is None:
        if isinstance(otherwise, UnfitTime):
            raise otherwise
        return otherwise
    if isinstance(raw, Unusable):
        raise UnfitTime(f"ts {raw.reason}")
    return instant.parse(raw)


def time_or_fault(raw: object) -> int | UnfitTime | None:
    """The time of a whole message; its fault is that of each value without a time of its own."""
    try:
        return read_time(raw, None)
    except UnfitTime as error:
        return error


def read_tag(name: object) -> str:
    """The name of a tag. Raises UnfitPart."""
    if isinstance(name, str) and is_name(name, TAG_LIMIT):
        return name
    raise UnfitPart(f"a tag has 1 to {TAG_LIMIT} printable characters, rename it")


def told(raw: object) -> str:
    """A part as a reason quotes it: what is wrong with it, or itself."""
    return raw.reason if isinstance(raw, Unusable) else shown(raw)
