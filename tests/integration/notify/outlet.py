"""An outbox over the real database: alarms are recorded as the engine records them, and sent."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.api.notify.courier import Courier, secret_name
from services.api.notify.notifier import Notifier
from services.api.seal import Seal
from services.domain.alarm import Transition
from services.runtime.clock import Clock, SystemClock, to_datetime
from services.runtime.outgoing import Outgoing, networks_of
from services.store.alarm_record import AlarmRecord
from services.store.deadline import connect
from services.store.receiver_list import ReceiverRow, insert
from services.store.tenant import EVERY
from tests.living.engines_alone import Engines

KEY = "5ea1" * 10
SIGNING = b"0123456789abcdef0123456789abcdef"
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass
class Outlet:
    """Records, registers, sends and looks."""

    engines: Engines
    spool: str = field(default_factory=lambda: secrets.token_hex(8))

    async def record(self, *transitions: Transition, enterprise: str) -> None:
        """As the recorder does, in one transaction."""
        told = [replace(t, alarm=replace(t.alarm, enterprise=enterprise)) for t in transitions]
        connection = await connect(self.engines.database_url("alerts"), application="test")
        async with connection:
            record = AlarmRecord(connection, self.spool)
            old = await record.position()
            await record.write(old, old + 1, told, [])

    async def register(self, url: str, enterprise: str = EVERY, **more: object) -> str:
        """A receiver that stands on this machine; its name."""
        name = "".join(secrets.choice(LETTERS) for _ in range(8))
        row = ReceiverRow(
            enterprise=enterprise,
            id=name,
            name="值班室",
            url=url,
            secret=Seal(KEY).close(secret_name(enterprise, name), SIGNING),
            language="zh",
            grades=[1, 2, 3, 4],
            exercises=False,
            active=True,
            by_park=True,
            created_at=to_datetime(SystemClock().now_ms()),
        )
        connection = await connect(self.engines.superuser_url, application="test")
        async with connection:
            await insert(connection, replace(row, **more))  # type: ignore[arg-type]
        return name

    def notifier(self, clock: Clock | None = None, name: str = "one") -> Notifier:
        """One that may go to this machine."""
        way = Outgoing(networks_of("127.0.0.0/8"))
        courier = Courier(way, way, Seal(KEY), timeout_s=60.0)
        return Notifier(self.url, courier, clock or SystemClock(), name, lambda: 0.0)

    @property
    def url(self) -> str:
        """The database as notify's role sees it."""
        return self.engines.services["api"]["PARKWATCH_NOTIFY_DATABASE_URL"]

    @asynccontextmanager
    async def sending(self, clock: Clock | None = None) -> AsyncIterator[None]:
        """While the block lasts, notices are sent."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.notifier(clock).run())
            yield
            task.cancel()

    def notices(self, receiver: str) -> list[dict[str, Any]]:
        """What is in the outbox for a receiver, in order."""
        return self._rows("SELECT * FROM notice WHERE receiver = %s ORDER BY about, seq", receiver)

    def receiver(self, name: str) -> dict[str, Any]:
        """How a receiver does."""
        return self._rows("SELECT * FROM notice_receiver WHERE id = %s", name)[0]

    def change(self, statement: str, *values: object) -> None:
        """What a proof needs otherwise than it came about."""
        with psycopg.connect(self.engines.superuser_url, autocommit=True) as connection:
            connection.execute(statement.encode(), values)

    def _rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.engines.superuser_url, row_factory=dict_row) as connection:
            return connection.execute(statement.encode(), values).fetchall()


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait for it, looking twenty times a second."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - threads and other processes bring it about
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"it did not come about within {seconds:g} s: {what}") from None
