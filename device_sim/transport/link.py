"""A gateway's way to the broker, which outlives connections.

At least once and in order: a message leaves the link's memory when its PUBACK came. After
a broken connection everything unacknowledged is sent again, oldest first, before anything
new. The window bounds what may be unacknowledged; ``send`` waits while it is full.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker, Connection, Login

TURN_S = 0.05
FIRST_WAIT_S = 0.25


class GaveUp(Exception):
    """The link's patience is over; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the link gives up; ``None`` never.

    ``stalled_s``: without any progress. ``refused_s``: with every sign-in refused since.
    ``silent_s``: a connection that acknowledges nothing this long is cut and made anew.
    """

    stalled_s: float | None = 60.0
    refused_s: float | None = 15.0
    silent_s: float = 20.0


FOREVER = Patience(stalled_s=None, refused_s=None)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a link does at each connect: a will, a retained hello, a topic to listen to."""

    will: Outgoing | None = None
    hello: Callable[[], Outgoing] | None = None
    downlink: str | None = None


class GatewayLink:
    """One gateway's link; used by one thread only.

    ``acknowledged``: messages PUBACKed. ``connected``: signed in at this moment.
    ``trouble``: the last reason for not being connected, ``None`` while connected.
    """

    def __init__(
        self,
        broker: Broker,
        login: Login,
        clock: Clock,
        *,
        window: int = 100,
        patience: Patience | None = None,
        greeting: Greeting | None = None,
    ) -> None:
        self.acknowledged = 0
        self.trouble: str | None = None
        self.downlink: bytes | None = None
        self._broker, self._login, self._clock = broker, login, clock
        self._window = window
        self._patience = patience or Patience()
        self._greeting = greeting or Greeting()
        self._connection: Connection | None = None
        self._greeted = False
        self._unacked: dict[int, Outgoing] = {}  # by packet id, in order of publishing
        self._resend: list[Outgoing] = []
        self._backoff_s = FIRST_WAIT_S
        self._next_attempt = clock.monotonic()
        self._progress_at = clock.monotonic()  # last PUBACK, for patience
        self._heard_at = clock.monotonic()  # last sign of life of this connection
        self._refused_since: float | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None and self._connection.up

    @property
    def broker(self) -> Broker:
        """How it connects, or is connected."""
        return self._broker

    @property
    def waiting(self) -> int:
        """Messages handed in and not yet acknowledged; at most the window."""
        return len(self._unacked) + len(self._resend)

    def unacknowledged(self) -> list[Outgoing]:
        """The same, as they stand; of a link that is at work only a glance."""
        return [*self._unacked.values(), *self._resend]

    @property
    def ready(self) -> bool:
        """Whether a message handed in now would leave at once."""
        return self.connected and self._greeted and self.waiting < self._window

    def send(self, message: Outgoing) -> None:
        """Publish once there is room, waiting for it. Raises ``GaveUp``."""
        while not self.ready:
            self.pump(TURN_S)
        if not self.waiting:
            self._progress_at = self._heard_at = self._clock.monotonic()
        self._publish(message)
        if self.waiting % 16 == 0:
            self.pump(0.0)

    def settle(self) -> None:
        """Wait until everything is acknowledged. Raises ``GaveUp``."""
        while self.waiting:
            self.pump(TURN_S)

    def pump(self, wait_s: float) -> None:
        """Let the link work for at most about ``wait_s``: connect, send, take PUBACKs."""
        if self._connection is None:
            self._attempt(wait_s)
        else:
            self._connection.turn(wait_s)
            self._take_acknowledgements(self._connection)
            self._watch(self._connection)
        self._check_patience()

    def go_by(self, broker: Broker) -> None:
        """From now on connect like this: with another certificate, perhaps."""
        if broker != self._broker:
            self.cut()
            self._broker, self._backoff_s = broker, FIRST_WAIT_S
            self._next_attempt = self._clock.monotonic()

    def cut(self) -> None:
        """Break the connection, if there is one, without a word: the will is sent."""
        if self._connection is not None:
            self._connection.drop()
            self._lost("the connection was cut")

    def close(self, farewell: Outgoing | None = None, within_s: float = 2.0) -> None:
        """Say farewell if connected, then disconnect; never raises, never waits longer."""
        connection = self._connection
        if connection is not None and connection.up:
            deadline = self._clock.monotonic() + within_s
            if farewell is not None:
                self._publish(farewell)
            while self._unacked and connection.ended is None and self._clock.monotonic() < deadline:
                connection.turn(TURN_S)
                self._take_acknowledgements(connection)
            connection.close()
        self._connection = None

    def _publish(self, message: Outgoing) -> None:
        if self._connection is None:
            raise RuntimeError("publish without a connection")
        self._unacked[self._connection.publish(message)] = message

    def _attempt(self, wait_s: float) -> None:
        early = self._next_attempt - self._clock.monotonic()
        if early > 0:
            self._clock.sleep(min(early, wait_s))
            return
        connection = Connection(self._login, self._greeting.will)
        try:
            connection.open(self._broker)
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", None) or error.reason or error
            self._lost(f"the TLS handshake failed ({why})")
            return
        except OSError as error:
            self._lost(f"no broker at {self._broker.host}:{self._broker.port} ({error})")
            return
        self._connection, self._greeted = connection, False
        self._heard_at = self._clock.monotonic()

    def _watch(self, connection: Connection) -> None:
        """Greet a new connection, and bury one that ended or fell silent."""
        if connection.ended is not None:
            if connection.refused and self._refused_since is None:
                self._refused_since = self._clock.monotonic()
            self._lost(connection.ended)
        elif connection.up and not self._greeted:
            self._greet(connection)
        elif (self._unacked or not connection.up) and self._silent_s() > self._patience.silent_s:
            connection.drop()
            self._lost(f"the broker acknowledged nothing for {self._patience.silent_s:.0f} s")

    def _greet(self, connection: Connection) -> None:
        self._greeted, self.trouble, self._refused_since = True, None, None
        self._backoff_s = FIRST_WAIT_S
        self._heard_at = self._clock.monotonic()
        if self._greeting.downlink is not None:
            connection.subscribe(self._greeting.downlink)
        if self._greeting.hello is not None:
            self._publish(self._greeting.hello())
        again, self._resend = self._resend, []
        for message in again:
            self._publish(message)

    def _lost(self, reason: str) -> None:
        self.trouble = reason
        self._connection = None
        # A greeting of a dead connection is void; the next connect makes a new one.
        stale = [message for message in self._unacked.values() if not message.retain]
        self._resend = stale + self._resend
        self._unacked.clear()
        self._next_attempt = self._clock.monotonic() + self._backoff_s
        self._backoff_s = min(self._backoff_s * 2, 5.0)

    def _take_acknowledgements(self, connection: Connection) -> None:
        if connection.downlink:
            self.downlink = connection.downlink.pop()
            connection.downlink.clear()
        while connection.acknowledged:
            message = self._unacked.pop(connection.acknowledged.popleft(), None)
            self._progress_at = self._heard_at = self._clock.monotonic()
            if message is not None and not message.retain:
                self.acknowledged += 1

    def _check_patience(self) -> None:
        now = self._clock.monotonic()
        refused_s, stalled_s = self._patience.refused_s, self._patience.stalled_s
        since = self._refused_since
        if since is not None and refused_s is not None and now - since > refused_s:
            raise GaveUp(f"Gave up: {self.trouble} for user {self._login.username}.")
        idle = self.connected and not self.waiting
        if stalled_s is not None and now - self._progress_at > stalled_s and not idle:
            why = self.trouble or "the broker acknowledges nothing"
            raise GaveUp(f"Gave up after {stalled_s:.0f} s without progress: {why}.")

    def _silent_s(self) -> float:
        return self._clock.monotonic() - self._heard_at
