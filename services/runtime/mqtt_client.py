"""What every connection of ours to the broker has in common: address, credentials, no Nagle."""

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

KEEPALIVE_S = 10
"""A broker that is silent for about twice this long counts as gone."""


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

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read `mqtt://user:password@host:port` (or mqtts://). Raises BadAddress."""
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
        return cls(parts.hostname, port, name, secret, tls)


def make_client(address: BrokerAddress, client_id: str, *, durable: bool) -> Client:
    """A client not yet connected. Durable: the broker keeps its session, acks are by hand."""
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not durable,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=durable,
    )
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls:
        client.tls_set()
    client.reconnect_delay_set(min_delay=1, max_delay=2)
    client.on_socket_open = _without_delay
    client.connect_async(address.host, address.port, keepalive=KEEPALIVE_S)
    return client


def cut(client: Client) -> None:
    """Cut the connection under a client; its thread notices and connects anew."""
    found = client.socket()
    if isinstance(found, socket.socket):
        with suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)


def _without_delay(_client: Client, _userdata: object, opened: object) -> None:
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
