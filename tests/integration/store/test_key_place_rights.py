"""A version of a key place is changed by nobody: the database sees to it."""

import psycopg
import pytest

from tests.living.engines_alone import Engines


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("api", "UPDATE key_place SET name = 'x'"),
        ("api", "UPDATE key_place SET removed = false"),
        ("api", "DELETE FROM key_place"),
        ("alerts", "SELECT 1 FROM key_place"),
        ("ingest", "SELECT 1 FROM key_place"),
    ],
)
def test_a_version_is_changed_by_nobody_and_read_by_the_api_alone(
    engines: Engines, service: str, statement: str
) -> None:
    with (
        psycopg.connect(engines.database_url(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
