"""MQTT 3.1.1 by hand, for what no client library would send."""

import socket
import struct
from types import TracebackType
from typing import Self

from services.runtime.mqtt_client import BrokerAddress

CONNACK, PUBACK, PUBREC, PUBCOMP, SUBACK, PINGRESP = 2, 4, 5, 7, 9, 13


def text(content: bytes) -> bytes:
    """A string or bytes with their length before them."""
    return struct.pack("!H", len(content)) + content


def packet(kind: int, flags: int, body: bytes) -> bytes:
    """A control packet."""
    return bytes([kind << 4 | flags]) + _length(len(body)) + body


def connect(
    address: BrokerAddress,
    client_id: bytes,
    *,
    protocol: bytes = b"MQTT",
    level: int = 4,
    username: bytes | None = None,
    keep_alive: int = 60,
) -> bytes:
    """A CONNECT with a clean session."""
    name = address.username.encode() if username is None and address.username else username or b""
    password = (address.password or "").encode()
    head = text(protocol) + bytes([level, 0b1100_0010]) + struct.pack("!H", keep_alive)
    return packet(1, 0, head + text(client_id) + text(name) + text(password))


def publish(topic: bytes, payload: bytes, qos: int = 1, number: int = 1, retain: int = 0) -> bytes:
    """A PUBLISH; `number` is its packet id."""
    named = struct.pack("!H", number) if qos else b""
    return packet(3, qos << 1 | retain, text(topic) + named + payload)


def subscribe(number: int, *filters: tuple[bytes, int]) -> bytes:
    """A SUBSCRIBE to filters, each with its QoS."""
    body = b"".join(text(topic) + bytes([qos]) for topic, qos in filters)
    return packet(8, 2, struct.pack("!H", number) + body)


def _length(size: int) -> bytes:
    found = b""
    while True:
        size, digit = divmod(size, 128)
        found += bytes([digit | (0x80 if size else 0)])
        if not size:
            return found


class Wire:
    """A bare connection to a broker. Use as a context."""

    def __init__(self, address: BrokerAddress, within_s: float = 10.0) -> None:
        self._socket = socket.create_connection((address.host, address.port), timeout=within_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def send(self, *packets: bytes) -> None:
        """As much of it as the other side takes before it cuts us."""
        try:
            self._socket.sendall(b"".join(packets))
        except (ConnectionError, TimeoutError):
            return

    def hear(self) -> tuple[int, bytes] | None:
        """The next packet's kind and body; None once we are cut. Raises TimeoutError."""
        try:
            head = self._socket.recv(1)
            if not head:
                return None
            size, shift = 0, 0
            while True:
                digit = self._exactly(1)[0]
                size |= (digit & 0x7F) << shift
                shift += 7
                if not digit & 0x80:
                    return head[0] >> 4, self._exactly(size)
        except ConnectionError:
            return None

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._socket.recv(size - len(found))
            if not piece:
                raise ConnectionResetError
            found += piece
        return found

    def alive(self) -> bool:
        """Whether the broker still answers a ping on this connection."""
        self.send(packet(12, 0, b""))
        while (heard := self.hear()) is not None:
            if heard[0] == PINGRESP:
                return True
        return False
