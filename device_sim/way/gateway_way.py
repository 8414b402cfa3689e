"""One gateway's way to the broker, second by second."""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from device_sim.encode.persona import Persona, outgoing
from device_sim.fleet.way_cause import (
    CertificateExpired,
    Delay,
    Duplicate,
    Loss,
    Offline,
    Oversized,
    ReconnectStorm,
    Reorder,
    Truncate,
    WayCause,
)
from device_sim.message import Message, Outgoing
from device_sim.way.departure import Departure, Fate, Said
from device_sim.way.spoiling import Spoiling

REMEMBERED = 100
"""How many of the last departures a broken link may make it send again."""
BURST = 50
"""Messages a second out of its store where the cause that is over does not say."""


class GatewayWay:
    """Its clock, its store and its link under the causes that name it.

    Nothing vanishes: each message that goes in comes out as departures, is told as lost or
    dropped, or is ``waiting``.
    """

    def __init__(
        self,
        key: tuple[str, str],
        causes: Sequence[WayCause],
        units: Mapping[str, str],
        persona: Persona,
        rng: Random,
    ) -> None:
        self._key, self._causes, self._persona, self._rng = key, causes, persona, rng
        self._spoiling = Spoiling(key[0], units, rng)
        self._due: list[tuple[float, int, Departure]] = []
        self._order = 0
        self._store: deque[Departure] = deque()
        self._burst = BURST
        self._recent: deque[Departure] = deque(maxlen=REMEMBERED)
        self.is_down = False
        """Whether it has no link at this second."""
        self.has_expired = False
        """Whether it has none only because its certificate has run out."""
        self.was_cut = False
        """Whether its link broke at this second, and was made again."""

    def carry(
        self, number: int, message: Message | None, elapsed_s: float
    ) -> tuple[Said | None, list[Departure]]:
        """Let one second pass in which the gateway sampled ``message``.

        What it means to send, and what leaves or is given up in this second, in its order.
        """
        held = [cause for cause in self._causes if cause.holds(elapsed_s)]
        said: Said | None = None
        gone: list[Departure] = []
        if message is not None:
            spoilt, refusable = self._spoiling.spoil(message, held, elapsed_s)
            spoilt = self._persona.fit(spoilt)
            if not spoilt.values and not spoilt.qualities:
                message = None
        if message is not None:
            said = Said(number, spoilt, message.ts_ms, refusable)
            first = self._written(said, held)
            if self._happens(held, Loss):
                gone.append(Departure(said, Fate.LOST))
            else:
                self._schedule(first, held, elapsed_s)
        ready: list[Departure] = []
        while self._due and self._due[0][0] <= elapsed_s:
            ready.append(heapq.heappop(self._due)[2])
        gone += self._over_the_link(ready, held)
        self._storm(held, elapsed_s, gone)
        self._recent.extend(each for each in gone if each.fate.leaves)
        return said, gone

    def waiting(self) -> list[Departure]:
        """What has not left when the run ends."""
        left = [departure for _, _, departure in sorted(self._due, key=lambda each: each[:2])]
        return [Departure(each.said, Fate.WAITING) for each in (*self._store, *left)]

    def _written(self, said: Said, held: Sequence[WayCause]) -> Departure:
        """Its bytes, whole or not."""
        plain = outgoing(self._persona, *self._key, said.message)
        whole = replace(plain, number=said.number)
        if self._happens(held, Truncate):
            end = self._rng.randrange(1, len(whole.payload))
            return Departure(said, Fate.TRUNCATED, _with(whole, whole.payload[:end]))
        for cause in held:
            if isinstance(cause, Oversized) and self._rng.random() < cause.share:
                blanks = b" " * max(0, cause.bytes - len(whole.payload))
                payload = whole.payload[:-1] + blanks + whole.payload[-1:]
                return Departure(said, Fate.OVERSIZED, _with(whole, payload))
        return Departure(said, Fate.SENT, whole)

    def _schedule(self, first: Departure, held: Sequence[WayCause], elapsed_s: float) -> None:
        """When it leaves, and how often."""
        later_s = 0
        for cause in held:
            if isinstance(cause, Delay):
                later_s += cause.by_s
            elif isinstance(cause, Reorder) and self._rng.random() < cause.share:
                later_s += self._rng.randint(1, cause.within_s)
        self._put(_late(first) if later_s else first, elapsed_s + later_s)
        for cause in held:
            if isinstance(cause, Duplicate) and self._rng.random() < cause.share:
                for _ in range(cause.copies):
                    after_s = later_s + self._rng.randint(0, cause.within_s)
                    self._put(_again(first), elapsed_s + after_s)

    def _put(self, departure: Departure, due_s: float) -> None:
        self._order += 1
        heapq.heappush(self._due, (due_s, self._order, departure))

    def _over_the_link(
        self, ready: Sequence[Departure], held: Sequence[WayCause]
    ) -> list[Departure]:
        cuts = [cause for cause in held if isinstance(cause, Offline | CertificateExpired)]
        self.is_down = bool(cuts)
        self.has_expired = self.is_down and not any(isinstance(each, Offline) for each in cuts)
        if not self.is_down and not self._store:
            return list(ready)
        self._store.extend(_late(each) for each in ready)
        if not self.is_down:
            return [self._store.popleft() for _ in range(min(self._burst, len(self._store)))]
        self._burst = min(cause.burst for cause in cuts)
        dropped: list[Departure] = []
        while len(self._store) > min(cause.kept for cause in cuts):
            dropped.append(Departure(self._store.popleft().said, Fate.DROPPED))
        return dropped

    def _storm(self, held: Sequence[WayCause], elapsed_s: float, gone: list[Departure]) -> None:
        """A link that breaks before its acknowledgements sends the last messages again."""
        self.was_cut = False
        for cause in held:
            if not isinstance(cause, ReconnectStorm) or self.is_down:
                continue
            if round(elapsed_s - cause.at_s) % cause.every_s == cause.every_s - 1:
                self.was_cut = True
                sent = [*self._recent, *(each for each in gone if each.fate.leaves)]
                gone += [_again(each) for each in sent[-cause.unsure :]] if cause.unsure else []

    def _happens(self, held: Sequence[WayCause], kind: type[Loss] | type[Truncate]) -> bool:
        return any(isinstance(each, kind) and self._rng.random() < each.share for each in held)


def _with(whole: Outgoing, payload: bytes) -> Outgoing:
    return Outgoing(whole.topic, payload, whole.retain, 0)


def _late(departure: Departure) -> Departure:
    fate = Fate.LATE if departure.fate is Fate.SENT else departure.fate
    return Departure(departure.said, fate, departure.outgoing)


def _again(departure: Departure) -> Departure:
    fate = Fate.AGAIN if departure.fate.arrives_whole else departure.fate
    return Departure(departure.said, fate, departure.outgoing)
