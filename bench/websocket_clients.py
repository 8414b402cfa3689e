"""A thousand consoles at once: `python -m bench.websocket_clients [CLIENTS] [ACTIVE]`.

A real `parkwatch up`; every console is subscribed to one enterprise, so many of them ask for the alarm
list every ten seconds beside. Alarms are raised over the broker, and the time is from the publish to
the last console that hears it. Then the same with one more console that never reads. Beside it, in
the same run and to the same listeners: a bare server that broadcasts a text of the same length.
All listeners are one process: its own work is in the figures.
"""

import asyncio
import json
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from bench.latency import summary
from bench.machine import load
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage
from tests.living.caller import Caller
from tests.living.park import Door

CLIENTS, ACTIVE = 1_000, 300
ROUNDS = 10
EVERY_S = 1.0
ASK_EVERY_S = 10.0
AT_ONCE = 25
PATIENCE_S = 20.0
TARGET = {"to_the_last_ms": 1_000.0, "memory_kb_a_client": 100.0, "one_that_never_reads_ms": 50.0}


class Crowd:
    """All listeners: when each heard of an alarm, by its tag."""

    def __init__(self) -> None:
        self.sockets: list[ClientConnection] = []
        self.heard: dict[str, list[float]] = {}
        self.resyncs = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self, addresses: list[str], subscribe: str | None) -> None:
        """Connect, a few at a time, and listen."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(address: str) -> None:
            async with turns:
                line = await connect(address, compression=None, max_size=2**24, open_timeout=30)
                if subscribe is not None:
                    await line.send(subscribe)
            self.sockets.append(line)
            self._tasks.append(asyncio.create_task(self._listen(line)))

        await asyncio.gather(*map(one, addresses))

    async def until(self, tag: str, count: int) -> float | None:
        """When the last of `count` heard it; None: not in time."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.heard.get(tag, ())) < count:
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(0.005)
        return max(self.heard[tag])

    async def go(self) -> None:
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*(line.close() for line in self.sockets), return_exceptions=True)

    async def _listen(self, line: ClientConnection) -> None:
        try:
            async for told in line:
                at = time.monotonic()
                text = told if isinstance(told, str) else told.decode()
                self.resyncs += text.startswith('{"type":"resync"')
                if '"event":"raised"' in text:
                    tag = json.loads(text)["alarm"]["tag"]
                    self.heard.setdefault(tag, []).append(at)
        except ConnectionClosed:
            return


def ticketed(door: Door) -> str:
    """A fresh address of the live push."""
    ticket = door.tell("/live/ticket")["ticket"]
    return door.url.replace("http://", "ws://") + f"/api/v1/live?ticket={ticket}"


