"""The answers to repeatable writes, kept beside the change that they tell of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_answers")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`asked`: SHA-256 of the request's body. `answer`: the sealed body, empty for none."""

    asked: bytes
    status: int
    answer: bytes


async def find(connection: Connection, username: str, request: bytes) -> KeptAnswer | None:
    """The answer to this user's request of before."""
    async with connection.cursor(row_factory=class_row(KeptAnswer)) as cursor:
        await cursor.execute(_SQL["find"], {"username": username, "request": request})
        return await cursor.fetchone()


async def insert(
    connection: Connection, username: str, request: bytes, kept: KeptAnswer, at: datetime
) -> bool:
    """Whether it was new; False when there is an answer already. Waits for one under way."""
    values = {
        "username": username,
        "request": request,
        "asked": kept.asked,
        "status": kept.status,
        "answer": kept.answer,
        "at": at,
    }
    cursor = await connection.execute(_SQL["insert"], values)
    return await cursor.fetchone() is not None


async def prune(connection: Connection, before: datetime, most: int) -> int:
    """Forget what is older, and of each user all but the newest `most`; how many went."""
    cursor = await connection.execute(_SQL["prune"], {"before": before, "most": most})
    return cursor.rowcount
