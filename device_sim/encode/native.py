"""Parkwatch's native JSON, as the public contract prints it."""

import json

from device_sim.message import Message

LEAF = "telemetry"


def encode(message: Message) -> bytes:
    """One object ``{"ts", "boot", "seq", "values"}`` as UTF-8 without blanks.

    Raises ``ValueError`` for NaN and infinities: they have no JSON form, and a gateway
    that measured nothing leaves the tag out.
    """
    body = {
        "ts": message.ts_ms,
        "boot": message.boot,
        "seq": message.seq,
        "values": message.values,
    }
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()
