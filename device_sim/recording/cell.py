"""One cell of a recording: a time, a number, a boolean or the name of a state."""

import re
from datetime import datetime

from device_sim.message import Value

STATES = frozenset(
    {
        *("in_service", "tripped", "reset_pending", "bypass_maintenance", "bypass_operational"),
        *("removed", "fault", "proof_test"),
        *("closed", "open", "moving"),
        *("off", "on", "normal", "alarm"),
    }
)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def parse_time(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time with its offset.

    Raises ``ValueError`` with a phrase that says what is wrong.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"{text!r} is not an RFC 3339 time with an offset")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time ({error})") from error
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + (delta.microseconds + 500) // 1000


def parse_value(text: str) -> Value | None:
    """What the cell holds; ``None`` for an empty one, which means no reading.

    Numbers are plain decimals: no ``NaN``, no thousands separators, nothing that
    overflows. Raises ``ValueError`` with a phrase that says what is wrong.
    """
    if not text:
        return None
    if text.isascii() and _NUMBER.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"{text!r} is too large a number")
        return number
    if text in ("true", "false"):
        return text == "true"
    if text in STATES:
        return text
    raise ValueError(f"{text!r} is neither a number nor the name of a state")
