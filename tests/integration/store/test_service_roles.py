"""The services' roles at the database: neither owner nor superuser, and nothing that passes by a rule
(S5); and the role of those who only read, which can change nothing (S3)."""

import psycopg
import pytest
from psycopg import sql

from tests.living.engines_alone import Engines

SERVICES = ("ingest", "alerts", "api")
POWERS = """
    SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
    FROM pg_roles WHERE rolname = %s
"""
OWNED = """
    SELECT coalesce(whole.relname, its.relname), its.relpersistence
    FROM pg_class AS its
    LEFT JOIN pg_index ON indexrelid = its.oid LEFT JOIN pg_class AS whole ON whole.oid = indrelid
    WHERE its.relowner = %s::regrole AND its.relkind <> 't'
"""
OWN_BATCHES = {"ingest": {("incoming", "t"), ("rollup_due", "t")}}
"""Tables of a session's own that readings go by, and that end with it; of ingest alone."""
MEMBERSHIPS = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole"
MEMBER_OF = {"api": [("pw_reader",)]}
"""A role that may do less than the api itself."""

RIGHTS_TO_CHANGE = """
    SELECT its.oid::regclass::text FROM pg_class AS its
    WHERE its.oid <> 'pg_settings'::regclass AND relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (has_any_column_privilege('pw_reader', its.oid, 'INSERT, UPDATE, REFERENCES')
           OR has_table_privilege('pw_reader', its.oid,
                                  'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))
       OR relkind = 'S' AND has_sequence_privilege('pw_reader', its.oid, 'USAGE, UPDATE')
"""
READS = """
    SELECT relname FROM pg_class AS its
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
      AND has_table_privilege(%s, its.oid, 'SELECT')
"""
KEPT_FROM_READERS = {
    "api_key", "app_user", "identity_book", "kept_answer", "oidc_identity", "recovery_code",
    "second_factor", "sign_in_session", "sign_in_try",
}  # fmt: skip
"""What tells of passwords, keys and sessions."""


@pytest.mark.parametrize("service", SERVICES)
def test_s5_a_services_role_is_neither_owner_nor_superuser(engines: Engines, service: str) -> None:
    with psycopg.connect(engines.database_url(service)) as connection:
        (role,) = connection.execute("SELECT current_user").fetchone() or ("",)
        assert connection.execute(POWERS.encode(), (role,)).fetchone() == (False,) * 5
        owned = set(connection.execute(OWNED.encode(), (role,)).fetchall())
        assert owned <= OWN_BATCHES.get(service, set())
        found = connection.execute(MEMBERSHIPS.encode(), (role,)).fetchall()
        assert found == MEMBER_OF.get(service, [])


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (x int)", "SET ROLE pw_owner", "CREATE ROLE mine", "CREATE SCHEMA mine"],
)
def test_s5_a_service_makes_nothing_of_its_own_and_becomes_nobody_else(
    engines: Engines, service: str, statement: str
) -> None:
    with (
        psycopg.connect(engines.database_url(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("service", SERVICES)
def test_s5_only_ingest_has_tables_of_a_session_and_they_end_with_it(
    engines: Engines, service: str
) -> None:
    with psycopg.connect(engines.database_url(service), autocommit=True) as connection:
        make = b"CREATE TEMPORARY TABLE mine (x int)"
        if service != "ingest":
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(make)
            return
        connection.execute(make)
    with psycopg.connect(engines.superuser_url) as superuser:
        left = "SELECT FROM pg_class WHERE relname = 'mine' AND relpersistence = 't'"
        assert superuser.execute(left.encode()).fetchall() == []


def test_s3_who_only_reads_has_no_right_to_change_anything(engines: Engines) -> None:
    """Not a table, column or sequence of any schema, nor anything of the database's own."""
    with psycopg.connect(engines.superuser_url) as superuser:
        assert superuser.execute(POWERS.encode(), ("pw_reader",)).fetchone() == (False,) * 5
        assert superuser.execute(OWNED.encode(), ("pw_reader",)).fetchall() == []
        assert superuser.execute(MEMBERSHIPS.encode(), ("pw_reader",)).fetchall() == []
        assert superuser.execute(RIGHTS_TO_CHANGE.encode()).fetchall() == []
        alone = """
            SELECT rolcanlogin, has_schema_privilege(oid, 'public', 'CREATE'),
                   has_database_privilege(oid, current_database(), 'CREATE, TEMPORARY')
            FROM pg_roles WHERE rolname = 'pw_reader'
        """
        assert superuser.execute(alone.encode()).fetchone() == (False, False, False)
        functions = """
            SELECT proname FROM pg_proc AS its
            WHERE pronamespace = 'public'::regnamespace AND prosecdef AND provolatile = 'v'
              AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = its.oid AND deptype = 'e')
              AND has_function_privilege('pw_reader', its.oid, 'EXECUTE')
        """
        assert superuser.execute(functions.encode()).fetchall() == []


def test_s3_who_only_reads_reads_what_the_api_reads_but_for_secrets(engines: Engines) -> None:
    """Also of a table that came with the newest migration; of none by column, which is how the api
    reads what holds a secret."""
    by_column = """
        SELECT relname FROM pg_class AS its
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
          AND has_any_column_privilege('pw_reader', its.oid, 'SELECT')
          AND NOT has_table_privilege('pw_reader', its.oid, 'SELECT')
    """
    with psycopg.connect(engines.superuser_url) as superuser:
        assert superuser.execute(by_column.encode()).fetchall() == []
        api = {name for (name,) in superuser.execute(READS.encode(), ("pw_api",)).fetchall()}
        reader = {name for (name,) in superuser.execute(READS.encode(), ("pw_reader",)).fetchall()}
    assert api >= KEPT_FROM_READERS
    assert reader == api - KEPT_FROM_READERS


def test_s3_the_database_refuses_a_reader_every_write(engines: Engines) -> None:
    """Asked, not only looked up: an INSERT, an UPDATE and a DELETE at each table it reads."""
    with psycopg.connect(engines.api_url()) as connection:
        connection.execute("SET ROLE pw_reader")
        tables = connection.execute(
            READS.encode() + b"AND relkind <> 'v'", ("pw_reader",)
        ).fetchall()
        assert len(tables) > 40
        for (table,) in tables:
            name = sql.Identifier(table)
            for statement in (
                sql.SQL("INSERT INTO {} DEFAULT VALUES").format(name),
                sql.SQL("DELETE FROM {}").format(name),
                sql.SQL("TRUNCATE {}").format(name),
                sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(name),
            ):
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    connection.transaction(),
                ):
                    connection.execute(statement)
