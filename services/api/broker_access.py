"""Who may come in from the field: the broker's list of users, written from the register.

The broker reads `gateways.conf` when it is told to reload. A gateway is an MQTT user that may
publish one level below its own prefix and hear its own downlink, and nothing else.
"""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
import nats
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.api.broker_admin import current
from services.runtime.buckets import LEAVES, MARK, bucket_of
from services.store.register import Gateway

RELOAD_TIMEOUT_S = 3.0
SERVICES = ("SVC_INGEST", "SVC_ALERTS", "SVC_API", "SVC_WATCHER")
"""Our own users, defined as variables in the broker's `services.conf`."""

_log = structlog.get_logger()


class BrokerAway(Exception):
    """The broker did not take the new list; the text says why."""


class _Server(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    server: _Server
    error: dict[str, object] | None = None


def username(enterprise: str, gateway: str) -> str:
    """A gateway's name at the broker; neither part can hold a dot."""
    return f"{enterprise}.{gateway}"


def render(gateways: Iterable[Gateway], *, bucketed: bool = False) -> str:
    """The whole of `gateways.conf`: our own services, then every gateway. `bucketed`: the broker
    maps readings to buckets, and looks at the rights after that."""
    services = ", ".join(f"${name}" for name in SERVICES)
    users = "".join(_user(gateway, bucketed) for gateway in gateways)
    mark = MARK if bucketed else ""
    return f'{mark}include "services.conf"\nusers: [\n  {services}\n{users}]\n'


def _user(gateway: Gateway, bucketed: bool) -> str:
    place = f"{gateway.enterprise}.{gateway.code}"
    # By name: a leaf that nobody maps, `>` above all, has no way round `pw.v1`.
    bucket = bucket_of(gateway.enterprise)
    names = LEAVES if bucketed else ()
    mapped = "".join(f', "pw.b.{bucket}.{place}.{leaf}"' for leaf in names)
    return (
        f'  {{ user: "{gateway.username}", password: "{gateway.password_hash}",'
        ' allowed_connection_types: ["MQTT"],'
        f' permissions: {{ publish: ["pw.v1.{place}.*"{mapped}],'
        f' subscribe: ["pw.down.v1.{place}.*"] }} }}\n'
    )


class BrokerAccess:
    """Writes the list and makes the broker read it, one at a time."""

    def __init__(self, users_file: Path, admin_url: str, *, bucketed: bool = False) -> None:
        self._file = users_file
        self._bucketed = bucketed
        self._url = admin_url

    async def put(self, gateways: Iterable[Gateway]) -> None:
        """Let exactly these gateways in; raises BrokerAway when the broker did not take it."""
        text = render(gateways, bucketed=self._bucketed)
        try:
            await asyncio.to_thread(self._write, text)
        except OSError as error:
            raise BrokerAway(f"{self._file} cannot be written: {error.strerror}.") from error
        await self.reload()

    def _write(self, text: str) -> None:
        half = self._file.with_name(f".{self._file.name}.half")
        half.unlink(missing_ok=True)
        # Who owns the file now (the broker's user, where it is another one) owns it afterwards.
        owner = self._file.stat() if self._file.exists() else None
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            if owner is not None and owner.st_uid != os.geteuid() == 0:
                os.fchown(handle.fileno(), owner.st_uid, owner.st_gid)
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        half.replace(self._file)

    async def reload(self) -> None:
        """Make the broker read its files again; raises BrokerAway when it did not."""
        try:
            async with asyncio.timeout(RELOAD_TIMEOUT_S):
                connection = await nats.connect(
                    current(self._url), allow_reconnect=False, connect_timeout=2, error_cb=quiet
                )
                try:
                    await self._ask(connection)
                finally:
                    await connection.close()
        except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
            reason = str(error) or type(error).__name__
            raise BrokerAway(f"The broker did not reload: {reason}.") from error

    async def _ask(self, connection: Client) -> None:
        first = await connection.request("$SYS.REQ.SERVER.PING", b"", timeout=1.0)
        server = msgspec.json.decode(first.data, type=_Answer).server.id
        answer = await connection.request(
            f"$SYS.REQ.SERVER.{server}.RELOAD", b"", timeout=RELOAD_TIMEOUT_S
        )
        error = msgspec.json.decode(answer.data, type=_Answer).error
        if error is not None:
            raise BrokerAway(f"The broker refused the list of gateways: {error}.")


async def quiet(error: Exception) -> None:
    """What a short-lived connection of the administrator's says of its troubles."""
    _log.info("broker admin connection", reason=str(error))
