"""A database of before tenants were kept apart, with rows in every table, comes along to today's schema:
each row as it was, and shown to whom it belongs."""

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from services.store.migrate import available, migrate
from tests.integration.store.tenancy import BY_POINT, NOT_A_TENANTS, tenants_tables
from tests.integration.store.test_tenants_apart import (
    _COLUMNS,
    MEASUREMENTS,
    NUMBERS,
    OURS,
    THEIRS,
    as_role,
    seen,
    value,
)
from tests.living.engines_alone import Engines

Database = psycopg.Connection[Any]
BEFORE = 39
"""The last migration before row-level security."""
OF_THE_PARK = {
    "schema_migration",
    "book",
    "identity_book",
    "rollup_window",
    "engine_lease",
    "drill",
}
"""One row each, made by the migrations, or none."""
GIVEN: dict[str, dict[str, Any]] = {
    "alarm": {"subject_type": "point", "state": "normal", "off": None, "direction": "high",
              "closed_as": "cleared"},
    "api_key": {"role": "enterprise", "scopes": ["read"], "expires_at": "2030-01-01Z"},
    "app_user": {"role": "enterprise"},
    "approval": {"action": "shelve", "proposal": None, "state": "pending", "decided_at": None,
                 "direction": "high"},
    "conformance": {"outcome": "passed"},
    "detector_group": {"kind": "gas", "deleted_at": None},
    "enterprise": {"deleted_at": None},
    "hazard_source": {"unit_type": "storage", "level": 1},
    "interlock": {"voting": "1oo1", "causes": "[]", "effects": "[]"},
    "interlock_bypass": {"kind": "maintenance", "measures": "[1]", "approvals": "[]", "since": None,
                         "until": None, "verified": None, "applied": '{"by": "x"}'},
    "interlock_trip_word": {"kind": "test"},
    "key_place": {"kind": "road"},
    "point": {"reporting": "periodic", "criticality": None, "converted_from": None,
              "calibrated_on": None, "bump_tested_on": None, "formula": None, "maintenance": None,
              "exercise_from": None, "exercise_until": None, "deleted_at": None},
    "register_change": {"subject": "point"},
    "rule": {"condition": "HH"},
    "sign_in_session": {"expires_at": "2030-01-01Z"},
    "suppression_rule": {"kind": "limit", "direction": "high", "grade": 3},
    "suppression_target": {"hazard_source": None},
}  # fmt: skip
"""What of a row cannot be just anything of its type."""


def row_of(table: str, columns: list[tuple[str, str]], tenant: str) -> dict[str, Any]:
    """A row of this tenant's that every check and every key lets in."""
    found = {name: value(kind, tenant) for name, kind in columns} | GIVEN.get(table, {})
    match table:
        case "api_key":
            found["prefix"] = tenant[-1] * 8
        case "sign_in_session":
            found["id"] = tenant * 3
    return found


@pytest.fixture(scope="module")
def older(engines: Engines) -> Iterator[tuple[str, str]]:
    """The superuser's and the owner's address of a database as of then, with rows of two tenants."""
    name = f"older_{secrets.token_hex(4)}"
    password = (engines.data_dir / "secrets" / "pw_owner").read_text().strip()
    with psycopg.connect(engines.superuser_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER pw_owner".encode())
    url = urlsplit(engines.superuser_url)._replace(path=f"/{name}")
    with psycopg.connect(url.geturl(), autocommit=True) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    owner = url._replace(netloc=f"pw_owner:{password}@{url.hostname}:{url.port}").geturl()
    migrate(owner, upto=BEFORE)
    with psycopg.connect(owner) as database:
        fill(database)
    yield url.geturl(), owner
    with psycopg.connect(engines.superuser_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def names(database: Database) -> list[str]:
    rows = database.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    ).fetchall()
    return sorted(name for (name,) in rows if name not in OF_THE_PARK)


def tenants_in(table: str) -> tuple[str, ...]:
    """Whose rows it holds; of a table of the park's one will do."""
    is_the_parks = table in NOT_A_TENANTS and table not in BY_POINT
    return (OURS,) if is_the_parks else (OURS, THEIRS)


def fill(database: Database) -> None:
    """A row of each tenant's in each table, what others refer to first."""
    waiting = [(table, tenant) for table in names(database) for tenant in tenants_in(table)]
    while waiting:
        left = []
        for table, tenant in waiting:
            columns = database.execute(_COLUMNS, (table,)).fetchall()
            row = row_of(table, columns, tenant)
            statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.SQL("%s::" + kind) for _, kind in columns),
            )
            try:
                with database.transaction():
                    database.execute(statement, list(row.values()))
            except psycopg.errors.ForeignKeyViolation:
                left.append((table, tenant))
        assert len(left) < len(waiting), left
        waiting = left


