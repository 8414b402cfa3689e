"""EMQX Neuron's values-format.

``{"timestamp", "node", "group", "values": {tag: value}, "errors": {tag: code}}``. Neuron gives no
value that it cannot vouch for: a bad one becomes an error code. It knows nothing of uncertain ones.
"""

import json
from dataclasses import replace

from device_sim.message import Message

LEAF = "neuron"
NOT_READABLE = 3002
"""The code that Neuron gives for a tag whose device did not answer as it should."""


def fit(message: Message) -> Message:
    """The message as Neuron can say it: bad tags without a value, no shades between."""
    bad = {tag: told for tag, told in message.qualities.items() if told == "bad"}
    values = {tag: value for tag, value in message.values.items() if tag not in bad}
    return replace(message, values=values, qualities=bad)


def encode(message: Message) -> bytes:
    """UTF-8 without blanks. Raises ``ValueError`` as ``native.encode`` does."""
    body: dict[str, object] = {
        "timestamp": message.ts_ms,
        "node": "plant",
        "group": "all",
        "values": message.values,
    }
    if message.qualities:
        body["errors"] = dict.fromkeys(message.qualities, NOT_READABLE)
    text = json.dumps(body, ensure_ascii=False, allow_nan=message.broken, separators=(",", ":"))
    return text.encode()
