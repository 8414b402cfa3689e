"""A moment of the database that a dump starts from, and what a restored one needs around it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from services.store.queries import Queries

_SQL = Queries.load("dump")


@dataclass(frozen=True, slots=True)
class Moment:
    """`snapshot` is pg_dump's name for it; `recorded` how far each spool is on record; `heads`
    where each enterprise's journal ends: (seq, hash in hex)."""

    snapshot: str
    postgresql: str
    timescaledb: str | None
    recorded: Mapping[str, int]
    heads: Mapping[str, tuple[int, str]]


@contextmanager
def moment(database_url: str) -> Iterator[Moment]:
    """Hold a moment of the database inside the block. Raises psycopg.Error."""
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute(_SQL["moment"]).fetchone()
        assert row is not None  # one row always
        recorded = connection.execute(_SQL["recorded"]).fetchall()
        heads = connection.execute(_SQL["heads"]).fetchall()
        yield Moment(
            snapshot=row[0],
            postgresql=row[1].split()[0],
            timescaledb=row[2],
            recorded=dict(recorded),
            heads={enterprise: (seq, hash_) for enterprise, seq, hash_ in heads},
        )


@contextmanager
def being_restored(superuser_url: str) -> Iterator[None]:
    """Inside the block the database of this address, its superuser's, may be filled from a dump."""
    _execute(superuser_url, "before_restore")
    yield
    _execute(superuser_url, "after_restore")
    _execute(superuser_url, "statistics")


def heads(database_url: str) -> dict[str, tuple[int, str]]:
    """Where each enterprise's journal ends: (seq, hash in hex)."""
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        found = connection.execute(_SQL["heads"]).fetchall()
    return {enterprise: (seq, hash_) for enterprise, seq, hash_ in found}


def timescaledb_version(database_url: str) -> str | None:
    """The version of the extension; None where it is not there."""
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        row = connection.execute(_SQL["extension"]).fetchone()
    return None if row is None else str(row[0])


def _execute(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(_SQL[name])
