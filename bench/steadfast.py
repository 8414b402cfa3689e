"""A gateway's connection that does not give up: connects again, and sends again what nobody took.

As a real gateway would, so that a long run outlives a broker whose disk stands still for a moment
(it cuts connections whose messages wait 5 s).
"""

import time
from collections import deque
from types import TracebackType
from typing import Self

from bench.link import Link
from bench.order import Sender

AGAIN_S = 1.0
PATIENCE_S = 120.0


class Steadfast:
    """The part of a `Link` that a paced publisher uses; `cuts` is how often it was cut off."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._unacknowledged: deque[bytes] = deque()
        self._link = self._connect()
        self.cuts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._link.__exit__(kind, error, trace)

    @property
    def in_flight(self) -> int:
        return self._link.in_flight

    def send(self, payloads: list[bytes]) -> None:
        """Publish; what is cut off is sent again."""
        self._unacknowledged.extend(payloads)
        try:
            self._link.send(payloads)
        except OSError:
            self._again()

    def take_acks(self, wait_s: float) -> None:
        """Take what acknowledgements come within `wait_s`; returns at the first."""
        try:
            self._link.take_acks(wait_s)
        except OSError:
            self._again()
        while len(self._unacknowledged) > self._link.in_flight:
            self._unacknowledged.popleft()

    def drain(self) -> None:
        """Wait until everything is acknowledged."""
        while self.in_flight:
            self.take_acks(1.0)

    def _connect(self) -> Link:
        who = self._sender
        return Link(who.port, f"bench-{who.boot}", who.username, who.password, who.topic)

    def _again(self) -> None:
        """Raises OSError when the broker takes nobody for too long."""
        self.cuts += 1
        self._link.__exit__(None, None, None)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            time.sleep(AGAIN_S)
            try:
                self._link = self._connect()
                self._link.send(list(self._unacknowledged))
            except OSError:
                if time.monotonic() > deadline:
                    raise
            else:
                return
