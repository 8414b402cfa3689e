"""Second factors and recovery codes on record. The caller opens the transaction and bounds its time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_second_factor")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class FactorRow:
    """Of one person. `secret` is sealed; `last_step`: of the last code that was taken; `wrong_codes`:
    in a row; `recovery_codes`: not used yet."""

    secret: bytes
    begun_at: datetime
    confirmed_at: datetime | None
    last_step: int
    wrong_codes: int
    recovery_codes: int


async def begin(connection: Connection, username: str, secret: bytes, at: datetime) -> bool:
    """Keep a secret to be confirmed; False where a confirmed one is in its place."""
    values = {"username": username, "secret": secret, "at": at}
    return await (await connection.execute(_SQL["begin"], values)).fetchone() is not None


async def find(connection: Connection, username: str) -> FactorRow | None:
    """Locked until the transaction ends: two requests do not take the same code."""
    async with connection.cursor(row_factory=class_row(FactorRow)) as cursor:
        await cursor.execute(_SQL["find"], {"username": username})
        return await cursor.fetchone()


async def confirm(connection: Connection, username: str, step: int, at: datetime) -> None:
    """It is asked for from now on; the code of this step was taken."""
    values = {"username": username, "step": step, "at": at}
    await connection.execute(_SQL["confirm"], values)


async def take_step(connection: Connection, username: str, step: int) -> None:
    """The code of this step was taken."""
    await connection.execute(_SQL["take_step"], {"username": username, "step": step})


async def note_wrong(connection: Connection, username: str) -> None:
    """One more wrong code in a row."""
    await connection.execute(_SQL["note_wrong"], {"username": username})


async def remove(connection: Connection, username: str) -> bool:
    """Whether there was a confirmed one; an unconfirmed one goes, too."""
    cursor = await connection.execute(_SQL["remove"], {"username": username})
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def renew_codes(connection: Connection, username: str, digests: Collection[bytes]) -> None:
    """Put these recovery codes in the place of all of before."""
    await connection.execute(_SQL["forget_codes"], {"username": username})
    values = {"username": username, "digests": list(digests)}
    await connection.execute(_SQL["keep_codes"], values)


async def secrets(connection: Connection) -> list[tuple[str, bytes]]:
    """Everybody's (username, sealed secret), locked until the transaction ends."""
    return await (await connection.execute(_SQL["secrets"])).fetchall()


async def put_secret(connection: Connection, username: str, secret: bytes) -> None:
    """The same secret, sealed anew."""
    await connection.execute(_SQL["put_secret"], {"username": username, "secret": secret})


async def use_code(connection: Connection, username: str, digest: bytes, at: datetime) -> bool:
    """Whether it was one that nobody used yet; it is used now."""
    values = {"username": username, "digest": digest, "at": at}
    if await (await connection.execute(_SQL["use_code"], values)).fetchone() is None:
        return False
    await connection.execute(_SQL["forget_wrong"], {"username": username})
    return True
