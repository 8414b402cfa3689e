"""What a session of one tenant sees and changes: in every table, whatever it asks for.

Rows of two tenants are made in each table by its columns' types, inside a transaction that is undone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.integration.store.tenancy import THE_PARKS, tenants_tables
from tests.living.engines_alone import Engines

OURS, THEIRS = "tenant-a", "tenant-b"
NUMBERS = {OURS: 2_000_000_001, THEIRS: 2_000_000_002}
Database = psycopg.Connection[Any]

_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
ORDER BY attnum
"""
_CHECKS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'c' AND connamespace = 'public'::regnamespace
"""


def value(kind: str, tenant: str) -> object:
    """Something of a column's type that is this tenant's alone, where the type allows it."""
    if kind.endswith("[]"):
        return []
    match kind:
        case "text":
            return tenant
        case "integer" | "bigint":
            return NUMBERS[tenant]
        case "smallint" | "double precision" | "numeric":
            return 1
        case "boolean":
            return False
        case "bytea":
            return tenant.encode()
        case "jsonb":
            return "{}"
        case "date":
            return "2026-01-01"
        case "timestamp with time zone":
            return "2026-01-01T00:00:00Z"
    raise AssertionError(f"what is a {kind}?")


def fill(database: Database, table: str, tenant: str) -> None:
    """One row of this tenant's."""
    columns = database.execute(_COLUMNS, (table,)).fetchall()
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        sql.SQL(", ").join(sql.SQL("%s::" + kind) for _, kind in columns),
    )
    database.execute(statement, [value(kind, tenant) for _, kind in columns])


@pytest.fixture(scope="module")
def filled(engines: Engines) -> Iterator[tuple[Database, list[str]]]:
    """A row of each tenant's in every table, without the rules that would ask for a whole story."""
    with psycopg.connect(engines.superuser_url) as database:
        database.execute("SET LOCAL lock_timeout = '5s'")
        database.execute("SET LOCAL session_replication_role = replica")
        for table, name in database.execute(_CHECKS).fetchall():
            database.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        tables = tenants_tables(database)
        for table in (*tables, *THE_PARKS, "reading"):
            for tenant in (OURS, THEIRS):
                if table == "reading":
                    row = (NUMBERS[tenant], "2026-01-01T00:00:00Z")
                    statement = "INSERT INTO reading VALUES (%s, %s, now(), 1, 0)"
                    database.execute(statement.encode(), row)
                else:
                    fill(database, table, tenant)
        # Also where it has no rights now: those of tomorrow must do no harm.
        database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO pw_api, pw_reader")
        yield database, tables
        database.rollback()


@contextmanager
def as_role(database: Database, role: str, tenant: str | None) -> Iterator[None]:
    """Inside the block the session is a service's, for this tenant; all of it is undone."""
    with database.transaction(force_rollback=True):
        if tenant is not None:
            database.execute(
                sql.SQL("SET LOCAL parkwatch.tenant TO {}").format(sql.Literal(tenant))
            )
        database.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        yield


def seen(database: Database, table: str) -> set[str]:
    """Whose rows a plain SELECT brings: those of the two that were made here."""
    statement = sql.SQL("SELECT its::text FROM {} AS its").format(sql.Identifier(table))
    rows = [row for (row,) in database.execute(statement).fetchall()]
    return {tenant for tenant in (OURS, THEIRS) for row in rows if tenant in row}


@pytest.mark.parametrize("role", ["pw_api", "pw_reader"])
def test_a_tenant_sees_its_own_in_every_table_and_nothing_of_another(
    filled: tuple[Database, list[str]], role: str
) -> None:
    database, tables = filled
    for tenant in (OURS, THEIRS):
        with as_role(database, role, tenant):
            assert {table: seen(database, table) for table in tables} == {
                table: {tenant} for table in tables
            }


@pytest.mark.parametrize("role", ["pw_api", "pw_reader"])
def test_what_is_the_parks_is_shown_to_no_tenant(
    filled: tuple[Database, list[str]], role: str
) -> None:
    database, _ = filled
    for tenant in (OURS, THEIRS, None):
        with as_role(database, role, tenant):
            assert {table: seen(database, table) for table in THE_PARKS} == {
                table: set() for table in THE_PARKS
            }
    with as_role(database, role, "*"):
        assert all(seen(database, table) == {OURS, THEIRS} for table in THE_PARKS)


@pytest.mark.parametrize("tenant", [None, "", "tenant", "TENANT-A", "tenant-_", "%", "**", "null"])
def test_who_names_no_tenant_or_none_that_is_sees_nothing(
    filled: tuple[Database, list[str]], tenant: str | None
) -> None:
    database, tables = filled
    with as_role(database, "pw_api", tenant):
        assert {table: seen(database, table) for table in tables} == {
            table: set() for table in tables
        }


