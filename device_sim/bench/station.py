"""The gateway on the bench: it numbers its messages, keeps them until they are stored, and sends
again what the platform's ``ack`` says is missing. Driven by one thread."""

import json
from collections import OrderedDict, deque

from device_sim.bench.plan import Fault
from device_sim.clock import Clock
from device_sim.encode.persona import PERSONAS, outgoing
from device_sim.message import Message, Outgoing, Value
from device_sim.transport.connection import Broker, Connection, Login

KEPT = 5_000
TURN_S = 0.05
RETRY_S = 0.4
CONNECT_S = 10.0


class Station:
    """``refused``: why the last sign-in failed. ``connected``: signed in now."""

    def __init__(
        self,
        place: tuple[str, str],
        boot: str,
        broker: Broker,
        login: Login,
        clock: Clock,
        fault: Fault,
    ) -> None:
        self.refused: str | None = None
        self.sent_again = 0
        self._place, self._boot, self._broker, self._login = place, boot, broker, login
        self._clock, self._fault = clock, fault
        self._seq = -1
        self._connection: Connection | None = None
        self._greeted = False
        self._opened_at = self._next_attempt = clock.monotonic()
        self._waiting: deque[int] = deque()
        self._kept: OrderedDict[int, Outgoing] = OrderedDict()
        self._flying: dict[int, int] = {}  # packet id to number

    @property
    def connected(self) -> bool:
        return self._connection is not None and self._connection.up

    def sample(self, stamp_ms: int, values: dict[str, Value]) -> None:
        """Number a message; the faulty one forgets what it cannot send at once."""
        self._seq += 1
        if self._fault is Fault.NO_RESEND and not self.connected:
            return
        message = Message(stamp_ms, self._boot, self._seq, values)
        self._kept[self._seq] = outgoing(PERSONAS["native"], *self._place, message)
        self._waiting.append(self._seq)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def turn(self) -> None:
        """Connect, send, listen, for about ``TURN_S``."""
        connection = self._connection
        if connection is None:
            self._attempt()
            return
        connection.turn(TURN_S)
        if connection.ended is not None or self._is_late(connection):
            self._lose(connection)
            return
        if not connection.up:
            return
        if not self._greeted:
            self._greeted, self.refused = True, None
            enterprise, gateway = self._place
            connection.subscribe(f"pw/down/v1/{enterprise}/{gateway}/ack")
        self._listen(connection)
        while self._waiting:
            self._send(connection, self._waiting.popleft())

    def close(self) -> None:
        """Leave in order."""
        if self._connection is not None and self._connection.up:
            self._connection.close()
        self._connection = None

    def _attempt(self) -> None:
        early = self._next_attempt - self._clock.monotonic()
        if early > 0:
            self._clock.sleep(min(early, TURN_S))
            return
        connection = Connection(self._login, None)
        self._next_attempt = self._clock.monotonic() + RETRY_S
        try:
            connection.open(self._broker)
        except OSError as error:
            self.refused = f"no broker at {self._broker.host}:{self._broker.port} ({error})"
            return
        self._connection, self._greeted = connection, False
        self._opened_at = self._clock.monotonic()

    def _is_late(self, connection: Connection) -> bool:
        return not connection.up and self._clock.monotonic() - self._opened_at > CONNECT_S

    def _lose(self, connection: Connection) -> None:
        """What was not acknowledged goes first next time; the faulty one lets it go."""
        self.refused = connection.refused or connection.ended
        connection.drop()
        self._connection = None
        self._next_attempt = self._clock.monotonic() + RETRY_S
        flying, self._flying = sorted(self._flying.values()), {}
        if self._fault is Fault.NO_RESEND:
            self._waiting.clear()
        else:
            self._waiting.extendleft(reversed(flying))

    def _listen(self, connection: Connection) -> None:
        while connection.acknowledged:
            self._flying.pop(connection.acknowledged.popleft(), None)
        if not connection.downlink:
            return
        newest = connection.downlink.pop()
        connection.downlink.clear()
        if self._fault is not Fault.NO_RESEND:
            self._answer(newest)

    def _answer(self, payload: bytes) -> None:
        """Send again what is missing, and forget what is stored."""
        ack = json.loads(payload)
        if ack.get("boot") != self._boot:
            return
        missing = {n for first, last in ack["missing"] for n in range(first, last + 1)}
        busy = {*self._waiting, *self._flying.values()}
        for number in sorted(missing - busy):
            if number in self._kept:
                self._waiting.append(number)
                self.sent_again += 1
        for number in [n for n in self._kept if n <= ack["seq"] and n not in missing | busy]:
            del self._kept[number]

    def _send(self, connection: Connection, number: int) -> None:
        message = self._kept.get(number)
        if message is None:
            return
        qos = 0 if self._fault is Fault.QOS0 else 1
        packet = connection.publish(message, qos)
        if qos:
            self._flying[packet] = number
