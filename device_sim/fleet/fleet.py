"""All gateways of a park in one scenario: seconds go in, messages come out."""

from dataclasses import replace

from device_sim.encode.persona import Persona, outgoing
from device_sim.fleet.gateway import Gateway
from device_sim.fleet.scenario import BadScenario, Scenario
from device_sim.fleet.world import StationKey, World
from device_sim.message import Message, Outgoing
from device_sim.park.sample import PARKS


class Fleet:
    """The same seed, scenario, boot and stamps give the same bytes.

    Raises ``BadScenario`` for an unknown park or leak point.
    """

    def __init__(self, scenario: Scenario, seed: int, boot: str, persona: Persona) -> None:
        if scenario.park not in PARKS:
            raise BadScenario(f"No park {scenario.park!r}; there is {', '.join(PARKS)}.")
        self.park = PARKS[scenario.park]
        self.world = World(self.park, scenario, seed)
        self._persona = persona
        self._exercise = scenario.exercise
        self._second = 0
        self._gateways: dict[StationKey, Gateway] = {
            (enterprise.code, station.gateway): Gateway(station, boot)
            for enterprise, station in self.park.stations()
        }

    def tick(self, ts_ms: int) -> list[tuple[StationKey, Outgoing]]:
        """Let one second pass, stamped ``ts_ms``; who publishes what, in a fixed order."""
        return [
            (key, outgoing(self._persona, *key, message)) for key, message in self.sample(ts_ms)
        ]

    def sample(self, ts_ms: int) -> list[tuple[StationKey, Message]]:
        """The same before a dialect gives it bytes."""
        self.world.step(1.0, float(self._second), ts_ms)
        said: list[tuple[StationKey, Message]] = []
        for key, gateway in self._gateways.items():
            if not self.world.powered(key[0]):
                gateway.lose_power()
                continue
            shown, worse = self.world.shown(*key), self.world.quality(*key)
            message = gateway.sample(self._second, ts_ms, shown, worse)
            if message is not None:
                said.append((key, replace(message, exercise=True) if self._exercise else message))
        self._second += 1
        return said
