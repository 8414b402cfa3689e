"""A gateway's connection to the broker: QoS 1 publishes out, acknowledgements counted in."""

import select
import socket
from contextlib import suppress
from types import TracebackType
from typing import Self

from bench import packet

LAST_PACKET_ID = 65_535


class Link:
    """`in_flight`: published and not yet acknowledged by the broker."""

    def __init__(self, port: int, client_id: str, username: str, password: str, topic: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(packet.connect(client_id, username, password))
        answer = self._socket.recv(4)
        if answer != packet.CONNACK_OK:
            raise ConnectionRefusedError(f"the broker answered {answer.hex()} to {client_id}")
        self._topic = packet.topic_field(topic)
        self._packet_id = 0
        self._rest = b""
        self.in_flight = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._socket, suppress(OSError):
            self._socket.sendall(packet.DISCONNECT)

    def send(self, payloads: list[bytes]) -> None:
        """Publish several messages with one write."""
        out = []
        for payload in payloads:
            self._packet_id = self._packet_id % LAST_PACKET_ID + 1
            out.append(packet.publish(self._topic, self._packet_id, payload))
        self.in_flight += len(payloads)
        self._socket.sendall(b"".join(out))

    def wait_acks(self) -> None:
        """Wait for some acknowledgements, at most the socket's time-out."""
        self._count(self._socket.recv(65_536))

    def take_acks(self, wait_s: float) -> None:
        """Take what acknowledgements come within `wait_s`; returns at the first."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, wait_s))
        if ready:
            self._count(self._socket.recv(65_536))

    def drain(self) -> None:
        """Wait until everything is acknowledged."""
        while self.in_flight:
            self.wait_acks()

    def _count(self, received: bytes) -> None:
        if not received:
            raise ConnectionResetError("the broker closed the connection")
        data = self._rest + received
        whole = len(data) // packet.PUBACK_LENGTH
        if data[0] != 0x40:
            raise ConnectionError(f"not a PUBACK: {data[:8].hex()}")
        self._rest = data[whole * packet.PUBACK_LENGTH :]
        self.in_flight -= whole
