"""A line that hears nothing asks, and one that gets no answer is cut: by a clock of ours."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from device_sim.clock import VirtualClock
from device_sim.message import Outgoing
from device_sim.transport import packet as mqtt
from device_sim.transport.connection import Login
from device_sim.transport.line import KEEPALIVE_S, SILENT_S, Line
from device_sim.transport.link import Greeting
from device_sim.transport.tally import Tally

WELCOME = b"\x20\x02\x00\x00"


class Mute:
    """A broker that welcomes, and says nothing more than it is told to."""

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self._unpacker = mqtt.Unpacker()
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        while data := await reader.read(4_096):
            for packet in self._unpacker.feed(data):
                self.kinds.append(packet.kind)
                if packet.kind == 1:
                    self.say(WELCOME)
        writer.close()

    def say(self, raw: bytes) -> None:
        assert self._writer is not None
        self._writer.write(raw)


@pytest.fixture
async def mute() -> AsyncIterator[tuple[Mute, int]]:
    found = Mute()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    yield found, int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


async def _until(ready: object) -> None:
    assert callable(ready)
    for _ in range(1_000):
        if ready():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def _open(port: int, line: Line) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: line, "127.0.0.1", port)
    await _until(lambda: line.up)


async def test_a_quiet_line_pings_and_a_dead_one_is_made_anew(mute: tuple[Mute, int]) -> None:
    broker, port = mute
    clock, tally = VirtualClock(), Tally()
    line = Line("x", Login("u", "p"), Greeting(), clock, tally)
    await _open(port, line)
    clock.sleep(KEEPALIVE_S / 2 + 1)
    line.keep_alive()
    await _until(lambda: broker.kinds == [1, 12])
    broker.say(b"\xd0\x00")
    await asyncio.sleep(0.05)
    clock.sleep(SILENT_S + 1)
    line.keep_alive()
    assert line.up
    clock.sleep(KEEPALIVE_S / 2)
    line.keep_alive()
    await _until(lambda: broker.kinds == [1, 12, 12])
    clock.sleep(SILENT_S + 1)
    line.keep_alive()
    await _until(lambda: not line.is_open)
    assert "said nothing for 20 s" in line.trouble
    assert tally.broken == 1
    assert not line.is_due
    clock.sleep(1)
    assert line.is_due


async def test_what_was_not_acknowledged_goes_first_next_time(mute: tuple[Mute, int]) -> None:
    broker, port = mute
    clock, tally = VirtualClock(), Tally()
    line = Line("x", Login("u", "p"), Greeting(), clock, tally, window=2)
    await _open(port, line)
    for number in range(4):
        line.offer(Outgoing("t", str(number).encode(), readings=1))
    await _until(lambda: broker.kinds == [1, 3, 3])
    broker.say(mqtt.puback(1))
    await _until(lambda: broker.kinds == [1, 3, 3, 3])
    assert (tally.acknowledged, tally.readings, line.waiting) == (1, 1, 3)
    clock.sleep(SILENT_S + 1)
    line.keep_alive()
    await _until(lambda: not line.is_open)
    assert (tally.again, line.waiting) == (2, 3)
    await _open(port, line)
    await _until(lambda: broker.kinds == [1, 3, 3, 3, 1, 3, 3])
    line.end()
    await _until(lambda: not line.is_open)
