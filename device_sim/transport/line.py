"""One gateway's MQTT connection among thousands: no thread and no task of its own.

At least once and in order, like ``link.py``: a message leaves the line's memory when its PUBACK
came; what a broken connection left unacknowledged is sent again, oldest first.
"""

import asyncio
from collections import deque

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.transport import packet as mqtt
from device_sim.transport.connection import Login
from device_sim.transport.link import Greeting
from device_sim.transport.tally import Tally

KEEPALIVE_S = 60
SILENT_S = 20.0
"""A connection that owes an answer and says nothing for so long is cut and made anew."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0


class Line(asyncio.Protocol):
    """``up``: signed in. ``trouble``: why not. Beyond ``kept`` waiting messages the oldest give
    way and are counted. ``called``: somebody is about to open it."""

    def __init__(
        self,
        name: str,
        login: Login,
        greeting: Greeting,
        clock: Clock,
        tally: Tally,
        *,
        window: int = 20,
        kept: int = 100,
    ) -> None:
        self.name, self.up, self.trouble = name, False, "not connected yet"
        self.refused = self.called = False
        self.downlink: bytes | None = None
        self._login, self._greeting, self._clock, self._tally = login, greeting, clock, tally
        self._window, self._kept = window, kept
        self._store: deque[Outgoing] = deque()
        self._flying: dict[int, tuple[Outgoing, float]] = {}  # by packet id, in order
        self._last_id = 0
        self._backoff_s, self._next_attempt = FIRST_WAIT_S, clock.monotonic()
        self._heard_at = self._said_at = clock.monotonic()
        self._owes_pong = False
        self._wire: asyncio.Transport | None = None
        self._unpacker = mqtt.Unpacker()
        self.answered = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Messages not yet acknowledged."""
        return len(self._store) + len(self._flying)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, signed in or on the way to it."""
        return self._wire is not None

    @property
    def is_due(self) -> bool:
        """Whether it is time to connect."""
        return self._wire is None and self._next_attempt <= self._clock.monotonic()

    def offer(self, message: Outgoing) -> None:
        """Send it, or keep it until it can be sent."""
        self._store.append(message)
        if len(self._store) > self._kept:
            self._store.popleft()
            self._tally.dropped += 1
        self._send()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP (and TLS) stands: CONNECT."""
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        self._unpacker, self._owes_pong = mqtt.Unpacker(), False
        self._heard_at = self._clock.monotonic()
        name, word = self._login.username, self._login.password
        self._say(
            mqtt.connect(
                self._login.fresh_client_id(), name, word, KEEPALIVE_S, self._greeting.will
            )
        )

    def data_received(self, data: bytes) -> None:
        """Whatever came, whole packets or parts."""
        self._heard_at = self._clock.monotonic()
        try:
            for packet in self._unpacker.feed(data):
                self._take(packet)
        except mqtt.BadPacket as error:
            self._fail(f"the broker sent {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """What flew and was not acknowledged goes first next time; a greeting is void."""
        was_up, self.up, self._wire = self.up, False, None
        if was_up:
            self._tally.broken += 1
            self.trouble = f"the connection broke ({exc})" if exc else "the broker ended it"
        unsure = [message for message, _ in self._flying.values() if not message.retain]
        self._tally.again += len(unsure)
        self._flying.clear()
        self._store.extendleft(reversed(unsure))
        self.put_off()
        self.answered.set()

    def put_off(self) -> None:
        """Try again later, and later each time."""
        self._next_attempt = self._clock.monotonic() + self._backoff_s
        self._backoff_s = min(self._backoff_s * 2, LONGEST_WAIT_S)

    def keep_alive(self) -> None:
        """Once a second: ping a connection that is silent, cut one that is dead."""
        now = self._clock.monotonic()
        if self._wire is None:
            return
        if (self._flying or self._owes_pong or not self.up) and now - self._heard_at > SILENT_S:
            self._fail(f"the broker said nothing for {SILENT_S:.0f} s")
        elif self.up and now - self._said_at > KEEPALIVE_S / 2:
            self._say(mqtt.PINGREQ)
            self._owes_pong = True

    def farewell(self, message: Outgoing | None) -> None:
        """The last message, if it is up."""
        if self.up and message is not None:
            self._publish(message)

    def end(self) -> None:
        """DISCONNECT, so that the will is not sent, and close."""
        if self._wire is not None:
            if self.up:
                self._say(mqtt.DISCONNECT)
            self._wire.close()

    def _take(self, packet: mqtt.Packet) -> None:
        if packet.kind == mqtt.CONNACK:
            self._welcome(mqtt.refusal(packet))
        elif packet.kind == mqtt.PUBACK:
            self._acknowledged(mqtt.number_of(packet))
        elif packet.kind == mqtt.PINGRESP:
            self._owes_pong = False
        elif packet.kind == mqtt.PUBLISH:
            self.downlink = mqtt.received(packet).payload

    def _welcome(self, no: str | None) -> None:
        if no is not None:
            self.refused = True
            self._fail(f"the broker refused the sign-in ({no})")
            return
        self.up, self.trouble, self.refused = True, "", False
        self._backoff_s = FIRST_WAIT_S
        self._tally.opened += 1
        if self._greeting.downlink is not None:
            self._say(mqtt.subscribe(self._fresh_id(), [self._greeting.downlink], 0))
        if self._greeting.hello is not None:
            self._publish(self._greeting.hello())
        self._send()
        self.answered.set()

    def _acknowledged(self, packet_id: int) -> None:
        found = self._flying.pop(packet_id, None)
        if found is None:
            return
        message, sent_at = found
        if not message.retain:
            self._tally.acknowledged += 1
            self._tally.readings += message.readings
            self._tally.note_wait(self._heard_at - sent_at)
        self._send()

    def _send(self) -> None:
        while self.up and self._store and len(self._flying) < self._window:
            self._publish(self._store.popleft())

    def _publish(self, message: Outgoing) -> None:
        number = self._fresh_id()
        self._flying[number] = (message, self._clock.monotonic())
        self._say(mqtt.publish(message, number))

    def _fresh_id(self) -> int:
        self._last_id = self._last_id % 65_535 + 1
        while self._last_id in self._flying:
            self._last_id = self._last_id % 65_535 + 1
        return self._last_id

    def _say(self, raw: bytes) -> None:
        if self._wire is not None:
            self._said_at = self._clock.monotonic()
            self._wire.write(raw)

    def _fail(self, reason: str) -> None:
        if self.up:
            self._tally.broken += 1
        self.trouble, self.up = reason, False
        if self._wire is not None:
            self._wire.abort()
