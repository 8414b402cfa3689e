"""Tenants are kept apart in the database; a table, key, view or function that forgets it fails here.

Decision 0100 says how. A new table with a column `enterprise` is put under the rule by
`SELECT keep_apart('its_name')` in the migration that makes it; any other is named in `tenancy.py`
with its reason.
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from services.store.queries import Queries
from tests.architecture.repository import ROOT
from tests.integration.store.tenancy import (
    BY_POINT,
    DEFINERS,
    GLOBAL_KEYS,
    forgotten,
    tenants_tables,
)
from tests.living.engines_alone import Engines

Rows = list[tuple[Any, ...]]
OURS = "NOT EXISTS (SELECT FROM pg_depend WHERE objid = its.oid AND deptype = 'e')"


@pytest.fixture
def database(engines: Engines) -> Iterator[psycopg.Connection[Any]]:
    """The superuser's eyes; whatever is changed is undone."""
    with psycopg.connect(engines.superuser_url) as connection:
        yield connection
        connection.rollback()


def asked(database: psycopg.Connection[Any], question: str, *values: object) -> Rows:
    return database.execute(question.encode(), values).fetchall()


def test_the_services_roles_are_neither_owner_nor_superuser_nor_past_the_rule(
    database: psycopg.Connection[Any],
) -> None:
    """S5: and no member of a role that is."""
    question = """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
               EXISTS (SELECT FROM pg_class WHERE relowner = its.oid
                       AND (relpersistence <> 't' OR rolname <> 'pw_ingest')),
               EXISTS (SELECT FROM pg_proc WHERE proowner = its.oid),
               EXISTS (SELECT FROM pg_auth_members WHERE member = its.oid
                       AND (rolname, roleid::regrole::text) <> ('pw_api', 'pw_reader')),
               has_schema_privilege(its.oid, 'public', 'CREATE'),
               has_database_privilege(its.oid, current_database(), 'TEMPORARY')
               AND rolname <> 'pw_ingest'
        FROM pg_roles AS its
        WHERE rolname IN ('pw_ingest', 'pw_alerts', 'pw_api', 'pw_reader') ORDER BY 1
    """
    assert asked(database, question) == [
        (name, *[False] * 10) for name in ("pw_alerts", "pw_api", "pw_ingest", "pw_reader")
    ]
    assert asked(database, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'pw_owner'"
                 ) == [(False, False)]  # fmt: skip


def test_every_table_of_a_tenant_is_kept_apart(database: psycopg.Connection[Any]) -> None:
    """S6."""
    assert forgotten(database) == []
    assert len(tenants_tables(database)) >= 42


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE forgetful (enterprise text, id int)", "forgetful"),
        ("CREATE TABLE forgetful (id int)", "forgetful"),
        ("ALTER TABLE alarm NO FORCE ROW LEVEL SECURITY", "alarm"),
        ("ALTER TABLE alarm DISABLE ROW LEVEL SECURITY", "alarm"),
        ("DROP POLICY tenant ON alarm", "alarm"),
        ("CREATE POLICY more ON alarm TO pw_api USING (true)", "alarm"),
        ("CREATE POLICY more ON alarm FOR SELECT USING (grade = 1)", "alarm"),
        ("ALTER POLICY tenant ON alarm TO public", "alarm"),
        ("ALTER POLICY tenant ON alarm WITH CHECK (true)", "alarm"),
        ("ALTER POLICY every_tenant ON alarm TO pw_ingest, pw_alerts, pw_owner, pw_api", "alarm"),
        ("ALTER POLICY tenant ON alarm TO pw_api", "alarm"),
        ("ALTER TABLE risk_weights ADD COLUMN enterprise text", "risk_weights"),
        ("ALTER POLICY tenant ON drill USING (true)", "drill"),
    ],
)
def test_what_forgets_is_named(
    database: psycopg.Connection[Any], statement: str, name: str
) -> None:
    database.execute("SET LOCAL lock_timeout = '5s'")
    database.execute(statement.encode())
    assert forgotten(database) == [name]


def test_a_new_table_is_put_under_the_rule_by_one_line(database: psycopg.Connection[Any]) -> None:
    database.execute("SET LOCAL ROLE pw_owner")
    database.execute("CREATE TABLE thoughtful (enterprise text PRIMARY KEY)")
    database.execute("SELECT keep_apart('thoughtful')")
    assert forgotten(database) == []


