"""Thousands of lines in one process: they sign in a few at a time, and come back when cut."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.transport.connection import CONNECT_TIMEOUT_S, Broker
from device_sim.transport.line import Line

OPENERS = 40
"""Sign-ins at the same time: each costs the broker a password hash and a session."""
LOOK_S = 1.0
TURN_S = 0.05

Note = Callable[[str], None]


class Swarm:
    """Runs until its task is cancelled; ``note`` hears of each kind of trouble once."""

    def __init__(self, broker: Broker, lines: Sequence[Line], clock: Clock, note: Note) -> None:
        self._broker, self._lines, self._clock, self._note = broker, lines, clock, note
        self._context = None
        if broker.ca is not None:
            self._context = ssl.create_default_context(cafile=str(broker.ca))
        self._told: set[str] = set()

    @property
    def up(self) -> int:
        """How many are signed in now."""
        return sum(line.up for line in self._lines)

    @property
    def refused(self) -> int:
        """How many the broker would not let in when they last asked."""
        return sum(line.refused for line in self._lines)

    @property
    def waiting(self) -> int:
        """Messages that nobody acknowledged yet."""
        return sum(line.waiting for line in self._lines)

    async def run(self) -> None:
        """Sign in, watch, sign in again."""
        queue: asyncio.Queue[Line] = asyncio.Queue()  # bounded by the lines: each is in it once
        async with asyncio.TaskGroup() as group:
            for _ in range(min(OPENERS, len(self._lines))):
                group.create_task(self._opener(queue))
            while True:
                for line in self._lines:
                    line.keep_alive()
                    if not line.called and line.is_due:
                        line.called = True
                        queue.put_nowait(line)
                await asyncio.sleep(LOOK_S)

    async def _opener(self, queue: asyncio.Queue[Line]) -> None:
        while True:
            line = await queue.get()
            await self._open(line)
            line.called = False

    async def _open(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        line.answered.clear()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(
                    lambda: line, self._broker.host, self._broker.port, ssl=self._context
                )
                await line.answered.wait()
        except TimeoutError:
            line.trouble = f"no answer within {CONNECT_TIMEOUT_S:.0f} s"
            line.end()
            line.put_off()
        except OSError as error:
            line.trouble = f"no broker at {self._broker.host}:{self._broker.port} ({error})"
            line.put_off()
        if line.trouble and line.trouble not in self._told:
            self._told.add(line.trouble)
            self._note(f"{line.name}: {line.trouble}")

    async def gather(self, wanted: int, within_s: float) -> int:
        """Wait until so many are signed in, or ``within_s`` have passed; how many are."""
        await _until(lambda: self.up >= wanted, within_s)
        return self.up

    async def settle(self, within_s: float) -> int:
        """Wait for all acknowledgements, no longer than this; the messages that got none."""
        await _until(lambda: not self.waiting, within_s)
        return self.waiting

    async def leave(self, farewells: Iterable[tuple[Line, Outgoing | None]]) -> None:
        """Say farewell and disconnect."""
        for line, message in farewells:
            line.farewell(message)
        await self.settle(2.0)
        for line in self._lines:
            line.end()
        await asyncio.sleep(0.1)


async def _until(ready: Callable[[], bool], within_s: float) -> None:
    for _ in range(round(within_s / TURN_S)):
        if ready():
            return
        await asyncio.sleep(TURN_S)
