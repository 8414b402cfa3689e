"""S49: of an enterprise that is erased nothing is left in any table but for the chains.

A row of two tenants is made in every table that knows of tenants, as for the proofs of them apart; a
new table that erasure does not reach, and that this proof cannot fill, fails here.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.integration.store.tenancy import BY_POINT, NOT_A_TENANTS, THE_PARKS, tables
from tests.integration.store.test_tenants_apart import _CHECKS, NUMBERS, OURS, THEIRS, fill
from tests.living.engines_alone import Engines

Database = psycopg.Connection[Any]
STAYS = {
    "journal": "a chain: what is left of it would not verify, and it is the evidence of alarms",
    "enterprise": "the bare code, so that nobody is given it and the journal with it",
}
"""What is kept of an erased enterprise, and why; of the park's own chain, `audit`, nothing is deleted."""
CLOSED = b"UPDATE enterprise SET deleted_at = now() - %s::interval WHERE code = %s"
_DRILL = """
INSERT INTO drill (scenario, title, title_en, duration_s, gateways, target_s, ordered_by, ordered_at,
                   station, finished_at, outcome)
VALUES ('x', %(t)s, 'x', 1, jsonb_build_array(jsonb_build_array(%(t)s::text, 'gw1')), 1, 'x', now(),
        'x', now(), 'ended')
"""
_STATION = """
INSERT INTO drill_station VALUES (%(t)s, jsonb_build_array(jsonb_build_object('gateways',
    jsonb_build_array(jsonb_build_object('enterprise', %(t)s::text)))), now())
"""
_NOTE = "INSERT INTO rollup_note (points, minutes) VALUES (%s, array_fill(now(), ARRAY[%s]))"


@pytest.fixture
def filled(both: Database) -> Iterator[Database]:
    """What a proof does to it is undone."""
    with both.transaction(force_rollback=True):
        yield both


@pytest.fixture(scope="module")
def both(engines: Engines) -> Iterator[Database]:
    """Something of both tenants wherever something can be; all of it is undone."""
    with psycopg.connect(engines.superuser_url) as database:
        database.execute("SET LOCAL lock_timeout = '5s'")
        database.execute("SET LOCAL session_replication_role = replica")
        for table, name in database.execute(_CHECKS).fetchall():
            database.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        for each in tables(database):
            if each.name not in NOT_A_TENANTS.keys() - set(BY_POINT) and each.name not in THE_PARKS:
                for tenant in (OURS, THEIRS):
                    if each.name != "rollup_note":
                        fill(database, each.name, tenant)
        for tenant in (OURS, THEIRS):
            database.execute(_DRILL.encode(), {"t": tenant})
            database.execute(_STATION.encode(), {"t": tenant})
            database.execute(_NOTE.encode(), ([NUMBERS[tenant]], 1))
        database.execute(_NOTE.encode(), (list(NUMBERS.values()), 2))
        yield database
        database.rollback()


def traces(database: Database, tenant: str) -> dict[str, int]:
    """Rows of each table that name a tenant, or its point by number."""
    found = {}
    for each in tables(database):
        statement = sql.SQL(
            "SELECT count(*) FROM {} AS its WHERE its::text LIKE %s OR its::text LIKE %s"
        ).format(sql.Identifier(each.name))
        values = (f"%{tenant}%", f"%{NUMBERS[tenant]}%")
        row = database.execute(statement, values).fetchone()
        if row is not None and row[0]:
            found[each.name] = row[0]
    return found


def erase(database: Database, tenant: str) -> dict[str, int]:
    rows = database.execute("SELECT place, gone FROM erase_tenant(%s)", (tenant,)).fetchall()
    return dict(rows)


def test_s49_nothing_is_left_of_an_erased_enterprise_but_its_chain_and_its_code(
    filled: Database,
) -> None:
    before = traces(filled, THEIRS)
    ours = traces(filled, OURS)
    assert ours.keys() == before.keys()
    assert len(ours) >= 50, "the proof is worth something: there is a row in nearly every table"
    filled.execute(CLOSED, ("31 days", OURS))
    gone = erase(filled, OURS)
    left = traces(filled, OURS)
    assert left.keys() == STAYS.keys()
    assert left["journal"] == ours["journal"]
    kept = filled.execute(
        "SELECT name, name_en, file::text FROM enterprise WHERE code = %s", (OURS,)
    ).fetchone()
    assert kept == (OURS, None, "{}")
    assert gone["reading"] == 1
    assert gone["alarm"] == 1
    # The neighbour has all that it had; of the note that both were in, its half.
    assert traces(filled, THEIRS) == before


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE careless (whose text)", "careless"),
        ("CREATE TABLE careless (sensor bigint)", "careless"),
    ],
)
def test_s49_a_table_that_erasure_does_not_reach_is_found(
    filled: Database, statement: str, name: str
) -> None:
    """By the columns that it goes by (`enterprise`, `point_id`) it reaches every other one."""
    filled.execute(statement.encode())
    filled.execute("CREATE TABLE thoughtful (enterprise text, note text)")
    filled.execute("CREATE TABLE numbered (point_id integer)")
    for table in (name, "thoughtful", "numbered"):
        fill(filled, table, OURS)
    filled.execute(CLOSED, ("31 days", OURS))
    erase(filled, OURS)
    assert traces(filled, OURS).keys() == STAYS.keys() | {name}


@pytest.mark.parametrize("since", [None, "29 days 23:59:59"])
def test_s49_what_has_to_be_kept_is_not_erased(filled: Database, since: str | None) -> None:
    """The database itself refuses it, whoever asks: thirty days."""
    before = traces(filled, OURS)
    if since is None:
        filled.execute("UPDATE enterprise SET deleted_at = NULL WHERE code = %s", (OURS,))
    else:
        filled.execute(CLOSED, (since, OURS))
    with (
        pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="thirty days"),
        filled.transaction(),
    ):
        erase(filled, OURS)
    assert traces(filled, OURS) == before


@pytest.mark.parametrize("service", ["ingest", "alerts", "api"])
@pytest.mark.parametrize(
    "statement", ["SELECT erase_tenant('tenant-a')", "SELECT close_tenant('tenant-a', 'x', 'x')"]
)
def test_s49_no_service_can_close_or_erase(engines: Engines, service: str, statement: str) -> None:
    with (
        psycopg.connect(engines.database_url(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
