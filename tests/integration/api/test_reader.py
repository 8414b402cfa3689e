"""S3: what a regulator's request asks of the database, the database lets change nothing."""

import httpx2
import psycopg
import pytest
from fastapi import Depends
from starlette.routing import Mount

from services.api.app import make_routes
from services.api.asking import Here, Requires
from services.api.database import Database
from services.api.permission import Permission, Role
from services.api.principal import Principal
from services.api.tenant import asks, nobody_asks
from services.domain.api_key import KeyScope
from services.runtime.clock import ManualClock
from services.store.tenant import EVERY
from tests.integration.api.desk import desk_over
from tests.integration.api.test_api_keys import key_of
from tests.living.engines_alone import Engines

WHO = b"SELECT current_user, current_setting('transaction_read_only')"
WRITES = (
    b"UPDATE book SET version = version + 1",
    b"INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)"
    b" VALUES ('x', 'x', now(), now(), 'x', 'x', 1)",
    b"DELETE FROM kept_answer",
    b"SELECT version FROM book FOR UPDATE",
    b"CREATE TEMPORARY TABLE mine (x int)",
    b"SELECT nextval('drill_id_seq')",
)
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


async def who(here: Here) -> list[str]:
    """A route as a careless one would be written: it reads, and tries to write."""
    async with here.database.transaction() as connection:
        row = await (await connection.execute(WHO)).fetchone()
        assert row is not None
        if row[0] == "pw_reader":
            for statement in WRITES:
                with pytest.raises(REFUSED):
                    async with connection.transaction():
                        await connection.execute(statement)
    return list(row)


@pytest.mark.parametrize(
    ("asker", "permission", "expected"),
    [
        ("regulator", Permission.SEE, ["pw_reader", "on"]),
        ("regulator", Permission.AUDIT, ["pw_reader", "on"]),
        ("inspector", Permission.SEE, ["pw_reader", "on"]),
        ("a key", Permission.SEE, ["pw_reader", "on"]),
        # Their own sessions and second factor are theirs to change.
        ("regulator", Permission.ACCOUNT, ["pw_api", "off"]),
        ("operator", Permission.SEE, ["pw_api", "off"]),
        ("admin", Permission.AUDIT, ["pw_api", "off"]),
    ],
)
async def test_s3_a_route_that_writes_by_mistake_is_refused_by_the_database(
    engines: Engines, asker: str, permission: Permission, expected: list[str]
) -> None:
    async with desk_over(engines) as desk:
        if asker == "a key":
            somebody, _ = await key_of(desk)
        else:
            somebody = await desk.person(asker)
            await somebody.sign_in()
        app = make_routes()
        app.state.window = desk.here
        app.add_api_route("/who", who, dependencies=[Depends(Requires(permission))])
        assert not [route for route in app.routes if isinstance(route, Mount)]
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://desk") as http:
            told = await http.get("/who", headers={"Authorization": f"Bearer {somebody.token}"})
        assert (told.status_code, told.json()) == (200, expected)


async def test_s3_the_connection_goes_back_as_the_one_that_it_was(engines: Engines) -> None:
    """The role and the ban on writing end with the transaction, however it ends."""
    database = Database(engines.database_url("api"), ManualClock())
    assert await database.probe()
    try:
        for fails in (False, True):
            asks(Principal("a", Role.REGULATOR, None, 1), Permission.SEE)
            with pytest.raises(REFUSED if fails else ZeroDivisionError):
                await one_that_ends_badly(database, fails)
            # Work of our own that the request brings along, as its row of the audit, may write.
            async with database.transaction(tenant=EVERY) as connection:
                assert await (await connection.execute(WHO)).fetchone() == ("pw_api", "off")
    finally:
        nobody_asks()
        database.close()


async def one_that_ends_badly(database: Database, refused: bool) -> None:
    async with database.transaction() as connection:
        assert await (await connection.execute(WHO)).fetchone() == ("pw_reader", "on")
        if refused:
            await connection.execute(WRITES[0])
        raise ZeroDivisionError


@pytest.mark.parametrize("role", list(Role))
def test_s3_who_may_change_something_is_no_reader(role: Role) -> None:
    enterprise = "E001" if role is Role.ENTERPRISE else None
    person = Principal("li.wei", role, enterprise, 1)
    assert person.only_reads is (role in (Role.REGULATOR, Role.INSPECTOR))
    key = Principal("key:x", role, enterprise, 1, scopes=frozenset({KeyScope.READ}))
    assert key.only_reads
