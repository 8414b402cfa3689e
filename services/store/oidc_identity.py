"""Who the subjects of OpenID providers are here. The caller opens the transaction."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.people import SignIn
from services.store.queries import Queries

_SQL = Queries.load("api_oidc")
Connection = AsyncConnection[Any]


async def find(connection: Connection, issuer: str, subject: str) -> SignIn | None:
    """Who this is here, and for how long nobody else makes or changes them: until the end of the
    transaction."""
    values = {"issuer": issuer, "subject": subject}
    await connection.execute(_SQL["lock"], values)
    async with connection.cursor(row_factory=class_row(SignIn)) as cursor:
        await cursor.execute(_SQL["find"], values)
        return await cursor.fetchone()


async def insert(
    connection: Connection, issuer: str, subject: str, username: str, at: datetime
) -> None:
    """Somebody was seen for the first time; `username` is there already."""
    values = {"issuer": issuer, "subject": subject, "username": username, "at": at}
    await connection.execute(_SQL["insert"], values)
