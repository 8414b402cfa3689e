"""The MQTT 3.1.1 packets that a fleet needs, as bytes (OASIS, MQTT Version 3.1.1).

Own, because a client library keeps a thread or a table a connection, and a country has 7,000.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from device_sim.message import Outgoing

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
LARGEST = 4 * 1024 * 1024
"""Bytes of a packet that is taken in; no downlink and no recording comes near."""

REFUSALS = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not take this client id",
    3: "it is not available",
    4: "wrong user name or password",
    5: "not authorized",
}
"""What a CONNACK's return code says (section 3.2.2.3)."""


class BadPacket(Exception):
    """What came is not MQTT, or too large; the text says what."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet that came in. ``kind``: its type, 1 to 14; ``flags``: the lower four bits."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A PUBLISH that came in; ``packet_id`` is ``None`` at QoS 0."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    packet_id: int | None


class Unpacker:
    """Packets out of a stream of bytes, however it was cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now. Raises ``BadPacket``."""
        self._buffer += data
        while (head := _header(self._buffer)) is not None:
            begin, end = head
            if len(self._buffer) < end:
                return
            first = self._buffer[0]
            body = bytes(self._buffer[begin:end])
            del self._buffer[:end]
            yield Packet(first >> 4, first & 0x0F, body)


def _header(buffer: bytearray) -> tuple[int, int] | None:
    """Where the body of the first packet begins and ends; ``None`` if that is not known yet."""
    size = 0
    for place in range(1, 5):
        if len(buffer) <= place:
            return None
        size |= (buffer[place] & 0x7F) << 7 * (place - 1)
        if not buffer[place] & 0x80:
            if size > LARGEST:
                raise BadPacket(f"a packet of {size} bytes, more than {LARGEST}")
            return place + 1, place + 1 + size
    raise BadPacket("a length that is none")


def connect(
    client_id: str, username: str, password: str, keepalive_s: int, will: Outgoing | None = None
) -> bytes:
    """CONNECT with a clean session; the will, if any, at QoS 1."""
    flags = 0x80 | 0x40 | 0x02
    tail = _text(client_id)
    if will is not None:
        flags |= 0x04 | 0x08 | (0x20 if will.retain else 0)
        tail += _text(will.topic) + len(will.payload).to_bytes(2, "big") + will.payload
    tail += _text(username) + _text(password)
    return _packet(0x10, _text("MQTT") + bytes([4, flags]) + keepalive_s.to_bytes(2, "big") + tail)


def publish(message: Outgoing, packet_id: int) -> bytes:
    """PUBLISH at QoS 1."""
    body = _text(message.topic) + packet_id.to_bytes(2, "big") + message.payload
    return _packet(0x32 | message.retain, body)


def subscribe(packet_id: int, topics: list[str], qos: int) -> bytes:
    """SUBSCRIBE to all of them at one QoS."""
    wanted = b"".join(_text(topic) + bytes([qos]) for topic in topics)
    return _packet(0x82, packet_id.to_bytes(2, "big") + wanted)


def puback(packet_id: int) -> bytes:
    """PUBACK."""
    return _packet(0x40, packet_id.to_bytes(2, "big"))


def received(packet: Packet) -> Received:
    """What a PUBLISH holds. Raises ``BadPacket``."""
    size = int.from_bytes(packet.body[:2], "big")
    qos, end = packet.flags >> 1 & 3, 2 + size
    begin = end + 2 if qos else end
    if len(packet.body) < begin:
        raise BadPacket("a PUBLISH that ends in its topic")
    try:
        topic = packet.body[2:end].decode()
    except UnicodeDecodeError as error:
        raise BadPacket("a topic that is not UTF-8") from error
    number = int.from_bytes(packet.body[end:begin], "big") if qos else None
    return Received(topic, packet.body[begin:], qos, bool(packet.flags & 1), number)


def number_of(packet: Packet) -> int:
    """The packet id that a PUBACK or SUBACK begins with."""
    return int.from_bytes(packet.body[:2], "big")


def refusal(packet: Packet) -> str | None:
    """Why a CONNACK said no; ``None`` if it said yes. Raises ``BadPacket``."""
    if len(packet.body) != 2:
        raise BadPacket("a CONNACK of a wrong length")
    code = packet.body[1]
    return REFUSALS.get(code, f"return code {code}") if code else None


def _packet(first: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = divmod(size, 128)
        length.append(low | 0x80 if size else low)
        if not size:
            return bytes([first]) + bytes(length) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    if len(raw) > 0xFFFF:
        raise ValueError(f"a text of {len(raw)} bytes is too long for MQTT")
    return len(raw).to_bytes(2, "big") + raw
