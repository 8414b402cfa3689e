"""S8: a connection goes from one tenant to the next and takes nothing along."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from services.api.database import Database, DatabaseAway
from services.api.lane import Lane
from services.runtime.clock import ManualClock
from services.store.tenant import EVERY
from tests.living.engines_alone import Engines

NAMED = b"SELECT coalesce(current_setting('parkwatch.tenant', true), ''), pg_backend_pid()"
SEEN = b"SELECT code FROM enterprise ORDER BY code"
OURS, THEIRS = "door-a", "door-b"


@pytest.fixture
async def database(engines: Engines) -> AsyncIterator[Database]:
    """Two enterprises, and the api's door to them with one connection."""
    with psycopg.connect(engines.superuser_url) as superuser:
        for code in (OURS, THEIRS):
            superuser.execute(
                "INSERT INTO enterprise VALUES (%s, %s, NULL, now(), NULL, 0)"
                " ON CONFLICT DO NOTHING",
                (code, code),
            )
    opened = Database(engines.database_url("api"), ManualClock())
    assert await opened.probe()
    yield opened
    opened.close()


async def asked(database: Database, tenant: str) -> tuple[str, int, set[str]]:
    """What is named inside, over which connection, and which enterprises of the two are seen."""
    async with database.transaction(tenant=tenant) as connection:
        name, process = await (await connection.execute(NAMED)).fetchone() or ("", 0)
        found = {code for (code,) in await (await connection.execute(SEEN)).fetchall()}
        return name, process, found & {OURS, THEIRS}


async def test_it_comes_back_clean_whoever_had_it(database: Database) -> None:
    first = await asked(database, OURS)
    assert (first[0], first[2]) == (OURS, {OURS})
    async with database.transaction(tenant=THEIRS) as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            async with connection.transaction():
                await connection.execute("SELECT FROM nothing_of_the_kind")
        assert await (await connection.execute(SEEN)).fetchall() == [(THEIRS,)]
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(tenant=OURS):
            raise ZeroDivisionError
    (idle,) = database._idle[Lane.LIVE]
    assert await (await idle.execute(NAMED)).fetchone() == ("", first[1])
    assert await (await idle.execute(SEEN)).fetchall() == []
    assert await asked(database, EVERY) == (EVERY, first[1], {OURS, THEIRS})


async def test_one_that_is_killed_in_the_middle_is_not_used_again(
    engines: Engines, database: Database
) -> None:
    _, process, _ = await asked(database, OURS)

    async def killed() -> None:
        async with database.transaction(tenant=OURS) as connection:
            await asyncio.to_thread(terminate, engines, process)
            await connection.execute(SEEN)

    with pytest.raises(DatabaseAway):
        await killed()
    name, another, found = await asked(database, THEIRS)
    assert (name, found) == (THEIRS, {THEIRS})
    assert another != process


async def test_a_cancelled_request_leaves_no_tenant_behind(database: Database) -> None:
    async def request() -> None:
        async with database.transaction(tenant=OURS) as connection:
            await connection.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(request())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    name, _, found = await asked(database, THEIRS)
    assert (name, found) == (THEIRS, {THEIRS})


@pytest.mark.parametrize("name", ["tenant-b'; --", 'a"', "tenant-a' OR '*", "\\'", "null"])
async def test_a_name_is_a_value_and_never_a_statement(database: Database, name: str) -> None:
    told, _, found = await asked(database, name)
    assert (told, found) == (name, set())


def terminate(engines: Engines, process: int) -> None:
    with psycopg.connect(engines.superuser_url, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s)", (process,))