@pytest.mark.parametrize(
    ("role", "tenant"), [("pw_api", "*"), ("pw_ingest", None), ("pw_alerts", None)]
)
def test_the_park_and_the_services_that_serve_every_tenant_see_both(
    filled: tuple[Database, list[str]], role: str, tenant: str | None
) -> None:
    database, tables = filled
    for table in tables:
        database.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(
            sql.Identifier(table), sql.Identifier(role)))  # fmt: skip
    with as_role(database, role, tenant):
        assert {table: seen(database, table) for table in tables} == {
            table: {OURS, THEIRS} for table in tables
        }


def test_the_owner_is_under_the_rule_too_and_has_a_policy_for_all(
    filled: tuple[Database, list[str]],
) -> None:
    """A backup by the owner holds every tenant's rows."""
    database, tables = filled
    with as_role(database, "pw_owner", None):
        assert all(seen(database, table) == {OURS, THEIRS} for table in tables)
        database.execute("ALTER TABLE alarm NO FORCE ROW LEVEL SECURITY")
        database.execute("DROP POLICY every_tenant ON alarm")
        assert seen(database, "alarm") == {OURS, THEIRS}
        database.execute("ALTER TABLE alarm FORCE ROW LEVEL SECURITY")
        assert seen(database, "alarm") == set()


def test_a_tenant_changes_and_adds_nothing_of_another(
    filled: tuple[Database, list[str]],
) -> None:
    """Where the api may change anything at all: here it may everything, and still does not."""
    database, tables = filled
    database.execute("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pw_api")
    for table in tables:
        with as_role(database, "pw_api", OURS):
            name = sql.Identifier(table)
            assert database.execute(sql.SQL("DELETE FROM {}").format(name)).rowcount == 1, table
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                fill(database, table, THEIRS)
    whose = sql.SQL("UPDATE {} SET enterprise = %s")
    moved = [each for each in tables if each not in _WITHOUT_COLUMN]
    for table in moved:
        with (
            as_role(database, "pw_api", OURS),
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        ):
            database.execute(whose.format(sql.Identifier(table)), (THEIRS,))


_WITHOUT_COLUMN = {
    "enterprise", "sign_in_session", "second_factor", "recovery_code", "oidc_identity",
}  # fmt: skip

_SPAN = "'2025-12-31', '2026-01-02'"
_RAW = f"SELECT count(*) FROM readings_raw(%(n)s, {_SPAN}, '-infinity', '-infinity', 0::int2, 9)"
_STEPS = f"SELECT count(*) FROM readings_stepped(%(n)s, '1h', {_SPAN}, 9)"
_WHOLE = "'-infinity', '-infinity'"
MEASUREMENTS = {
    "raw": _RAW,
    "counted": f"SELECT readings_counted(%(n)s, {_SPAN}, 9)",
    "stepped": _STEPS,
    "minutes": f"SELECT count(*) FROM minutes_stepped(%(n)s, '1h', {_SPAN}, {_WHOLE}, {_SPAN}, 9)",
    "hours": f"SELECT count(*) FROM hours_stepped(%(n)s, '1h', {_SPAN}, {_WHOLE}, {_WHOLE},"
    f" {_SPAN}, 9)",
    "judged": f"SELECT count(*) FROM readings_judged(%(every)s, {_SPAN})",
    "every": f"SELECT count(*) FROM readings_every(%(every)s, {_SPAN})",
    "has": "SELECT has_readings(%(n)s)::int",
}


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_measurements_come_by_functions_that_ask_the_transaction_for_its_tenant(
    filled: tuple[Database, list[str]], name: str
) -> None:
    """S9."""
    database, _ = filled
    both = list(NUMBERS.values())

    def count(tenant: str | None, number: int) -> int:
        with as_role(database, "pw_api", tenant):
            values = {"n": number, "every": both}
            row = database.execute(MEASUREMENTS[name].encode(), values).fetchone()
            assert row is not None
            return int(row[0])

    of_many = name in ("judged", "every")
    assert count("*", NUMBERS[THEIRS]) == (2 if of_many else 1)
    assert count(THEIRS, NUMBERS[THEIRS]) == 1
    assert count(OURS, NUMBERS[THEIRS]) == (1 if of_many else 0)
    assert count(None, NUMBERS[THEIRS]) == 0
    assert count("", NUMBERS[THEIRS]) == 0


@pytest.mark.parametrize("table", ["reading", "rollup_minute", "rollup_hour"])
def test_a_hand_written_select_on_measurements_is_refused(engines: Engines, table: str) -> None:
    with (
        psycopg.connect(engines.api_url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    ("view", "table"),
    [
        ("detector_rule_named", "detector_rule"),
        ("detector_rule_watched", "detector_rule"),
        ("suppression_rule_aimed", "suppression_rule"),
    ],
)
def test_a_view_shows_a_tenant_its_own(
    filled: tuple[Database, list[str]], view: str, table: str
) -> None:
    database, _ = filled
    with as_role(database, "pw_api", "*"):
        both = seen(database, view)
    with as_role(database, "pw_api", OURS):
        assert seen(database, table) == {OURS}
        assert seen(database, view) == both & {OURS}
    with as_role(database, "pw_api", None):
        assert seen(database, view) == set()
