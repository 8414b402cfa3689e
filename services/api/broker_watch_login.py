"""Who holds, or held, a connection of the broker: asked of the broker, never of the client.

A line of the log gives a connection's number and a client id that anybody may choose. The broker
knows which user it belongs to, for its last 10,000 closed connections, too. Numbers begin anew
when it restarts, so the address has to be the same as well.
"""

import asyncio
from collections.abc import Iterable

import msgspec
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.api.broker_access import BrokerAway, quiet
from services.api.broker_admin import current

TIMEOUT_S = 3.0
KEPT = 4096
"""Answers kept; beyond it the oldest is asked for again."""
OPEN_AND_CLOSED = 2
AGAIN_S = 0.1
TRIES = 8
"""A connection that ends leaves the list of open ones before it comes into that of closed ones, for
the broker writes that down aside (nats-server 2.15.1): on a busy machine it is in neither for a while."""

Connection = tuple[str, int]
"""Address as `host:port`, number."""


class _Held(msgspec.Struct):
    ip: str
    port: int
    authorized_user: str = ""


class _Data(msgspec.Struct):
    connections: list[_Held] = []


class _Answer(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


class _Server(msgspec.Struct):
    id: str


class _Pong(msgspec.Struct):
    server: _Server


class Logins:
    """The users behind connections. Without the broker's administrator nobody is known."""

    def __init__(self, admin_url: str | None) -> None:
        self._url = admin_url
        self._known: dict[Connection, str | None] = {}

    async def users(self, connections: Iterable[Connection]) -> dict[Connection, str]:
        """The user of each one that the broker knows. Raises BrokerAway."""
        wanted = set(connections)
        unknown = [each for each in wanted if each not in self._known]
        if unknown and self._url is not None:
            await self._ask(self._url, unknown)
        found = {each: self._known.get(each) for each in wanted}
        while len(self._known) > KEPT:
            self._known.pop(next(iter(self._known)))
        return {each: user for each, user in found.items() if user is not None}

    async def _ask(self, url: str, connections: list[Connection]) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                client = await nats.connect(
                    current(url), allow_reconnect=False, connect_timeout=2, error_cb=quiet
                )
                try:
                    await self._ask_each(client, connections)
                finally:
                    await client.close()
        except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
            reason = str(error) or type(error).__name__
            raise BrokerAway(f"The broker does not say who is connected: {reason}.") from error

    async def _ask_each(self, client: Client, connections: list[Connection]) -> None:
        pong = await client.request("$SYS.REQ.SERVER.PING", b"", timeout=1.0)
        server = msgspec.json.decode(pong.data, type=_Pong).server.id
        left = connections
        for number in range(TRIES):
            if number:
                await asyncio.sleep(AGAIN_S)
            for connection in left:
                self._known[connection] = await self._user(client, server, connection)
            left = [each for each in left if self._known[each] is None]
            if not left:
                return

    async def _user(self, client: Client, server: str, connection: Connection) -> str | None:
        question = {"cid": connection[1], "auth": True, "state": OPEN_AND_CLOSED}
        answer = await client.request(
            f"$SYS.REQ.SERVER.{server}.CONNZ", msgspec.json.encode(question), timeout=1.0
        )
        held = msgspec.json.decode(answer.data, type=_Answer).data.connections
        return next((h.authorized_user for h in held if f"{h.ip}:{h.port}" == connection[0]), None)