def deaf(door: Door) -> socket.socket:
    """A console that shakes hands and never reads a byte."""
    parts = urlsplit(ticketed(door))
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((parts.hostname, parts.port))
    line.sendall(
        f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return line


async def rounds(site: Site, crowd: Crowd, clients: int, first: int) -> dict[str, Any]:
    """Alarms, one after the other: from the publish to the last console."""
    place = site.places[0]
    gateway = place.gateway
    caller = await asyncio.to_thread(
        Caller(gateway.username, gateway.password, gateway.mqtt_port, gateway.client_id).call
    )
    taken = []
    for tag in place.alarms[first : first + ROUNDS]:
        said = time.monotonic()
        caller.say(gateway.topic, json.dumps({"values": {tag: 95.0}}))
        last = await crowd.until(tag, clients)
        if last is not None:
            taken.append(last - said)
        await asyncio.sleep(EVERY_S)
    await asyncio.to_thread(caller.leave)
    return summary(taken, ROUNDS)


async def ask_on(site: Site, active: int, until: asyncio.Event) -> None:
    """What the active ones ask beside."""
    headers = {"Authorization": f"Bearer {site.park.admin.token}"}
    path = f"/api/v1/alarms?enterprise={site.enterprise.code}"
    async with (
        httpx2.AsyncClient(base_url=site.stack.url, headers=headers, timeout=30) as http,
        asyncio.TaskGroup() as group,
    ):
        while not until.is_set():
            group.create_task(_look(http, path))
            await asyncio.sleep(ASK_EVERY_S / active)


async def _look(http: httpx2.AsyncClient, path: str) -> None:
    await http.get(path)


async def bare(clients: int, length: int) -> dict[str, Any]:
    """A broadcast by a server that does nothing else, from this process to itself."""
    there: set[ServerConnection] = set()

    async def keep(line: ServerConnection) -> None:
        there.add(line)
        await line.wait_closed()

    text = {"event": "raised", "alarm": {"tag": "", "filler": "x" * length}}
    crowd, taken = Crowd(), []
    async with serve(keep, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        await crowd.come([f"ws://127.0.0.1:{port}"] * clients, None)
        for number in range(ROUNDS):
            text["alarm"] = {"tag": f"t{number}", "filler": "x" * length}
            said = time.monotonic()
            broadcast(there, json.dumps(text, separators=(",", ":")))
            last = await crowd.until(f"t{number}", clients)
            if last is not None:
                taken.append(last - said)
        await crowd.go()
    return summary(taken, ROUNDS)


async def measure(site: Site, clients: int, active: int) -> dict[str, Any]:
    """All of it; memory is what the api takes more with them than without."""
    admin, crowd, over = site.park.admin, Crowd(), asyncio.Event()
    pid = next(p.pid for p in site.stack.processes() if "services.api" in p.command)
    before = _resident_kb(pid)
    subscribe = {"type": "subscribe", "enterprises": [site.enterprise.code], "points": True}
    for start in range(0, clients, 200):
        some = min(200, clients - start)
        addresses = [await asyncio.to_thread(ticketed, admin) for _ in range(some)]
        await crowd.come(addresses, json.dumps(subscribe))
    await asyncio.sleep(3.0)
    memory = (_resident_kb(pid) - before) / clients
    asking = asyncio.create_task(ask_on(site, active, over))
    alone = await rounds(site, crowd, clients, 0)
    stalled = await asyncio.to_thread(deaf, admin)
    beside = await rounds(site, crowd, clients, ROUNDS)
    stalled.close()
    over.set()
    await asking
    await crowd.go()
    return {"to_the_last": alone, "with_one_that_never_reads": beside, "resyncs": crowd.resyncs,
            "memory_kb_a_client": round(memory, 1)}  # fmt: skip


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main() -> None:
    """Measure and keep the result."""
    given = [int(each) for each in sys.argv[1:]]
    clients, active = given[0] if given else CLIENTS, given[1] if len(given) > 1 else ACTIVE
    report = Report("websocket_clients")
    with measured_stack() as stack:
        site = Site(stack, gateways=1, tags=1_000, alarms=2 * ROUNDS)
        usage, begun = Usage(stack), time.monotonic()
        found = asyncio.run(measure(site, clients, active))
        spent, lasted = usage.spent(), time.monotonic() - begun
        site.close()
    ceiling = asyncio.run(bare(clients, 1_000))
    neighbours = round(spent["neighbours"] / lasted, 2)
    alone, beside = found["to_the_last"], found["with_one_that_never_reads"]
    print(f"{clients} consoles, {active} active: alarm to the last of them p50 {alone.get('p50_ms')}, "
          f"worst {alone.get('max_ms')} ms ({alone['missing']} never); with one that never reads "
          f"{beside.get('p50_ms')}, {beside.get('max_ms')} ms; bare broadcast "
          f"{ceiling.get('p50_ms')}, {ceiling.get('max_ms')} ms")  # fmt: skip
    print(f"… {found['memory_kb_a_client']} KB a console, {found['resyncs']} resyncs, neighbours "
          f"{neighbours} cores, load {load()}")  # fmt: skip
    report.write({"clients": clients, "active": active, **found, "bare_broadcast": ceiling,
                  "neighbours_cores": neighbours, "cpu_s": spent, "target": TARGET})  # fmt: skip


if __name__ == "__main__":
    main()
