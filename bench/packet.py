"""The few MQTT 3.1.1 packets that a publisher needs, as bytes: cheaper than any client library,
so that the publishers take little of the two cores from what is measured.
"""

import struct

CONNACK_OK = b"\x20\x02\x00\x00"
DISCONNECT = b"\xe0\x00"
PUBACK_LENGTH = 4


def connect(client_id: str, username: str, password: str) -> bytes:
    """CONNECT with a clean session and no keep-alive."""
    body = _text("MQTT") + b"\x04" + bytes([0x80 | 0x40 | 0x02]) + b"\x00\x00"
    body += _text(client_id) + _text(username) + _text(password)
    return b"\x10" + _length(len(body)) + body


def publish(topic: bytes, packet_id: int, payload: bytes) -> bytes:
    """PUBLISH at QoS 1; `topic` as `topic_field` gave it."""
    size = len(topic) + 2 + len(payload)
    return b"\x32" + _length(size) + topic + packet_id.to_bytes(2, "big") + payload


def topic_field(topic: str) -> bytes:
    """A topic as it stands in a PUBLISH."""
    return _text(topic)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | 0x80 if size else low)
        if not size:
            return bytes(out)
