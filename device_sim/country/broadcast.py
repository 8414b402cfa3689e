"""The country over a broker: every message at its time, through its gateway's line."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from device_sim.clock import Clock
from device_sim.country.flow import Flow, Spoken
from device_sim.message import Outgoing
from device_sim.transport.line import Line
from device_sim.transport.presence import state
from device_sim.transport.swarm import Swarm
from device_sim.transport.tally import Tally

Note = Callable[[str], None]

PROGRESS_S = 5.0
MOST_WAITING = 20_000
"""A fleet that is faster than its broker waits where so many messages have no PUBACK."""
DRAIN_S = 30.0
TOGETHER = 50
"""Messages after which a late fleet lets its lines breathe."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. ``offered``: readings handed over; ``acknowledged``: of them those whose
    message has its PUBACK; ``late_s``: the most that a message left after its time; waits of the
    acknowledgements in ms."""

    gateways: int
    signed_in: int
    sign_in_s: float
    seconds: float
    messages: int
    offered: int
    acknowledged: int
    unacknowledged: int
    dropped: int
    sent_again: int
    broken: int
    late_s: float
    puback_p50_ms: float
    puback_p99_ms: float

    @property
    def rate(self) -> float:
        """Acknowledged readings a second, from the first message to the last PUBACK."""
        return self.acknowledged / self.seconds if self.seconds > 0 else 0.0

    def as_dict(self) -> dict[str, float]:
        """For a file."""
        return {**asdict(self), "readings_a_second": round(self.rate, 1)}


class Broadcast:
    """``lines``: by place, one each; or the only one, which speaks for all."""

    def __init__(
        self,
        flow: Flow,
        swarm: Swarm,
        lines: Sequence[Line],
        tally: Tally,
        clock: Clock,
        note: Note,
    ) -> None:
        self._flow, self._swarm, self._lines, self._tally = flow, swarm, lines, tally
        self._clock, self._note = clock, note
        self._offered = self._messages = 0
        self._late_s = 0.0

    @property
    def _waiting(self) -> int:
        return self._messages - self._tally.acknowledged - self._tally.dropped

    async def sign_in(self, within_s: float, stop: asyncio.Event) -> float:
        """Wait for all lines, telling how far it is; the seconds that it took."""
        begun, wanted = self._clock.monotonic(), len(self._lines)
        while not stop.is_set() and self._clock.monotonic() - begun < within_s:
            if await self._swarm.gather(wanted, PROGRESS_S) == wanted:
                break
            self._note(f"{self._swarm.up} of {wanted} signed in")
        return self._clock.monotonic() - begun

    async def speak(
        self, seconds: float, speed: float, sign_in_s: float, stop: asyncio.Event
    ) -> Done:
        """All of it, and its acknowledgements; at speeds above 1 the stamps end now."""
        past_s = seconds * (1 - 1 / speed) if speed > 1 else 0.0
        start_ms = self._clock.now_ms() - round(past_s * 1000)
        signed_in, begun = self._swarm.up, self._clock.monotonic()
        told = begun
        for spoken in self._flow.messages(start_ms, seconds):
            await self._await_turn(begun + spoken.due_s / speed, stop)
            if stop.is_set():
                break
            self._offer(spoken)
            if self._clock.monotonic() - told >= PROGRESS_S:
                told = self._clock.monotonic()
                self._note(f"{spoken.due_s:.0f} of {seconds:.0f} s told, {self._waiting} wait")
        await self._swarm.settle(DRAIN_S)
        took, tally = self._clock.monotonic() - begun, self._tally
        return Done(
            gateways=self._flow.roll.gateways,
            signed_in=signed_in,
            sign_in_s=round(sign_in_s, 2),
            seconds=round(took, 2),
            messages=self._messages,
            offered=self._offered,
            acknowledged=tally.readings,
            unacknowledged=self._waiting,
            dropped=tally.dropped,
            sent_again=tally.again,
            broken=tally.broken,
            late_s=round(self._late_s, 3),
            puback_p50_ms=round(tally.wait_s(0.5) * 1000, 1),
            puback_p99_ms=round(tally.wait_s(0.99) * 1000, 1),
        )

    async def leave(self) -> None:
        """Farewells of those that have one, and the end of all connections."""
        now_ms, alone = self._clock.now_ms(), len(self._lines) != self._flow.roll.gateways
        said: list[tuple[Line, Outgoing | None]] = [
            (line, None if alone else state(*key, False, now_ms))
            for line, key in zip(self._lines, self._flow.roll.places(), strict=False)
        ]
        await self._swarm.leave(said)

    async def _await_turn(self, due: float, stop: asyncio.Event) -> None:
        """Until it is time, and there is room."""
        while not stop.is_set():
            left = due - self._clock.monotonic()
            if left > 0:
                await asyncio.sleep(min(left, 0.5))
            elif self._waiting >= MOST_WAITING:
                await asyncio.sleep(0.01)
            else:
                self._late_s = max(self._late_s, -left)
                if self._messages % TOGETHER == 0:
                    await asyncio.sleep(0)
                return

    def _offer(self, spoken: Spoken) -> None:
        self._lines[spoken.place % len(self._lines)].offer(spoken.outgoing)
        self._messages += 1
        self._offered += spoken.outgoing.readings
