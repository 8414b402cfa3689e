"""A recorded payload at another time: every stamp in it shifted, everything else as it was."""

import json
from typing import Any

from device_sim.encode import native, neuron, senml, thingsboard

ABSOLUTE_S = 2**28
"""SenML: a time below is relative to now, from here on it is an instant (RFC 8428, 4.5.3)."""


def shifted(leaf: str, payload: bytes, by_ms: int, boot: str) -> bytes | None:
    """The payload ``by_ms`` later; ``None`` where it holds no stamp that can be found.

    In native JSON ``boot`` takes the place of the recorded one, since the same number of the same
    boot at another time would be another message under an old name.
    """
    try:
        body = json.loads(payload)
        if not _shift(leaf, body, by_ms, boot):
            return None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _shift(leaf: str, body: Any, by_ms: int, boot: str) -> bool:
    """Whether anything was shifted."""
    if leaf == native.LEAF:
        return sum(_native(each, by_ms, boot) for each in _list(body)) > 0
    if leaf == neuron.LEAF:
        return sum(_move(each, "timestamp", by_ms) for each in _list(body)) > 0
    if leaf == thingsboard.LEAF:
        return sum(_move(each, "ts", by_ms) for told in body.values() for each in _list(told)) > 0
    if leaf == senml.LEAF:
        return sum(_senml(each, by_ms) for each in _list(body)) > 0
    return False


def _native(message: dict[str, Any], by_ms: int, boot: str) -> bool:
    if message.get("boot") is not None:
        message["boot"] = boot
    values = message.get("values")
    told = values.values() if isinstance(values, dict) else ()
    inner = [_move(each, "ts", by_ms) for each in told if isinstance(each, dict)]
    return _move(message, "ts", by_ms) or any(inner)


def _senml(record: dict[str, Any], by_ms: int) -> bool:
    """A base time moves all that follow; times without one where they are instants."""
    moved = [
        name
        for name in ("bt", "t")
        if isinstance(record.get(name), int | float) and record[name] >= ABSOLUTE_S
    ]
    for name in moved[:1]:
        record[name] = round(record[name] + by_ms / 1000, 3)
    return bool(moved)


def _move(holder: dict[str, Any], name: str, by_ms: int) -> bool:
    stamp = holder.get(name)
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return False
    holder[name] = stamp + by_ms
    return True


def _list(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]
