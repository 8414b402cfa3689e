"""Acks to the gateways that number their messages: after the COMMIT, at most one a second each.

They are a kindness, not a promise: QoS 0, and what is not sent is made up for by the next one. So
everything here is bounded, and nobody waits for it.
"""

import asyncio
from collections.abc import Callable, Iterable

from services.domain.ledger import Answer
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.wire import ack

EVERY_S = 1.0
"""Between two acks to one gateway."""

PASS_S = 0.1

PASS_MOST = 100
"""Acks a pass, so at most a thousand a second: a park with more gateways tells each less often."""

GATEWAYS_MOST = 20_000
"""Gateways that wait for their ack; beyond it the one that waits longest is dropped, and counted."""

BOOTS_MOST = 4
"""Boots of one gateway that wait; beyond it the oldest answer is dropped, and counted."""

Owner = tuple[str, str]


class Downlink:
    """What is to be said, the newest answer of each boot, in the order of waiting."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[Owner, dict[str, Answer]] = {}
        self._said_at: dict[Owner, float] = {}
        self.sent = 0
        self.dropped = 0

    def tell(self, answers: Iterable[Answer]) -> None:
        """Say this to the gateways soon; a newer answer of the same boot takes its place."""
        for answer in answers:
            boots = self._waiting.setdefault((answer.enterprise, answer.gateway), {})
            boots.pop(answer.boot, None)
            boots[answer.boot] = answer
            if len(boots) > BOOTS_MOST:
                del boots[next(iter(boots))]
                self.dropped += 1
        while len(self._waiting) > GATEWAYS_MOST:
            self.dropped += len(self._waiting.pop(next(iter(self._waiting))))

    def send(self, publish: Callable[[str, bytes], bool]) -> None:
        """Say what is due; what the connection does not take now is tried again."""
        now = self._clock.monotonic()
        self._said_at = {who: at for who, at in self._said_at.items() if now - at < EVERY_S}
        due = [owner for owner in self._waiting if owner not in self._said_at]
        for owner in due[:PASS_MOST]:
            boots = self._waiting[owner]
            answer = boots[next(iter(boots))]
            if not publish(ack.topic_of(answer), ack.encode(answer)):
                return
            self.sent += 1
            self._said_at[owner] = now
            del self._waiting[owner], boots[answer.boot]
            if boots:
                self._waiting[owner] = boots

    async def run(self, publish: Callable[[str, bytes], bool], stop: asyncio.Event) -> None:
        """Send until told to stop."""
        while not stop.is_set():
            self.send(publish)
            await pause(stop, PASS_S)
