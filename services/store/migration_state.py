"""What a database has of the migrations that this version brings; nothing is changed."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from services.store.migrate import available
from services.store.queries import Queries

_SQL = Queries.load("migration")


@dataclass(frozen=True, slots=True)
class MigrationState:
    """Names of migrations: `missing` in the database, `unknown` to this version, `changed` after
    they were applied. `server_time` is the database's own clock."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    changed: tuple[str, ...]
    server_time: datetime


def migration_state(database_url: str, connect_timeout: int = 3) -> MigrationState:
    """Look at the database of this address. Raises psycopg.Error."""
    with psycopg.connect(
        database_url, autocommit=True, connect_timeout=connect_timeout
    ) as connection:
        row = connection.execute(_SQL["now"]).fetchone()
        assert row is not None  # one row always
        try:
            applied: dict[str, str] = dict(connection.execute(_SQL["applied"]).fetchall())
        except psycopg.errors.UndefinedTable:
            applied = {}
    known = {each.name: each.checksum for each in available()}
    return MigrationState(
        missing=tuple(name for name in known if name not in applied),
        unknown=tuple(name for name in applied if name not in known),
        changed=tuple(name for name in applied if known.get(name, applied[name]) != applied[name]),
        server_time=row[0],
    )
