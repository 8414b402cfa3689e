"""A subscriber: everything that comes on some topics, in the order of its coming."""

import asyncio
import ssl
from collections.abc import Callable

from device_sim.clock import Clock
from device_sim.transport import packet as mqtt
from device_sim.transport.connection import CONNECT_TIMEOUT_S, Broker, Login

KEEPALIVE_S = 30
REFUSED = 0x80


class NotHeard(Exception):
    """The broker does not let this user in, or not hear this; one sentence says so."""


class Listener(asyncio.Protocol):
    """One connection. ``take`` gets each message before it is acknowledged; what is slow there
    slows the broker down, and nothing is buffered here beyond one read of the socket."""

    def __init__(
        self, login: Login, topics: list[str], take: Callable[[mqtt.Received], None]
    ) -> None:
        self.refused: str | None = None
        self._login, self._topics, self._take = login, topics, take
        self._unpacker = mqtt.Unpacker()
        self._wire: asyncio.Transport | None = None
        self.subscribed, self.ended = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """CONNECT."""
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        login = self._login
        name = login.fresh_client_id()
        transport.write(mqtt.connect(name, login.username, login.password, KEEPALIVE_S))

    def data_received(self, data: bytes) -> None:
        """Whole packets or parts of them."""
        try:
            for packet in self._unpacker.feed(data):
                self._answer(packet)
        except mqtt.BadPacket as error:
            self.refused = f"the broker sent {error}"
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told."""
        self.ended.set()
        self.subscribed.set()

    def why_ended(self) -> str:
        """In words."""
        return self.refused or "the connection ended"

    def ping(self) -> None:
        """To be called within the keep-alive."""
        if self._wire is not None:
            self._wire.write(mqtt.PINGREQ)

    def end(self) -> None:
        """DISCONNECT and close."""
        if self._wire is not None:
            self._wire.write(mqtt.DISCONNECT)
            self._wire.close()

    def _answer(self, packet: mqtt.Packet) -> None:
        assert self._wire is not None
        if packet.kind == mqtt.CONNACK:
            no = mqtt.refusal(packet)
            if no is not None:
                self.refused = f"the broker refused the sign-in ({no})"
                self._wire.abort()
            else:
                self._wire.write(mqtt.subscribe(1, self._topics, 1))
        elif packet.kind == mqtt.SUBACK:
            if REFUSED in packet.body[2:]:
                self.refused = "the broker lets this user not hear " + " ".join(self._topics)
                self.end()
            self.subscribed.set()
        elif packet.kind == mqtt.PUBLISH:
            message = mqtt.received(packet)
            self._take(message)
            if message.packet_id is not None:
                self._wire.write(mqtt.puback(message.packet_id))


async def listen(
    broker: Broker, listener: Listener, stop: asyncio.Event, clock: Clock, ready: Callable[[], None]
) -> str:
    """Hear until ``stop`` or the connection ends; why it ended, empty where we ended it.

    Raises ``NotHeard`` where trying again has no sense.
    """
    loop = asyncio.get_running_loop()
    context = None
    if broker.ca is not None:
        context = ssl.create_default_context(cafile=str(broker.ca))
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await loop.create_connection(lambda: listener, broker.host, broker.port, ssl=context)
            await listener.subscribed.wait()
    except TimeoutError:
        return f"no answer within {CONNECT_TIMEOUT_S:.0f} s"
    except OSError as error:
        return f"no broker at {broker.host}:{broker.port} ({error})"
    if listener.refused is not None:
        raise NotHeard(listener.refused)
    if not listener.ended.is_set():
        ready()
    pinged = clock.monotonic()
    while not stop.is_set() and not listener.ended.is_set():
        await asyncio.sleep(0.05)
        if clock.monotonic() - pinged > KEEPALIVE_S / 3:
            pinged = clock.monotonic()
            listener.ping()
    if listener.ended.is_set():
        return listener.why_ended()
    listener.end()
    return ""
