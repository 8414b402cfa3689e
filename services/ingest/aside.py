"""What the door notices of each gateway: too much, nothing usable; and what follows from it.

In memory, written down once a second (`services.ingest.chores`), taken up again after a restart.
"""

from collections.abc import Iterable, Sequence

from services.domain.formula import GATEWAY as COMPUTED
from services.domain.rate import (
    CUT_S,
    LIVE_MS,
    WINDOW_S,
    Owner,
    Passage,
    RateGate,
)
from services.domain.reading import Reading, ReadingFlag
from services.domain.trouble import POISON_RATE, Condition, Kind, PoisonRate, PoisonRuns, Run
from services.runtime.clock import Clock
from services.runtime.feed import Delivery
from services.store.diverted_tables import values_of
from services.store.intake import Parcel
from services.store.set_aside import Apart, Memory, TakenIn
from services.wire.translate import Translation, UnregisteredValue

MOST_BYTES = 2 * 1024 * 1024 * 1024
"""Payloads kept apart, all gateways together. Beyond it the rate limit gives way: messages go
straight in, and neither the disk nor a message is lost for fairness' sake."""

SHARE_OF_ONE = 4
"""Of one gateway a quarter of that."""

Key = tuple[Owner, Kind]


class Aside:
    """The standing of all gateways. Bounded: by the gateways that sent something."""

    def __init__(self, rate: int, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        """`rate`: readings a second and gateway, 0 for no limit."""
        self._most_bytes = most_bytes
        self._gate = RateGate(rate)
        self._clock = clock
        self._runs = PoisonRuns()
        self._poison_rate = PoisonRate()
        self._apart: dict[Owner, Apart] = {}
        self._last_apart: dict[Owner, float] = {}
        self._open: dict[Key, Condition] = {}
        self._pending: dict[Key, Condition] = {}
        self.total = Apart()
        """What is stored apart and waits."""
        self.oldest: int | None = None
        """Since when (epoch ms) the first of it waits, as far as is known."""
        self.gave_way = 0
        """Messages over the rate that went straight in because there was no room apart."""

    def holds(self, delivery: Delivery, found: Translation) -> bool:
        """Whether this message is to be stored apart, for its gateway sends too much."""
        if not self._gate.is_on or not (found.readings or found.unregistered):
            return False
        if found.gateway == COMPUTED:
            return False
        values = values_of(found)
        owner = (found.enterprise, found.gateway)
        passage = self._gate.judge(
            owner, values, _is_live(found, delivery), self._clock.monotonic()
        )
        if passage is Passage.STRAIGHT:
            return False
        if passage is Passage.CUT:
            now = self._clock.now_ms()
            live = self._gate.live(owner)
            self._set(Condition(owner, Kind.CUT, now, live, now + CUT_S * 1000))
        if not self._has_room(owner, len(delivery.payload)):
            self.gave_way += 1
            return False
        return True

    def committed(self, parcels: Sequence[Parcel]) -> None:
        """A batch is stored: what it says about its gateways."""
        standings = list(_standings(parcels))
        for owner in self._runs.note(standings):
            self._judge_run(owner)
        for owner, found in self._poison_rate.note(standings).items():
            self._note_poison(owner, found)
        for parcel in parcels:
            if parcel.apart:
                self._note_apart(parcel)

    def taken_in(self, taken: TakenIn) -> None:
        """A portion of what was apart is stored."""
        self.oldest = taken.oldest
        for owner, portion in taken.by_gateway.items():
            held = self._apart.setdefault(owner, Apart())
            for each in (held, self.total):
                each.add(-portion.messages, -portion.readings, -portion.size)
            if held.messages <= 0:
                del self._apart[owner]
        if taken.oldest is None:
            self._apart.clear()
            self.total = Apart()

    def recalled(self, memory: Memory) -> None:
        """Take up what was known before a restart, or anew when it is doubtful."""
        self._apart = memory.apart
        self.total = Apart()
        for each in memory.apart.values():
            self.total.add(each.messages, each.readings, each.size)
        if self.total.messages and self.oldest is None:
            self.oldest = self._clock.now_ms()
        for condition in memory.conditions:
            self._open.setdefault((condition.owner, condition.kind), condition)
            if condition.kind is Kind.ONLY_POISON:
                self._runs.resume(condition.owner, condition.since, condition.count)
            if condition.kind is Kind.MUCH_POISON:
                self._poison_rate.resume(condition.owner, self._clock.now_ms())

    def review(self) -> list[Condition]:
        """What has to be written down now."""
        now, monotonic = self._clock.now_ms(), self._clock.monotonic()
        for (owner, kind), condition in list(self._open.items()):
            if kind is Kind.CUT and condition.until is not None and now >= condition.until:
                self._end(owner, kind)
            if kind is Kind.MUCH_POISON and not self._poison_rate.is_over(owner, now):
                self._end(owner, kind)
            if kind is Kind.OVER_RATE and owner not in self._apart:
                quiet = monotonic - self._last_apart.get(owner, monotonic - WINDOW_S)
                if quiet >= WINDOW_S:
                    self._end(owner, kind)
        self._poison_rate.forget(now)
        return list(self._pending.values())

    def written(self, conditions: Iterable[Condition]) -> None:
        """These are written down."""
        for each in conditions:
            key = (each.owner, each.kind)
            if self._pending.get(key) == each:
                del self._pending[key]

    def _has_room(self, owner: Owner, size: int) -> bool:
        mine = self._apart.get(owner)
        held = 0 if mine is None else mine.size
        most = self._most_bytes
        return held + size <= most // SHARE_OF_ONE and self.total.size + size <= most

    def _note_apart(self, parcel: Parcel) -> None:
        owner = (parcel.translation.enterprise, parcel.translation.gateway)
        values, size = values_of(parcel.translation), len(parcel.delivery.payload)
        self._apart.setdefault(owner, Apart()).add(1, values, size)
        self.total.add(1, values, size)
        if self.oldest is None:
            self.oldest = parcel.delivery.received_at
        self._last_apart[owner] = self._clock.monotonic()
        known = self._open.get((owner, Kind.OVER_RATE))
        since = parcel.delivery.received_at if known is None else known.since
        count = values + (0 if known is None else known.count)
        self._set(Condition(owner, Kind.OVER_RATE, since, count))

    def _judge_run(self, owner: Owner) -> None:
        run: Run | None = self._runs.only_poison(owner)
        if run is not None:
            self._set(Condition(owner, Kind.ONLY_POISON, run.since, run.count))
        elif (owner, Kind.ONLY_POISON) in self._open:
            self._end(owner, Kind.ONLY_POISON)

    def _note_poison(self, owner: Owner, found: Run) -> None:
        """Over the rate; one that sends nothing else is flagged for that already."""
        known = self._open.get((owner, Kind.MUCH_POISON))
        if known is not None:
            self._set(Condition(owner, Kind.MUCH_POISON, known.since, known.count + found.count))
        elif (owner, Kind.ONLY_POISON) not in self._open:
            count = found.count + POISON_RATE
            self._set(Condition(owner, Kind.MUCH_POISON, found.since, count))

    def _set(self, condition: Condition) -> None:
        key = (condition.owner, condition.kind)
        self._open[key] = self._pending[key] = condition

    def _end(self, owner: Owner, kind: Kind) -> None:
        last = self._open.pop((owner, kind))
        over = Condition(owner, kind, last.since, last.count, last.until, over=True)
        self._pending[owner, kind] = over
        if kind is Kind.OVER_RATE:
            self._last_apart.pop(owner, None)


def _standings(parcels: Iterable[Parcel]) -> Iterable[tuple[Owner, bool, int]]:
    """Of each message: whose, whether anything of it is of use, when it came."""
    for parcel in parcels:
        found = parcel.translation
        useful = bool(found.readings or found.unregistered or found.state or found.repeated)
        yield (found.enterprise, found.gateway), useful, parcel.delivery.received_at


def _is_live(found: Translation, delivery: Delivery) -> bool:
    """Whether its first and last value are of now: a back-fill is in order of time.

    A value without a time of its own is of the moment at which it was published: of now only
    where it is known that it did not wait for us at the broker, and is not given again.
    """
    values = found.readings or found.unregistered
    prompt = delivery.prompt and not delivery.redelivered
    return _is_now(values[0], prompt) and (len(values) == 1 or _is_now(values[-1], prompt))


def _is_now(value: Reading | UnregisteredValue, prompt: bool) -> bool:
    if value.received_at - value.measured_at > LIVE_MS:
        return False
    # Joining flags is slow, and most values have none.
    flags = value.flags
    return prompt or flags is ReadingFlag.NONE or not flags & ReadingFlag.NO_TIME
