"""Twenty exports at once, all of them stuck in the database: what is live goes on as if there were
none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from starlette.requests import Request

from services.api.app import make_routes
from services.api.database import DatabaseAway, NoTurn
from services.api.lane import heavy
from services.store.tenant import EVERY
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.living.engines_alone import Engines

EXPORTS = 20


@asynccontextmanager
async def locked(engines: Engines, table: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Nobody can read this table inside the block, or until the transaction is ended."""
    async with await psycopg.AsyncConnection.connect(engines.superuser_url) as connection:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield connection


async def waiting(engines: Engines, table: str) -> int:
    """How many statements wait for the table."""
    async with await psycopg.AsyncConnection.connect(engines.superuser_url) as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", (table,)
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def exporting(desk: Desk, engines: Engines, who: Somebody) -> list[asyncio.Task[Any]]:
    """Exports under way, as many of them in the database as come that far."""
    sheets = [asyncio.create_task(who.ask("GET", "/events?format=csv")) for _ in range(EXPORTS)]
    async with asyncio.timeout(20.0):
        while True:
            if await waiting(engines, "gateway_event"):
                return sheets
            await asyncio.sleep(0.01)


async def test_s38_twenty_exports_take_no_turn_of_what_is_live(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        who = await desk.person("supervisor")
        await who.sign_in()
        async with locked(engines, "gateway_event") as lock:
            sheets = await exporting(desk, engines, who)
            for path in ("/alarms", "/alarms?state=all", "/points"):
                assert (await who.ask("GET", path)).status_code == 200
            body = {"enterprise": code, "tag": "LI-1", "kind": "level", "unit": "%"}
            await desk.admin.tell("POST", "/points", body, 201)
            assert not any(sheet.done() for sheet in sheets), "all that was answered meanwhile"
            assert await waiting(engines, "gateway_event") <= 2, "of twenty, two are in there"
            await lock.rollback()
        answers = await asyncio.gather(*sheets)
        whole = [each for each in answers if each.status_code == 200]
        assert len(whole) >= EXPORTS - 2, "only what stood in the database can have waited too long"
        assert all(each.headers["content-type"].startswith("text/csv") for each in whole)


async def test_heavy_work_that_takes_too_long_does_not_make_the_database_away(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        database = desk.here.database

        async def sleep(seconds: float, deadline_s: float) -> None:
            with heavy():
                async with database.transaction(deadline_s, tenant=EVERY) as connection:
                    await connection.execute("SELECT pg_sleep(%s)", (seconds,))

        async def ends(seconds: float, deadline_s: float) -> type[Exception] | None:
            try:
                await sleep(seconds, deadline_s)
            except DatabaseAway as error:
                return type(error)
            return None

        await asyncio.gather(*(ends(0.0, 30.0) for _ in range(2)))  # both connections stand
        ended = await asyncio.gather(*(ends(20.0, 0.4) for _ in range(2)), ends(0.0, 0.1))
        assert ended == [DatabaseAway, DatabaseAway, NoTurn]
        assert database.is_there
        assert (await desk.admin.ask("GET", "/users")).status_code == 200


async def test_who_finds_the_heavy_lane_full_is_told_so() -> None:
    told = make_routes().exception_handlers[NoTurn]
    answer = await told(Request({"type": "http"}), NoTurn())  # type: ignore[misc]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert b"Other exports" in answer.body


async def test_the_server_ends_what_nobody_waits_for(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        assert await _statement_timeout(desk) == "1min"
        with heavy():
            assert await _statement_timeout(desk) == "2min"


async def _statement_timeout(desk: Desk) -> str:
    async with desk.here.database.transaction(tenant=EVERY) as connection:
        row = await (await connection.execute("SHOW statement_timeout")).fetchone()
    assert row is not None
    return str(row[0])