def test_every_unique_key_of_a_tenants_table_begins_with_the_tenant(
    database: psycopg.Connection[Any],
) -> None:
    """S11."""
    question = """
        SELECT key.relname FROM pg_index
        JOIN pg_class AS key ON key.oid = indexrelid
        JOIN pg_class AS whole ON whole.oid = indrelid
        LEFT JOIN pg_attribute AS field ON field.attrelid = indrelid AND field.attnum = indkey[0]
        WHERE indisunique AND whole.relnamespace = 'public'::regnamespace
          AND whole.relname = ANY(%s)
          AND field.attname IS DISTINCT FROM
              CASE whole.relname WHEN 'enterprise' THEN 'code' ELSE 'enterprise' END
    """
    found = {name for (name,) in asked(database, question, tenants_tables(database))}
    assert found == set(GLOBAL_KEYS)


def test_no_view_shows_more_than_who_looks_may_see(database: psycopg.Connection[Any]) -> None:
    """S7: and there is no materialised one, which would be everybody's."""
    question = f"""
        SELECT relname FROM pg_class AS its
        WHERE relnamespace = 'public'::regnamespace AND {OURS}
          AND (relkind = 'm' OR relkind = 'v'
               AND NOT coalesce(reloptions, '{{}}') @> ARRAY['security_invoker=true'])
    """
    assert asked(database, question) == []


def test_who_has_the_owners_rights_is_named_pinned_and_called_by_few(
    database: psycopg.Connection[Any],
) -> None:
    """S7."""
    question = f"""
        SELECT proname, 'search_path=public, pg_temp' = ANY(proconfig),
               has_function_privilege('pw_api', its.oid, 'EXECUTE'),
               EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                       WHERE grantee = 0)
        FROM pg_proc AS its
        WHERE pronamespace = 'public'::regnamespace AND prosecdef AND {OURS} ORDER BY 1
    """
    wanted = [(name, True, why.startswith("api:"), False) for name, why in DEFINERS.items()]
    assert asked(database, question) == wanted


def test_the_audit_is_read_for_the_park_alone(engines: Engines) -> None:
    """Whoever changes something adds to it; rows of all tenants stand in it."""
    with psycopg.connect(engines.superuser_url, autocommit=True) as superuser:
        row = (-secrets.randbelow(2**31), "nobody")
        with pytest.raises(psycopg.errors.CheckViolation):
            superuser.execute(_AUDIT, row)
    for tenant, adds in (("*", True), ("tenant-a", True), ("", True)):
        with psycopg.connect(engines.api_url(tenant)) as connection:
            number = secrets.randbelow(2**40) + 2**41
            assert (connection.execute(_AUDIT, (number, "x")).rowcount == 1) is adds
            found = connection.execute("SELECT count(*) FROM audit").fetchone()
            assert found is not None
            assert (found[0] > 0) is (tenant == "*")
            connection.rollback()


_AUDIT = b"""
INSERT INTO audit (seq, at, actor, what, request_id, body, previous, hash)
SELECT %s, now(), 'x', 'x', 'x', body, '', sha256(convert_to(body, 'UTF8'))
FROM (SELECT %s::text AS body) AS its
"""


@pytest.mark.parametrize("table", BY_POINT)
def test_measurements_are_out_of_the_apis_reach(
    database: psycopg.Connection[Any], table: str
) -> None:
    """S9: neither the table nor a chunk of it."""
    question = """
        SELECT its.oid::regclass::text FROM pg_class AS its
        WHERE (its.oid = %s::regclass
               OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = its.oid AND inhparent = %s::regclass))
          AND (has_any_column_privilege('pw_api', its.oid, 'SELECT, INSERT, UPDATE')
               OR has_table_privilege('pw_api', its.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))
    """
    assert asked(database, question, table, table) == []


def test_nothing_is_told_to_whoever_listens(database: psycopg.Connection[Any]) -> None:
    """S10: a channel of PostgreSQL's is open to every role of the database."""
    question = f"""
        SELECT proname FROM pg_proc AS its
        WHERE pronamespace = 'public'::regnamespace AND {OURS}
          AND prosrc ~* '(pg_notify|\\mnotify\\M|\\mlisten\\M)'
    """
    assert asked(database, question) == []
    areas = [path.stem for path in (ROOT / "services/store/sql").glob("*.sql")]
    for area in areas:
        queries = Queries.load(area)
        for name in queries.names():
            statement = re.sub(r"--.*", "", queries[name].decode())
            assert not re.search(r"(?i)\b(pg_notify|notify|listen)\b", statement), (area, name)


def test_the_setting_is_local_wherever_it_is_made(database: psycopg.Connection[Any]) -> None:
    """S8: no role and no database brings a tenant along, and our code sets it for a transaction."""
    question = "SELECT setconfig FROM pg_db_role_setting WHERE setconfig::text LIKE '%%parkwatch%%'"
    assert asked(database, question) == []
    made = [
        line.strip()
        for path in (ROOT / "services").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if "set_config" in line or "parkwatch.tenant" in line
    ]
    assert [line for line in made if not line.startswith(("#", '"', "It goes"))] == []
    assert b"SET LOCAL parkwatch.tenant" in Queries.load("tenant")["name"]