def contents(database: Database, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    """Every row of each table, by these columns."""
    return {
        table: database.execute(
            sql.SQL("SELECT {} FROM {} ORDER BY 1, 2").format(
                sql.SQL(", ").join(map(sql.Identifier, those)), sql.Identifier(table)
            )
        ).fetchall()
        for table, those in columns.items()
    }


def test_a_full_database_of_before_comes_along_row_by_row(older: tuple[str, str]) -> None:
    superuser, owner = older
    with psycopg.connect(superuser) as database:
        columns = {
            table: [name for name, _ in database.execute(_COLUMNS, (table,)).fetchall()]
            for table in names(database)
        }
        before = contents(database, columns)
    assert len(before) >= 48
    wrong = {table for table, rows in before.items() if len(rows) != len(tenants_in(table))}
    assert wrong == set()
    assert migrate(owner) == [each.name for each in available() if each.number > BEFORE]
    with psycopg.connect(superuser) as database:
        after = contents(database, columns)
        # Migration 0043 begins the history of groups with what stood: one row more of each tenant's.
        begun = [row for row in after["register_change"] if row not in before["register_change"]]
        assert [(row[0], row[1]) for row in begun] == [(OURS, "group"), (THEIRS, "group")]
        after["register_change"] = [row for row in after["register_change"] if row not in begun]
        # Migration 0060 counts anew how many readings of a tag are kept: of each there is one.
        kept = columns["unregistered_tag"].index("kept")
        known = before["unregistered_tag"]
        before["unregistered_tag"] = [(*row[:kept], 1, *row[kept + 1 :]) for row in known]
        assert before["unregistered_tag"] != known
        assert after == before
        those = [each for each in tenants_tables(database) if each in before]
        assert len(those) >= 40
        assert before.keys() - those <= NOT_A_TENANTS.keys()
        is_shown_to_whom_it_belongs(database, those)


def is_shown_to_whom_it_belongs(database: Database, those: list[str]) -> None:
    database.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO pw_api, pw_reader")
    whole = {table: {OURS, THEIRS} for table in those}
    for role in ("pw_api", "pw_reader"):
        for tenant in (OURS, THEIRS):
            with as_role(database, role, tenant):
                found = {table: seen(database, table) for table in those}
                assert found == {table: {tenant} for table in those}
        with as_role(database, role, None):
            assert not any(seen(database, table) for table in those)
        with as_role(database, role, "*"):
            assert {table: seen(database, table) for table in those} == whole
    with as_role(database, "pw_owner", None):
        assert {table: seen(database, table) for table in those} == whole
    for tenant, other in ((OURS, THEIRS), (THEIRS, OURS)):
        with as_role(database, "pw_api", tenant):
            for number, rows in ((NUMBERS[tenant], 1), (NUMBERS[other], 0)):
                told = {"n": number, "every": [number]}
                row = database.execute(MEASUREMENTS["raw"].encode(), told).fetchone()
                assert row == (rows,)
