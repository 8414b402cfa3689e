"""An MQTT 3.1.1 client of our own, just large enough to publish with QoS 1 over one socket.

The services' client library may have the very fault that the watcher is to notice.
"""

import itertools
import socket
import ssl
import struct
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from services.watcher.options import BadOption

KEEPALIVE_S = 60
TIMEOUT_S = 3.0
_ANY_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: a forgotten renewal must not look like a dead chain."""
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PING, _PONG, _BYE = (
    0x10, 0x20, 0x32, 0x40, 0xC0, 0xD0, 0xE0,
)  # fmt: skip


class Unreachable(Exception):
    """This end of the chain did not do what it should; the text says what."""


class Broker:
    """One connection, made when it is needed. `url` is `mqtt://user:password@host:port`, or
    `mqtts://…`, and behind `?` files: `password_file`, `pin` (the broker's certificate) and `cert`
    (ours, with its key), read at each connection. Raises BadOption."""

    def __init__(self, url: str, client_id: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "mqtts"
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise BadOption("A broker's URL looks like mqtt://user:password@host:1883.")
        self._place = parts.hostname, parts.port or (8883 if self._tls else 1883)
        self._login = unquote(parts.username or ""), unquote(parts.password or "")
        files = {key: Path(found[0]) for key, found in parse_qs(parts.query).items()}
        self._pin, self._own = files.get("pin"), files.get("cert")
        self._password_file = files.get("password_file")
        self._client_id = client_id
        self._line: socket.socket | None = None
        self._numbers = itertools.cycle(range(1, 0xFFFF))
        self._spoke_at = 0.0

    def publish(self, topic: str, payload: bytes) -> None:
        """Say it and wait until the broker has it. Raises Unreachable."""
        try:
            line = self._line or self._connect()
            number = struct.pack(">H", next(self._numbers))
            self._send(line, _PUBLISH, _text(topic) + number + payload)
            while True:
                kind, body = self._read(line)
                if kind == _PUBACK and body == number:
                    return
        except (OSError, ssl.SSLError) as error:
            self.close()
            raise Unreachable(f"the broker does not answer ({error})") from error
        except Unreachable:
            self.close()
            raise

    def ping(self) -> None:
        """Keep the connection alive, where there is one and it was long quiet."""
        line = self._line
        if line is None or time.monotonic() - self._spoke_at < KEEPALIVE_S / 3:
            return
        try:
            self._send(line, _PING, b"")
            while self._read(line)[0] != _PONG:
                pass
        except (OSError, ssl.SSLError, Unreachable):
            self.close()

    def close(self) -> None:
        """Leave, if we are there."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.sendall(bytes((_BYE, 0)))
            line.close()
        except OSError:
            return

    def _connect(self) -> socket.socket:
        line = socket.create_connection(self._place, TIMEOUT_S)
        self._line = line
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls:
            context = trust(self._pin)
            if self._own is not None:
                context.load_cert_chain(self._own)
            self._line = line = context.wrap_socket(line, server_hostname=self._place[0])
        user, password = self._login
        if self._password_file is not None:
            password = self._password_file.read_text(encoding="utf-8").strip()
        # Clean session, user name and password.
        flags = 0x02 | (0xC0 if user else 0)
        body = _text("MQTT") + struct.pack(">BBH", 4, flags, KEEPALIVE_S) + _text(self._client_id)
        self._send(line, _CONNECT, body + (_text(user) + _text(password) if user else b""))
        kind, body = self._read(line)
        if kind != _CONNACK or len(body) != 2 or body[1] != 0:
            raise Unreachable(f"the broker refused us (CONNACK {body.hex()})")
        return line

    def _send(self, line: socket.socket, kind: int, body: bytes) -> None:
        line.settimeout(TIMEOUT_S)
        line.sendall(bytes((kind,)) + _length(len(body)) + body)
        self._spoke_at = time.monotonic()

    def _read(self, line: socket.socket) -> tuple[int, bytes]:
        kind, size, shift = self._bytes(line, 1)[0], 0, 0
        while True:
            (byte,) = self._bytes(line, 1)
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return kind, self._bytes(line, size)
            if shift > 21:
                raise Unreachable("the broker speaks something else than MQTT")

    @staticmethod
    def _bytes(line: socket.socket, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = line.recv(count - len(found))
            if not more:
                raise Unreachable("the broker hung up")
            found += more
        return found


def trust(pin: Path | None) -> ssl.SSLContext:
    """Whom we take for the other end: who shows the pinned certificate, else whom this machine
    trusts. Raises OSError."""
    if pin is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _ANY_TIME
    first, end, _ = pin.read_text(encoding="ascii").partition("-----END CERTIFICATE-----")
    context.load_verify_locations(cadata=first + end)
    return context


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, byte = divmod(size, 0x80)
        out.append(byte | (0x80 if size else 0))
        if not size:
            return bytes(out)
