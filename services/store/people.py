"""The people who may sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_people")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Account:
    """A user without the password. A change of `token_version` voids the tokens of before;
    `second_factor`: a code is asked for when they sign in."""

    username: str
    role: str
    enterprise: str | None
    token_version: int
    created_at: datetime
    duties: list[str]
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a sign-in is checked against."""

    username: str
    role: str
    enterprise: str | None
    token_version: int
    password_hash: str
    duties: list[str]
    second_factor: bool = False


async def accounts(connection: Connection) -> list[Account]:
    """Everybody."""
    async with connection.cursor(row_factory=class_row(Account)) as cursor:
        await cursor.execute(_SQL["accounts"])
        return await cursor.fetchall()


async def sign_in(connection: Connection, username: str) -> SignIn | None:
    """The user of this name."""
    async with connection.cursor(row_factory=class_row(SignIn)) as cursor:
        await cursor.execute(_SQL["sign_in"], {"username": username})
        return await cursor.fetchone()


async def insert(connection: Connection, user: SignIn) -> datetime | None:
    """When it was made; None when the name is taken."""
    values = {
        "username": user.username,
        "password_hash": user.password_hash,
        "role": user.role,
        "enterprise": user.enterprise,
        "token_version": user.token_version,
        "duties": user.duties,
    }
    row = await (await connection.execute(_SQL["insert"], values)).fetchone()
    return None if row is None else row[0]


async def is_empty(connection: Connection) -> bool:
    """Whether there is nobody yet."""
    row = await (await connection.execute(_SQL["is_empty"])).fetchone()
    assert row is not None
    return bool(row[0])


async def insert_first_admin(
    connection: Connection, password_hash: str, token_version: int
) -> bool:
    """Whether `admin` was made: only where there is nobody yet."""
    values = {"password_hash": password_hash, "token_version": token_version}
    return await (await connection.execute(_SQL["first_admin"], values)).fetchone() is not None


async def lock_admins(connection: Connection) -> set[str]:
    """The names of all admins, locked until the transaction ends."""
    return {row[0] for row in await (await connection.execute(_SQL["lock"])).fetchall()}


async def update(
    connection: Connection,
    username: str,
    role: str,
    enterprise: str | None,
    duties: list[str],
    password_hash: str | None,
) -> bool:
    """Whether there is such a user; tokens of before are void. No hash: the password stays."""
    values = {
        "username": username,
        "role": role,
        "enterprise": enterprise,
        "duties": duties,
        "password_hash": password_hash,
    }
    return await (await connection.execute(_SQL["update"], values)).fetchone() is not None


async def delete(connection: Connection, username: str) -> bool:
    """Whether there was such a user."""
    cursor = await connection.execute(_SQL["delete"], {"username": username})
    return await cursor.fetchone() is not None
