"""The bench: how many gateways are tried at a time, and by whom their trials are kept going."""

import asyncio
import secrets

from services.api.bench.ear import Ear
from services.api.bench.trial import Surroundings, Trial
from services.domain.conformance_evidence import Asked
from services.runtime.mqtt_client import BrokerAddress
from services.store.conformance import Run

PLACES = 16
"""Gateways that one process tries at a time; who comes later is told to wait."""


class Bench:
    """Trials start here and run inside `run`."""

    def __init__(self, address: BrokerAddress, client: str, around: Surroundings) -> None:
        self._address, self._client, self._around = address, client, around
        self._waiting: asyncio.Queue[Trial] = asyncio.Queue()
        self._taken = 0

    @property
    def can_cut(self) -> bool:
        """Whether the broker takes orders from us."""
        return self._around.sessions is not None

    @property
    def running(self) -> int:
        """Gateways that are tried now."""
        return self._taken

    def reserve(self) -> bool:
        """Take a place; whether there was one. It is given back by `release`, or with the trial."""
        if self._taken >= PLACES:
            return False
        self._taken += 1
        return True

    def release(self) -> None:
        """Give a place back: nothing came of it."""
        self._taken -= 1

    def begin(self, run: Run, asked: Asked) -> None:
        """Try a gateway, in a place that was reserved."""
        name = f"{self._client}-bench-{secrets.token_hex(4)}"
        ear = Ear(self._address, name, self._around.clock, run.enterprise, run.gateway)
        self._waiting.put_nowait(Trial(run, asked, ear, self._around))

    async def run(self) -> None:
        """Run for ever beside the api; at its end the trials that go on are interrupted."""
        async with asyncio.TaskGroup() as group:
            while True:
                trial = await self._waiting.get()
                group.create_task(self._try(trial))

    async def _try(self, trial: Trial) -> None:
        try:
            await trial.go()
        finally:
            self._taken -= 1
