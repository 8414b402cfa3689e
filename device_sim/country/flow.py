"""All messages of the country in the order of their time: the same seed, the same bytes."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from device_sim.country.farm import Farm
from device_sim.country.roll import Roll
from device_sim.encode.persona import Persona, outgoing
from device_sim.message import Message, Outgoing

START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where the virtual clock of a hash begins."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """``due_s``: seconds since the start; ``place``: which gateway, from 0."""

    due_s: float
    place: int
    outgoing: Outgoing


class Flow:
    """Gateway after gateway speaks of all its points, over and over. ``personas``: dialects; each
    gateway has its own, in turn."""

    def __init__(self, roll: Roll, seed: int, boot: str, personas: Sequence[Persona]) -> None:
        self.roll, self._seed, self._boot, self._personas = roll, seed, boot, personas
        self._farms: dict[int, Farm] = {}

    def messages(self, start_ms: int, seconds: float) -> Iterator[Spoken]:
        """From ``start_ms`` on, epoch ms UTC; at least one."""
        roll, number = self.roll, 0
        while (due_s := number * roll.every_s) < seconds or not number:
            place = number % roll.gateways
            ts_ms = start_ms + round(due_s * 1000)
            yield Spoken(due_s, place, self._say(place, number // roll.gateways + 1, ts_ms))
            number += 1

    def _say(self, place: int, seq: int, ts_ms: int) -> Outgoing:
        key = self.roll.key(place)
        farm = self._farms.get(place)
        if farm is None:
            farm = Farm(self._seed, key[0], self.roll.tags(place), ts_ms / 1000)
            self._farms[place] = farm
        message = Message(ts_ms, self._boot, seq, farm.values(ts_ms / 1000))
        persona = self._personas[place % len(self._personas)]
        return outgoing(persona, *key, persona.fit(message))


def sha256(
    flow: Flow, seconds: float, progress: Callable[[int], None] = lambda _seconds: None
) -> tuple[str, int]:
    """The hash over topic, NUL, payload and LF of everything published, and the readings.

    ``progress`` is told how many seconds are through."""
    digest, readings = hashlib.sha256(), 0
    for spoken in flow.messages(START_MS, seconds):
        said = spoken.outgoing
        digest.update(said.topic.encode() + b"\0" + said.payload + b"\n")
        readings += said.readings
        progress(int(spoken.due_s))
    return digest.hexdigest(), readings
