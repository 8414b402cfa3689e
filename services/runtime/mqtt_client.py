"""What every connection of ours to the broker has in common: address, credentials, no Nagle."""

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

KEEPALIVE_S = 10
"""A broker that is silent for about twice this long counts as gone."""

_ANY_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python gives no name."""

_PEM_END = "-----END CERTIFICATE-----"


class BadAddress(ValueError):
    """A broker URL that cannot be used; the text says how it should look."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    pin: str | None = field(default=None, repr=False)
    """The one certificate (PEM) that the broker may show, whatever name stands in it."""
    own: str | None = field(default=None, repr=False)
    """The file (PEM) of the certificate that we show, and its key."""
    password_file: str | None = field(default=None, repr=False)
    pin_file: str | None = field(default=None, repr=False)
    """Where password and pin were read, and may be others by now."""

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read `mqtt://user:password@host:port`, or `mqtts://…`. Behind `?` may follow files:
        `password_file`, whose password counts; and for mqtts `pin`, of which the broker must show
        the first certificate, and `cert`, ours with its key. Raises BadAddress.
        """
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        try:
            port = parts.port or (8883 if tls else 1883)
        except ValueError:
            port = 0
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not port:
            raise BadAddress("A broker's URL looks like mqtt://user:password@host:1883.")
        name = unquote(parts.username) if parts.username else None
        secret = unquote(parts.password) if parts.password else None
        files = {key: found[0] for key, found in parse_qs(parts.query).items()}
        pin, own = (files.get("pin"), files.get("cert")) if tls else (None, None)
        found = cls(
            parts.hostname, port, name, secret, tls, None, own, files.get("password_file"), pin
        )
        return found.fresh()

    def fresh(self) -> "BrokerAddress":
        """The same, as its files say now. Raises BadAddress."""
        password, pin = self.password, self.pin
        if self.password_file is not None:
            password = _password(self.password_file)
        if self.pin_file is not None:
            pin = _certificate(self.pin_file)
        return replace(self, password=password, pin=pin)


class BrokerClient(Client):
    """paho's client, which reads before each connection what may have been rotated since."""

    address: BrokerAddress

    def show(self, address: BrokerAddress) -> None:
        """Who we are at the next connection, and whom we take for the broker. Raises BadAddress."""
        self.address = address
        if address.username is not None:
            self.username_pw_set(address.username, address.password)
        if address.tls:
            self._ssl_context = None
            self.tls_set_context(trust(address))

    def reconnect(self) -> MQTTErrorCode:
        """Connect, the first time too. Raises OSError, which paho tries again after."""
        try:
            self.show(self.address.fresh())
        except BadAddress as error:
            raise ConnectionError(str(error)) from error
        return super().reconnect()


def make_client(address: BrokerAddress, client_id: str, *, durable: bool) -> Client:
    """A client not yet connected. Durable: the broker keeps its session, acks are by hand."""
    client = BrokerClient(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not durable,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=durable,
    )
    client.show(address)
    client.reconnect_delay_set(min_delay=1, max_delay=2)
    client.on_socket_open = _without_delay
    client.connect_async(address.host, address.port, keepalive=KEEPALIVE_S)
    return client


def _password(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadAddress(
            f"Our password at the broker, {file}, cannot be read ({error})."
        ) from error


def _certificate(file: str) -> str:
    try:
        text = Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadAddress(f"The broker's certificate {file} cannot be read ({error}).") from error
    first, end, _ = text.partition(_PEM_END)
    if not end:
        raise BadAddress(f"{file} holds no certificate: it must be PEM.")
    return first + end


def trust(address: BrokerAddress) -> ssl.SSLContext:
    """Whom we take for the broker: the pinned certificate, else what this machine trusts; and what
    we show it. Raises BadAddress."""
    context = ssl.create_default_context() if address.pin is None else _pinned(address.pin)
    if address.own is not None:
        try:
            context.load_cert_chain(address.own)
        except OSError as error:
            raise BadAddress(f"Our certificate {address.own} cannot be used ({error}).") from error
    return context


def _pinned(pin: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # This very certificate, whoever signed it; and also on the day after it ran out, for a
    # forgotten renewal must not silence the alarms.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _ANY_TIME
    try:
        context.load_verify_locations(cadata=pin)
    except ssl.SSLError as error:
        raise BadAddress(f"The broker's certificate is damaged ({error.reason}).") from error
    return context


def cut(client: Client) -> None:
    """Cut the connection under a client; its thread notices and connects anew."""
    found = client.socket()
    if isinstance(found, socket.socket):
        with suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)


def _without_delay(_client: Client, _userdata: object, opened: object) -> None:
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
