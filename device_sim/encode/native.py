"""Parkwatch's native JSON, as the public contract prints it."""

import json

from device_sim.message import Message

LEAF = "telemetry"


def encode(message: Message) -> bytes:
    """One object ``{"ts", "boot", "seq", "values"}`` as UTF-8 without blanks.

    Raises ``ValueError`` for NaN and infinities: they have no JSON form, and a gateway
    that measured nothing leaves the tag out. Only a ``broken`` one writes them.
    """
    values = {
        tag: {"v": value, "q": message.qualities[tag]} if tag in message.qualities else value
        for tag, value in message.values.items()
    }
    body: dict[str, object] = {
        "ts": message.ts_ms,
        "boot": message.boot,
        "seq": message.seq,
        "values": values,
    }
    if message.exercise:
        body["exercise"] = True
    text = json.dumps(body, ensure_ascii=False, allow_nan=message.broken, separators=(",", ":"))
    return text.encode()
