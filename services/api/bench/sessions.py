"""A gateway's connections at the broker: who is there, and cutting them once. Its user stays."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.api.broker_access import BrokerAway, quiet
from services.api.broker_admin import current

TIMEOUT_S = 3.0
OPEN = 0
T = TypeVar("T")


class _Held(msgspec.Struct):
    cid: int
    authorized_user: str = ""


class _Data(msgspec.Struct):
    connections: list[_Held] = []


class _Answer(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


class _Server(msgspec.Struct):
    id: str


class _Pong(msgspec.Struct):
    server: _Server


class _Done(msgspec.Struct):
    error: dict[str, object] | None = None


class Sessions:
    """Asks the broker as its administrator, over a connection of its own for each question."""

    def __init__(self, admin_url: str) -> None:
        self._url = admin_url

    async def of(self, user: str) -> list[int]:
        """The connections that signed in as this user. Raises BrokerAway."""
        return await self._ask(lambda client, server: _of(client, server, user))

    async def cut(self, user: str) -> int:
        """Cut them all; how many there were. Raises BrokerAway."""
        return await self._ask(lambda client, server: _cut(client, server, user))

    async def _ask(self, question: Callable[[Client, str], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                client = await nats.connect(
                    current(self._url), allow_reconnect=False, connect_timeout=2, error_cb=quiet
                )
                try:
                    pong = await client.request("$SYS.REQ.SERVER.PING", b"", timeout=1.0)
                    server = msgspec.json.decode(pong.data, type=_Pong).server.id
                    return await question(client, server)
                finally:
                    await client.close()
        except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
            reason = str(error) or type(error).__name__
            raise BrokerAway(f"The broker does not answer its administrator: {reason}.") from error


async def _of(client: Client, server: str, user: str) -> list[int]:
    asked = msgspec.json.encode({"user": user, "auth": True, "state": OPEN})
    answer = await client.request(f"$SYS.REQ.SERVER.{server}.CONNZ", asked, timeout=1.0)
    held = msgspec.json.decode(answer.data, type=_Answer).data.connections
    return [each.cid for each in held if each.authorized_user == user]


async def _cut(client: Client, server: str, user: str) -> int:
    found = await _of(client, server, user)
    for cid in found:
        asked = msgspec.json.encode({"cid": cid})
        answer = await client.request(f"$SYS.REQ.SERVER.{server}.KICK", asked, timeout=1.0)
        error = msgspec.json.decode(answer.data, type=_Done).error
        if error is not None and await _of(client, server, user):
            raise BrokerAway(f"The broker does not cut a connection: {error}.")
    return len(found)
