"""The watch: hears the field, lets the judge decide, and only then acknowledges."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from services.alerts.canary import Canary
from services.alerts.derivations import Derivations
from services.alerts.engine import Hearing
from services.alerts.heard import MESSAGES_REMEMBERED, Heard, MessageId
from services.alerts.hearing import hearing_of
from services.alerts.judge import Judge
from services.alerts.passed import Passed
from services.domain.canary import is_canary
from services.domain.reading import Reading, ReadingFlag
from services.runtime.clock import Clock
from services.runtime.failpoint import Failpoint, reach
from services.runtime.feed import Delivery, Feed
from services.runtime.lifecycle import pause
from services.wire.translate import Translation, translate

STEP = 500
"""Deliveries judged in one step: few enough that the loop stays quick."""
TICK_S = 0.1


class Watch:
    """`engine_at` is when the loop last finished a step (epoch ms): a stuck loop shows."""

    def __init__(
        self,
        feed: Feed,
        judge: Judge,
        clock: Clock,
        heard: Heard,
        known: Iterable[MessageId] = (),
        passed: Passed | None = None,
        canary: Canary | None = None,
        derivations: Derivations | None = None,
    ) -> None:
        self._feed = feed
        self._judge = judge
        self._clock = clock
        self._heard = heard
        self._canary = canary
        self._derivations = derivations
        self.passed = passed or Passed()
        self._messages: OrderedDict[MessageId, None] = OrderedDict.fromkeys(known)
        self._fresh: list[MessageId] = []
        self._derived: list[Reading] = []
        self._next_tick = clock.monotonic()
        self._caught_up = True
        self._hearings: list[Hearing] = []
        self.engine_at = clock.now_ms()
        self.running = False
        self.may_judge: Callable[[], bool] = lambda: True
        """Whether the lease is ours beyond doubt; asked before each step."""
        self.on_derived: Callable[[Sequence[Reading]], None] = lambda _: None
        """Given what derived points read, once it is kept and before it is acknowledged."""
        self.heard = 0
        """Deliveries taken since the start."""

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop."""
        self.running = True
        while not stop.is_set():
            deliveries = await self._feed.take(STEP, TICK_S)
            while not self.may_judge():
                # If another engine has them by now, they are its to judge, and we are ended.
                if await pause(stop, TICK_S):
                    return
            self.step(deliveries)
            await asyncio.sleep(0)

    def step(self, deliveries: Sequence[Delivery]) -> None:
        """Judge deliveries, acknowledge them, let time pass."""
        # With as much as one step takes, more is waiting: time does not run against those in it.
        self._caught_up = self._caught_up and len(deliveries) < STEP
        if deliveries:
            self.heard += len(deliveries)
            readings: list[Reading] = []
            canaries: list[Delivery] = []
            for delivery in deliveries:
                if is_canary(delivery.topic):
                    canaries.append(delivery)
                else:
                    readings += (read := self._readings(delivery))
                    if self._derivations is not None:
                        self._derived += self._derivations.take(read)
            if readings or self._hearings:
                self._judge.judge(readings, self._hearings)
                self._hearings = []
            self._heard.note(readings, self._fresh, self._derived)
            self._fresh.clear()
            if self._derived:
                self.on_derived(self._derived)
                self._derived = []
            self._hear_canaries(canaries)
            self._feed.ack(deliveries)
            reach(Failpoint.AFTER_ACK)
        if self._clock.monotonic() >= self._next_tick:
            hearing = self._caught_up and self._feed.ready
            self._judge.tick(hearing)
            self._pass_time(hearing)
            self._caught_up = True
            self._next_tick = self._clock.monotonic() + TICK_S
        self.engine_at = self._clock.now_ms()

    def _pass_time(self, hearing: bool) -> None:
        """What derived points read because their inputs are silent."""
        if self._derivations is None:
            return
        derived = self._derivations.pass_time(self._clock.now_ms(), hearing)
        if derived:
            self._heard.note((), (), derived)
            self.on_derived(derived)

    def _hear_canaries(self, canaries: Sequence[Delivery]) -> None:
        if self._canary is None:
            return
        for each in canaries:
            self._canary.hear(each, self._clock.now_ms())

    def _readings(self, delivery: Delivery) -> Sequence[Reading]:
        """What a delivery says; that it came is noted beside it. Refusals are ingest's to keep;
        readings without a time, of a message that we had before, are no new ones."""
        found = translate(
            self._judge.engine.directory,
            delivery.topic,
            delivery.payload,
            delivery.received_at,
            delivery.redelivered,
            delivery.retained,
        )
        if found.unregistered:
            self.passed.note(found)
        hearing = None if delivery.retained else hearing_of(found, delivery.received_at)
        if hearing is not None:
            self._hearings.append(hearing)
        had = {
            each for each in set(found.identities) if not self._is_new(_message_id(found, *each))
        }
        if not had:
            return found.readings
        # A reading with a time of its own is its own identity. A gateway that counts anew under
        # an old boot id must not be judged blind: its messages say something else.
        return [
            each
            for each in found.readings
            if not each.flags & ReadingFlag.NO_TIME or (each.boot, each.seq, each.mark) not in had
        ]

    def _is_new(self, message: MessageId) -> bool:
        if message in self._messages:
            return False
        self._messages[message] = None
        self._fresh.append(message)
        if len(self._messages) > MESSAGES_REMEMBERED:
            self._messages.popitem(last=False)
        return True


def _message_id(found: Translation, boot: str, seq: int, mark: int) -> MessageId:
    """A message is a repeat only if it says the same; without a mark, by its number alone."""
    return found.enterprise, found.gateway, f"{boot}\x1f{mark}" if mark else boot, seq
