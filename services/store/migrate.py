"""Numbered migrations: each file once, in order, in its own transaction.

An advisory lock keeps two runs apart. What was applied is kept with its checksum; a file that
was changed after it was applied is refused, for nobody would know what the database holds.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

import psycopg

LOCK = 7_305_808_869_229_538_156
"""Advisory lock of a migration run: "parkwatch" in numbers, more or less."""

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")

_LEDGER = b"""
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""

_READER = b"""
DO $$ BEGIN
    IF to_regproc('let_the_reader_read') IS NOT NULL THEN PERFORM let_the_reader_read(); END IF;
END $$
"""
"""Migration 0051: who only reads may read whatever the api may, of the newest tables too."""


class MigrationRefused(RuntimeError):
    """The migrations and the database do not fit; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, name and text."""

    number: int
    name: str
    sql: bytes

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql).hexdigest()


def migrate(database_url: str, upto: int | None = None) -> list[str]:
    """Apply what is missing to the database of `database_url` (its owner's); the names applied.

    `upto`: the number to stop at, for an upgrade in steps; None: all of them.
    Waits for a run already under way. Raises MigrationRefused, or psycopg.Error when the
    database does not answer within 10 s or refuses a statement (that file is then undone).
    """
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute(_LEDGER)
        applied = _applied(connection)
        migrations = available()
        _refuse_strangers(applied, migrations)
        missing = [each for each in migrations if each.number not in applied]
        return [_apply(connection, each) for each in missing if upto is None or each.number <= upto]


def available() -> list[Migration]:
    """The migrations that this version brings, in order."""
    found = []
    for file in (files("services.store") / "migrations").iterdir():
        match = _NAME.match(file.name)
        if match:
            found.append(Migration(int(match[1]), file.name, file.read_bytes()))
    return sorted(found, key=lambda each: each.number)


def _applied(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute("SELECT number, name, checksum FROM schema_migration").fetchall()
    return {number: (name, checksum) for number, name, checksum in rows}


def _refuse_strangers(applied: dict[int, tuple[str, str]], migrations: list[Migration]) -> None:
    known = {each.number: each for each in migrations}
    for number, (name, checksum) in sorted(applied.items()):
        if number not in known:
            raise MigrationRefused(
                f"The database already has migration {name}, which this version does not know: "
                "start the version that made it, or a newer one."
            )
        if known[number].checksum != checksum:
            raise MigrationRefused(
                f"Migration {name} was changed after it was applied: restore the file as it was "
                "and put the change into a new migration."
            )


def _apply(connection: psycopg.Connection, migration: Migration) -> str:
    with connection.transaction():
        connection.execute(migration.sql)
        connection.execute(_READER)
        connection.execute(
            "INSERT INTO schema_migration (number, name, checksum) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.checksum),
        )
    return migration.name
