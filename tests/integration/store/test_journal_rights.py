"""The journal is append-only by the database's permission, for every service's role.

The schema's owner is no service: it migrates, and may do what it likes with its tables. What it
does to the journal shows against the seals that lie elsewhere
(`tests/unit/stack/test_journal_seals.py`).
"""

import secrets

import psycopg
import pytest

from services.domain.journal import ChainHead, link
from services.runtime.clock import to_datetime
from tests.living.engines_alone import Engines
from tests.unit.alerts.samples import raised

SERVICES = ("ingest", "alerts", "api")
APPEND = """
    INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def append(url: str, enterprise: str) -> None:
    """The first row of an enterprise's chain, written under the role of `url`."""
    row = link(ChainHead(), raised(1, enterprise))
    times = (to_datetime(row.at), to_datetime(row.noted_at))
    values = (row.enterprise, row.seq, row.alarm_id, *times, row.event, row.body)
    with psycopg.connect(url) as connection:
        connection.execute(APPEND, (*values, row.previous, row.hash))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET body = ''",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "DROP TABLE journal",
        "ALTER TABLE journal DROP COLUMN hash",
        "CREATE RULE hide AS ON INSERT TO journal DO INSTEAD NOTHING",
        "SET ROLE pw_owner",
    ],
)
def test_no_service_changes_or_removes_a_row(
    engines: Engines, service: str, statement: str
) -> None:
    with (
        psycopg.connect(engines.database_url(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("service", ["ingest", "api"])
def test_only_the_engine_appends(engines: Engines, service: str) -> None:
    enterprise = f"e{secrets.token_hex(4)}"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        append(engines.database_url(service), enterprise)
    append(engines.database_url("alerts"), enterprise)
    with pytest.raises(psycopg.errors.UniqueViolation):
        append(engines.database_url("alerts"), enterprise)
