"""The door: take, translate, batch, store, acknowledge. In this order, and nothing else.

While the database is away a batch is kept and tried again; what is not acknowledged stays with
the broker. Two things end a message: its commit, or its commit as a dead letter.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from services.ingest.aside import Aside
from services.ingest.book_follower import BookFollower
from services.ingest.canary import Canary
from services.ingest.chores import Chores, Portion
from services.ingest.downlink import Downlink
from services.ingest.gateway_watch import GatewayWatch
from services.ingest.in_flight import InFlight
from services.ingest.precedence import Precedence
from services.ingest.tally import Tally
from services.runtime.clock import Clock
from services.runtime.feed import Delivery, Feed
from services.runtime.lifecycle import pause
from services.store.intake import Busy, CommitUnknown, Fenced, Intake, Parcel, Receipt, Unfit
from services.wire.translate import Translation, translate

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """When a batch is full, and how patient the door is. Times in seconds."""

    linger: float = 0.1
    readings: int = 5_000
    deliveries: int = 2_000
    payload_bytes: int = 16 * 1024 * 1024
    step: int = 50
    """Deliveries taken and translated at a time, so that a batch of large ones ends in time."""
    idle: float = 0.2
    back_off: float = 0.2
    back_off_most: float = 2.0
    adoption: int = 5_000
    look: float = 1.0
    """How often gaps are looked for."""


class Door:
    """One feed, one store. Call `run`."""

    def __init__(
        self,
        feed: Feed,
        intake: Intake,
        follower: BookFollower,
        clock: Clock,
        limits: Limits | None = None,
        chores: Chores | None = None,
        precedence: Precedence | None = None,
    ) -> None:
        """Without `chores` nothing is set aside, and what was is not come back to."""
        self._feed = feed
        self._intake = intake
        self._follower = follower
        self._clock = clock
        self._limits = limits or Limits()
        self._chores = chores
        self.apart = Aside(0, clock) if chores is None else chores.aside
        self._precedence = precedence or Precedence()
        self._adoption_due = False
        self._adoption = Portion(self._limits.adoption, self._limits.adoption)
        self._looked_at = float("-inf")
        self.tally = Tally()
        self.canary = Canary(feed)
        self.in_flight = InFlight()
        self.downlink = Downlink(clock)
        self.gateways = GatewayWatch()
        follower.on_change = self.gateways.follow

    async def run(self, stop: asyncio.Event) -> None:
        """Let the field in until told to stop; what is not committed then is not acknowledged."""
        while not stop.is_set():
            self._adoption_due |= self._follower.take_over()
            if not self._follower.read_once:
                await self._follower.first(self._limits.idle)
                continue
            if self._adoption_due:
                await self._adopt(stop)
            parcels = await self._collect()
            if parcels:
                await self._deliver(parcels, stop)
                self.in_flight.clear()
            else:
                self.gateways.idle(self._clock.now_ms())
            await self._look_for_gaps()
            await self._do_chores(parcels, stop)

    async def _collect(self) -> list[Parcel]:
        """A batch: the first delivery, and what comes within the linger time after it."""
        limits = self._limits
        parcels: list[Parcel] = []
        readings = size = 0
        wait_s, end = limits.idle, None
        while len(parcels) < limits.deliveries and readings < limits.readings:
            for delivery in await self._feed.take(limits.step, wait_s):
                if self.canary.takes(delivery):
                    continue
                parcels.append(self._read(delivery))
                readings += len(parcels[-1].translation.readings)
                size += len(delivery.payload)
            now = self._clock.monotonic()
            end = now + limits.linger if end is None else end
            wait_s = end - now
            if not parcels or wait_s <= 0 or size >= limits.payload_bytes:
                break
        return parcels

    def _read(self, delivery: Delivery) -> Parcel:
        translation = translate(
            self._follower.directory,
            delivery.topic,
            delivery.payload,
            delivery.received_at,
            delivery.redelivered,
            delivery.retained,
        )
        directory = self._follower.directory
        self._precedence.learn(delivery.topic, translation.readings, directory)
        apart = self.apart.holds(delivery, translation)
        return self.in_flight.take(Parcel(delivery, translation, apart))

    async def _deliver(self, parcels: Sequence[Parcel], stop: asyncio.Event) -> None:
        """Store a batch, however long it takes, and acknowledge it; nothing when stopped."""
        back_off = self._limits.back_off
        while not stop.is_set():
            try:
                self._finish(parcels, await self._intake.store(parcels))
                return
            except Unfit as error:
                await self._divide(parcels, str(error), stop)
                return
            except Fenced as fenced:
                self.in_flight.done(_under(parcels, fenced))
                parcels = _left_of(parcels, fenced)
                if not parcels:
                    return
                continue
            except CommitUnknown as lost:
                if await self._settle(parcels, lost, stop):
                    return
            except Busy as error:
                self._note_away(error)
            await pause(stop, back_off)
            back_off = min(back_off * 2, self._limits.back_off_most)

    def _finish(self, parcels: Sequence[Parcel], receipt: Receipt) -> None:
        self._note_back()
        self._feed.ack([each.delivery for each in parcels])
        self.canary.committed()
        self.in_flight.done(parcels)
        self.gateways.note(parcels)
        self.downlink.tell(receipt.answers)
        self.apart.committed(parcels)
        retained = sum(each.translation.repeated for each in parcels)
        self.tally.add(receipt, len(parcels), retained, self._clock.now_ms())

    async def _settle(
        self, parcels: Sequence[Parcel], lost: CommitUnknown, stop: asyncio.Event
    ) -> bool:
        """Find out what became of a lost COMMIT; whether the batch is dealt with."""
        _log.warning("the answer to a COMMIT was lost", transaction=lost.transaction)
        self.tally.db_ok = False
        while not stop.is_set():
            try:
                committed = await self._intake.fate(lost.transaction)
            except Busy as error:
                self._note_away(error)
                await pause(stop, self._limits.back_off_most)
                continue
            if committed:
                self._finish(parcels, lost.receipt)
            elif committed is None:
                _log.warning("nobody knows the fate of a COMMIT: the broker gives it all again")
                self._feed.drop_connection()
            return committed is not False
        return True

    async def _divide(self, parcels: Sequence[Parcel], reason: str, stop: asyncio.Event) -> None:
        """Find the delivery that the database refuses, so that its neighbours are stored."""
        if len(parcels) > 1:
            middle = len(parcels) // 2
            await self._deliver(parcels[:middle], stop)
            await self._deliver(parcels[middle:], stop)
            return
        (culprit,) = parcels
        if _is_dead(culprit.translation):
            raise RuntimeError(f"the database refuses even a dead letter: {reason}")
        _log.warning("the database refused a message", topic=culprit.delivery.topic, reason=reason)
        await self._deliver([replace(culprit, translation=_refused(culprit, reason))], stop)

    async def _adopt(self, stop: asyncio.Event) -> None:
        """Move one portion of what was kept for new points; deliveries go on in between."""
        try:
            self._adoption_due = await self._intake.adopt(
                self._follower.directory, self._adoption.size
            )
            self._adoption.worked()
        except Busy as error:
            self._note_away(error)
            await pause(stop, self._limits.back_off)
        except Unfit as error:
            self._adoption.failed(str(error))
            if self._adoption.refusal is not None:
                self._adoption_due = False
                _log.error("an adoption was refused by the database", reason=str(error))

    async def _do_chores(self, parcels: Sequence[Parcel], stop: asyncio.Event) -> None:
        """Come back to what was set aside; the more is going on here, the less of it."""
        if self._chores is None:
            return
        limits = self._limits
        readings = sum(len(each.translation.readings) for each in parcels)
        crowded = len(parcels) >= limits.deliveries or readings >= limits.readings
        try:
            await self._chores.turn(self._follower.directory, crowded)
            self._note_back()
        except Busy as error:
            self._note_away(error)
            await pause(stop, limits.back_off)

    async def _look_for_gaps(self) -> None:
        """Once a second: holes in the numbers of messages whose grace is over become gaps."""
        if self._clock.monotonic() - self._looked_at < self._limits.look:
            return
        self._looked_at = self._clock.monotonic()
        try:
            self.tally.gaps += await self._intake.open_gaps(self._clock.now_ms())
            self.canary.committed()
            self._note_back()
        except Busy as error:
            self._note_away(error)

    def _note_back(self) -> None:
        if not self.tally.db_ok:
            _log.info("the database is back")
        self.tally.db_ok = True

    def _note_away(self, error: Busy) -> None:
        if self.tally.db_ok:
            _log.warning("the database is away: messages stay with the broker", reason=str(error))
        self.tally.db_ok = False


def _under(parcels: Sequence[Parcel], fenced: Fenced) -> list[Parcel]:
    return [each for each in parcels if each.delivery.lease in fenced.leases]


def _left_of(parcels: Sequence[Parcel], fenced: Fenced) -> list[Parcel]:
    """What is still ours; the rest is not acknowledged, and its new owner gets it."""
    for lease in fenced.leases:
        lease.lost = True
    _log.warning("another worker has taken buckets over", buckets=[x.bucket for x in fenced.leases])
    return [each for each in parcels if each.delivery.lease not in fenced.leases]


def _is_dead(translation: Translation) -> bool:
    return not translation.readings and not translation.unregistered and not translation.messages


def _refused(parcel: Parcel, reason: str) -> Translation:
    found = parcel.translation
    sentence = f"The database refused it: {reason}."
    return Translation(
        found.enterprise,
        found.gateway,
        refusals=(sentence, *found.refusals),
        unused=(*found.messages, *found.unused),
        spoilt=max(len(found.readings) + len(found.unregistered) - 1, 0),
    )
