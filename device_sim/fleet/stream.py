"""A fleet and its ways to the broker: seconds go in, bytes come out, and the truth is kept."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from device_sim.encode.persona import Persona
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.scenario import Scenario
from device_sim.fleet.timeline import matches
from device_sim.fleet.way_cause import WayCause
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.physics.chance import stream
from device_sim.way.departure import Departure, Said
from device_sim.way.gateway_way import GatewayWay

LEAST_KG_S = 1e-6
"""What is less is not told to be released."""
Progress = Callable[[int], None]
"""Is told how many seconds are simulated."""


class Witness(Protocol):
    """Who writes down what was said and what became of it."""

    def say(self, key: StationKey, said: Said) -> None:
        """A gateway means to send this."""
        ...

    def depart(self, key: StationKey, departure: Departure, at_ms: int) -> None:
        """It left at this true time, or never will."""
        ...

    def release(self, at_ms: int, leaving: Mapping[str, tuple[str, float]]) -> None:
        """What goes into the air at this second: by its source, of what and how much, kg/s."""
        ...


class Stream:
    """The same scenario, seed, boot and stamps give the same bytes in the same order.

    Raises ``BadScenario`` as ``Fleet`` does.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        boot: str,
        persona: Persona,
        witness: Witness | None = None,
    ) -> None:
        self.fleet = Fleet(scenario, seed, boot, persona)
        self._witness = witness
        self._second = 0
        self._number = 0
        causes = [each for each in scenario.timeline if isinstance(each, WayCause)]
        self._ways: dict[StationKey, GatewayWay] = {}
        for enterprise, station in self.fleet.park.stations():
            key = (enterprise.code, station.gateway)
            units = {card.tag: card.unit for card in station.points}
            mine = [each for each in causes if matches(each.gateways, "/".join(key))]
            rng = stream(seed, f"way/{key[0]}/{key[1]}")
            self._ways[key] = GatewayWay(key, mine, units, persona, rng)

    def heard_by(self, witness: Witness | None) -> None:
        """Tell this one from now on."""
        self._witness = witness

    def tick(self, ts_ms: int) -> list[tuple[StationKey, Outgoing]]:
        """Let one second pass, stamped ``ts_ms``; what goes over whose wire, in its order."""
        sampled = dict(self.fleet.sample(ts_ms))
        if self._witness is not None:
            self._witness.release(ts_ms, self._released())
        leaving: list[tuple[StationKey, Outgoing]] = []
        for key, way in self._ways.items():
            message = sampled.get(key)
            if message is not None:
                self._number += 1
            said, gone = way.carry(self._number, message, float(self._second))
            if self._witness is not None and said is not None:
                self._witness.say(key, said)
            for departure in gone:
                if self._witness is not None:
                    self._witness.depart(key, departure, ts_ms)
                if departure.outgoing is not None:
                    leaving.append((key, departure.outgoing))
        self._second += 1
        return leaving

    def _released(self) -> dict[str, tuple[str, float]]:
        world = self.fleet.world
        return {
            source: (world.substance(source), rate)
            for source, rate in world.leaving.items()
            if rate >= LEAST_KG_S
        }

    def down(self) -> set[StationKey]:
        """Gateways that have no link now."""
        return {key for key, way in self._ways.items() if way.is_down}

    def expired(self) -> set[StationKey]:
        """Of these the ones whose certificate has run out, and nothing else is in their way."""
        return {key for key, way in self._ways.items() if way.has_expired}

    def cut(self) -> set[StationKey]:
        """Gateways whose link broke in the last second."""
        return {key for key, way in self._ways.items() if way.was_cut}

    def finish(self, ts_ms: int) -> None:
        """Tell the witness what has not left when all is over."""
        if self._witness is not None:
            for key, way in self._ways.items():
                for departure in way.waiting():
                    self._witness.depart(key, departure, ts_ms)


def run_headless(
    scenario: Scenario,
    seed: int,
    persona: Persona,
    seconds: int,
    witness: Witness | None = None,
    progress: Progress | None = None,
) -> str:
    """All of it on the virtual clock: SHA-256 over topic, NUL, payload and LF of everything
    published.

    Times begin at the scenario's ``start``; the boot id is derived from the seed.
    """
    flow = Stream(scenario, seed, f"{seed:08x}", persona, witness)
    digest = hashlib.sha256()
    for second in range(seconds):
        for _, message in flow.tick(scenario.start_ms + second * 1000):
            digest.update(message.topic.encode() + b"\0" + message.payload + b"\n")
        if progress is not None:
            progress(second + 1)
    flow.finish(scenario.start_ms + seconds * 1000)
    return digest.hexdigest()
