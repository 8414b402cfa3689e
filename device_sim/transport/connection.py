"""One MQTT connection from CONNECT to its end, driven by the thread that owns it.

A connection that broke is thrown away with everything the client library remembered;
what was not acknowledged is the link's business (``link.py``).
"""

import secrets
import socket
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device_sim.message import Outgoing

KEEPALIVE_S = 15
CONNECT_TIMEOUT_S = 5.0
DOWNLINK_KEPT = 16  # newest downlink messages; older ones are dropped, they are only hints


@dataclass(frozen=True, slots=True)
class Certificate:
    """A gateway's own, PEM, with its key."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker listens; with ``ca``, whom it is certified by, over TLS; ``shown``: what a
    gateway shows a broker that asks for a certificate."""

    host: str
    port: int
    ca: Path | None = None
    shown: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """What a gateway was given at its registration; ``client_id`` only if prescribed."""

    username: str
    password: str
    client_id: str | None = None

    def fresh_client_id(self) -> str:
        """The prescribed one, else one of its own for each connection.

        Two connections with one id throw each other off. NATS refuses ids with dots.
        """
        return self.client_id or f"{self.username.replace('.', '-')}-{secrets.token_hex(4)}"


class Connection:
    """An MQTT 3.1.1 connection with a clean session.

    ``up``: CONNACK said yes. ``refused``: CONNACK said no, in words. ``ended``: why it is
    over, else ``None``. ``acknowledged``: packet ids whose PUBACK came, for the owner to
    drain; bounded by what the owner has in flight. ``downlink``: newest payloads received.
    """

    def __init__(self, login: Login, will: Outgoing | None) -> None:
        self.up = False
        self.refused: str | None = None
        self.ended: str | None = None
        self.acknowledged: deque[int] = deque()
        self.downlink: deque[bytes] = deque(maxlen=DOWNLINK_KEPT)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=login.fresh_client_id(),
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.username_pw_set(login.username, login.password)
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.max_inflight_messages_set(65_535)  # the link holds the window
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    def open(self, broker: Broker) -> None:
        """TCP and CONNECT; the answer comes through ``turn``. Raises ``OSError``."""
        if broker.ca is not None:
            shown = broker.shown
            self._client.tls_set(
                str(broker.ca),
                certfile=str(shown.chain) if shown else None,
                keyfile=str(shown.key) if shown else None,
            )
        self._client.connect(broker.host, broker.port, keepalive=KEEPALIVE_S)
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self, message: Outgoing, qos: int = 1) -> int:
        """Hand over; the packet id, to be acknowledged at QoS 1."""
        return self._client.publish(message.topic, message.payload, qos, message.retain).mid

    def subscribe(self, topic: str) -> None:
        """Listen at QoS 0; a refusal is tolerated, the downlink is only a hint."""
        self._client.subscribe(topic, qos=0)

    def turn(self, wait_s: float) -> None:
        """Read, write and keep alive, waiting at most ``wait_s`` for something to come."""
        code = self._client.loop(timeout=wait_s)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS and self.ended is None:
            self.ended = self.refused or f"the connection broke ({code.name})"
            self.up = False

    def close(self) -> None:
        """DISCONNECT, so that the will is not sent."""
        self._client.disconnect()
        self._client.loop(timeout=0.05)

    def drop(self) -> None:
        """Cut without DISCONNECT."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            sock.close()

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.refused = f"the broker refused the sign-in ({reason})"
        else:
            self.up = True

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self.up = False
        self.ended = self.refused or f"the connection ended ({reason})"

    def _on_publish(
        self,
        client: Client,
        userdata: object,
        mid: int,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self.acknowledged.append(mid)

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self.downlink.append(bytes(message.payload))
