"""Whose rows a transaction of the api sees and changes: the database holds it to that.

Migration 0040 puts every table of a tenant under row-level security by this one setting, and the
functions that read measurements ask it, too. Where nothing is named, there is no row.
"""

from typing import Any

import psycopg

from services.store.queries import Queries

EVERY = "*"
"""The whole park. No enterprise can have it as its code."""

_SQL = Queries.load("tenant")


async def name_tenant(
    connection: psycopg.AsyncConnection[Any], tenant: str, *, reads_only: bool = False
) -> None:
    """Name an enterprise's code, or EVERY, for the transaction that has begun. Raises psycopg.Error.

    `reads_only`: it is done as a role without any right to write, and the database refuses one.

    SET takes no parameters from the server's side, so the driver quotes it; as a setting it takes
    no snapshot, so the transaction may still choose its isolation.
    """
    name = "name_reader" if reads_only else "name"
    await psycopg.AsyncClientCursor(connection).execute(_SQL[name], {"tenant": tenant})
