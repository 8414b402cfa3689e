"""Migrations on a fresh database of the real server."""

import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from services.store.migrate import MigrationRefused, available, migrate
from tests.living.engines_alone import Engines


@pytest.fixture
def fresh(engines: Engines) -> Iterator[str]:
    """The URL of an empty database with the extension."""
    name = f"fresh_{secrets.token_hex(4)}"
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(engines.superuser_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    yield url
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_all_are_applied_once_in_order(fresh: str) -> None:
    names = [each.name for each in available()]

    assert migrate(fresh) == names
    assert migrate(fresh) == []


def test_a_file_changed_after_it_was_applied_is_refused(fresh: str) -> None:
    migrate(fresh)
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("UPDATE schema_migration SET checksum = 'x' WHERE number = 1")

    with pytest.raises(MigrationRefused, match="was changed after it was applied"):
        migrate(fresh)


def test_a_database_from_the_future_is_refused(fresh: str) -> None:
    migrate(fresh)
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9999, '9999_later.sql', 'x')")

    with pytest.raises(MigrationRefused, match="does not know"):
        migrate(fresh)
