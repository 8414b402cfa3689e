"""Whose a connection was is asked again: one that ends is for a moment in none of the broker's lists."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.api.broker_watch_login import TRIES, Logins

ENDED = ("127.0.0.1:5000", 7)
HELD = {"ip": "127.0.0.1", "port": 5000, "authorized_user": "north.gw1"}


class Broker:
    """As much of a broker as its administrator talks to; it finds a connection only after it was
    asked for it `late` times."""

    def __init__(self, late: int) -> None:
        self._late = late
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"S","version":"2.15.1","max_payload":1048576}\r\n')
        inbox = b""
        while line := await reader.readline():
            words = line.split()
            match words[0]:
                case b"PING":
                    writer.write(b"PONG\r\n")
                case b"SUB":
                    inbox = words[-1]
                case b"PUB":
                    body = await reader.readexactly(int(words[-1]) + 2)
                    answer = json.dumps(self._answer(words[1], body)).encode()
                    writer.write(b"MSG %b %b %d\r\n%b\r\n" % (words[2], inbox, len(answer), answer))
        writer.close()

    def _answer(self, subject: bytes, body: bytes) -> dict[str, object]:
        if subject == b"$SYS.REQ.SERVER.PING":
            return {"server": {"id": "S"}}
        assert subject == b"$SYS.REQ.SERVER.S.CONNZ"
        assert json.loads(body)["cid"] == ENDED[1]
        self.asked += 1
        return {"data": {"connections": [HELD] if self.asked > self._late else []}}


@asynccontextmanager
async def logins(broker: Broker) -> AsyncIterator[Logins]:
    """Its administrator."""
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Logins(f"nats://127.0.0.1:{port}")


async def test_one_that_has_just_ended_is_found() -> None:
    broker = Broker(late=2)
    async with logins(broker) as asking:
        assert await asking.users([ENDED]) == {ENDED: "north.gw1"}
    assert broker.asked == 3


async def test_one_that_the_broker_has_forgotten_is_given_up_and_not_asked_for_again() -> None:
    broker = Broker(late=10**6)
    async with logins(broker) as asking:
        assert await asking.users([ENDED]) == {}
        assert await asking.users([ENDED]) == {}
    assert broker.asked == TRIES
