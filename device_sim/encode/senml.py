"""SenML in JSON (RFC 8428): a pack of records under one base time, in seconds.

Units are left to the register, as many gateways do. It has no quality.
"""

import json

from device_sim.encode.plain import fit
from device_sim.message import Message, Value

LEAF = "senml"

__all__ = ["LEAF", "encode", "fit"]


def encode(message: Message) -> bytes:
    """UTF-8 without blanks. Raises ``ValueError`` as ``native.encode`` does."""
    records: list[dict[str, object]] = [
        {"n": tag, _field(value): value} for tag, value in message.values.items()
    ]
    if records:
        records[0] = {"bt": message.ts_ms / 1000, **records[0]}
    text = json.dumps(records, ensure_ascii=False, allow_nan=message.broken, separators=(",", ":"))
    return text.encode()


def _field(value: Value) -> str:
    if isinstance(value, bool):
        return "vb"
    return "vs" if isinstance(value, str) else "v"
