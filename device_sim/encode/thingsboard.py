"""ThingsBoard's gateway telemetry: ``{device: [{"ts", "values": {key: value}}]}``.

It has no quality: a gateway of this kind leaves a value out that it knows to be bad.
"""

import json

from device_sim.encode.plain import fit
from device_sim.message import Message

LEAF = "tb"
DEVICE = "plant"

__all__ = ["LEAF", "encode", "fit"]


def encode(message: Message) -> bytes:
    """UTF-8 without blanks. Raises ``ValueError`` as ``native.encode`` does."""
    body = {DEVICE: [{"ts": message.ts_ms, "values": message.values}]}
    text = json.dumps(body, ensure_ascii=False, allow_nan=message.broken, separators=(",", ":"))
    return text.encode()
