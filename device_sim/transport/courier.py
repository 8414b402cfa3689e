"""A gateway's own thread with a store-and-forward buffer before its link.

The buffer keeps the newest ``KEPT`` messages; while the broker is away longer than that,
the oldest are dropped and counted, as a real gateway with a full store does.
"""

import threading
from collections import deque

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker
from device_sim.transport.link import TURN_S, GatewayLink

KEPT = 7_200
IN_TURN = 50  # messages handed over between two looks at the socket


class Courier:
    """Takes messages from the fleet's thread and never makes it wait.

    ``dropped``: messages lost to a full buffer. ``trouble``: why it is not connected now.
    ``off_the_air``: set to keep it away from the broker, without a farewell. ``way``: how it
    connects, to be set anew where it shows another certificate; ``holding``: it hands nothing over.
    """

    def __init__(self, name: str, link: GatewayLink, clock: Clock) -> None:
        self.name = name
        self.dropped = 0
        self.off_the_air = self.holding = False
        self.way: Broker | None = None
        self._break = threading.Event()
        self._link, self._clock = link, clock
        self._linger_s, self._settles = 0.0, False
        self._buffer: deque[Outgoing] = deque()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._farewell: Outgoing | None = None
        self._thread = threading.Thread(target=self._run, name=f"courier {name}", daemon=True)

    @property
    def alive(self) -> bool:
        """False once its thread ended, which before ``stop`` is a defect."""
        return self._thread.is_alive()

    @property
    def trouble(self) -> str | None:
        return None if self._link.connected else (self._link.trouble or "not connected yet")

    def connected_by(self, way: Broker | None) -> bool:
        """Whether it is signed in, and in this way."""
        return self._link.connected and self._link.broker == way

    @property
    def acknowledged(self) -> int:
        """Messages the broker acknowledged."""
        return self._link.acknowledged

    @property
    def waiting(self) -> int:
        """Messages not yet acknowledged, buffered ones included."""
        return len(self._buffer) + self._link.waiting

    def start(self) -> None:
        """Connect, and go on connecting."""
        self._thread.start()

    def unacknowledged(self) -> list[Outgoing]:
        """Messages not yet acknowledged; whole only once it has ended."""
        return [*self._link.unacknowledged(), *self._buffer]

    def offer(self, message: Outgoing) -> Outgoing | None:
        """Queue a message; the oldest gives way if the buffer is full, and is what comes back."""
        gone: Outgoing | None = None
        with self._lock:
            if len(self._buffer) >= KEPT:
                gone = self._buffer.popleft()
                self.dropped += 1
            self._buffer.append(message)
        return gone

    def ask_to_break(self) -> None:
        """Let the connection break once, as a cable that is pulled and put back."""
        self._break.set()

    def ask_to_stop(
        self, farewell: Outgoing | None, within_s: float, *, settle: bool = False
    ) -> None:
        """Begin to end: send what is buffered and the farewell if connected, disconnect.

        ``settle``: as long as it takes, up to ``within_s``, until all of it is acknowledged; a
        connection that is lost, or not there yet, is made for it.
        """
        self._farewell, self._linger_s, self._settles = farewell, within_s, settle
        self._stop.set()

    def join(self, within_s: float) -> None:
        """Wait for the end, but no longer than ``within_s``."""
        self._thread.join(within_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._break.is_set() or self.off_the_air:
                self._break.clear()
                self._link.cut()
            if self.off_the_air:
                self._stop.wait(TURN_S)
                continue
            if self.way is not None:
                self._link.go_by(self.way)
            if not self.holding:
                self._hand_over()
            self._link.pump(TURN_S)
        deadline = self._clock.monotonic() + self._linger_s
        while self._has_more_to_do() and self._clock.monotonic() < deadline:
            self._hand_over()
            self._link.pump(TURN_S)
        self._link.close(self._farewell)

    def _has_more_to_do(self) -> bool:
        if self._settles:
            return self.waiting > 0 and not (self.off_the_air or self.holding)
        return bool(self._buffer) and self._link.connected

    def _hand_over(self) -> None:
        for _ in range(IN_TURN):
            if not self._buffer or not self._link.ready:
                return
            with self._lock:
                message = self._buffer.popleft()
            self._link.send(message)
