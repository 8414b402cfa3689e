"""Approved bypasses, from their register into a service's book."""

from dataclasses import replace

import psycopg
import pytest

from services.alerts.follower import difference
from services.domain import bypass
from services.domain.bypass import HOUR_MS, Bypass, BypassKind, Signature
from services.domain.bypass_permit import BypassPermit
from services.domain.directory import Directory
from services.runtime.clock import to_datetime
from services.store import bypass as store
from services.store.book import BookReader
from services.store.bypass import Kept
from services.store.register import next_version
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

T0 = 1_795_000_000_000
ASKED = Bypass("acme", "b1", "ESD-1", None, BypassKind.MAINTENANCE, "r", "a", ("m",), HOUR_MS,
               Signature("wang", T0))  # fmt: skip


@pytest.fixture
def tables(engines: Engines) -> Tables:
    engines.empty()
    found = Tables(engines)
    found.register(1, "ESD-1")
    return found


async def test_it_comes_with_the_second_approval_moves_and_is_forgotten(
    engines: Engines, tables: Tables
) -> None:
    book, directory = BookReader(engines.database_url("alerts")), Directory()
    api = await psycopg.AsyncConnection.connect(engines.api_url())

    async def follow() -> dict[tuple[str, str], BypassPermit]:
        change = await book.poll(directory)
        assert change is not None
        change.apply(directory)
        return directory.permits

    async def keep(found: Bypass, closed: bool = False) -> None:
        async with api.transaction():
            number = await next_version(api)
            await store.update(api, found, to_datetime(T0) if closed else None, number)

    async with api.transaction():
        await store.insert(api, Kept(ASKED, ("ESD-1", "LS-1")), await next_version(api))
    assert await follow() == {}
    once = bypass.approve(ASKED, Signature("li", T0 + 1))
    await keep(once)
    assert await follow() == {}
    twice = bypass.approve(once, Signature("zhao", T0 + 2))
    await keep(twice)
    whole = BypassPermit("acme", "b1", "ESD-1", ("ESD-1", "LS-1"), BypassKind.MAINTENANCE,
                         T0 + 2, T0 + 2 + HOUR_MS)  # fmt: skip
    assert await follow() == {("acme", "b1"): whole}
    fresh = await BookReader(engines.database_url("alerts")).poll()
    assert fresh is not None
    assert fresh.permits == (whole,)
    assert await BookReader(engines.database_url("ingest")).poll() == fresh, "ingest reads it, too"
    restored = bypass.restore(twice, Signature("wang", T0 + 1_000), None)
    await keep(restored)
    assert (await follow())["acme", "b1"].until == T0 + 1_000
    seen = bypass.verify(restored, Signature("li", T0 + 2_000), "in_service")
    older = Directory()
    fresh.apply(older)
    await keep(seen, closed=True)
    assert await follow() == {}
    later = await BookReader(engines.database_url("alerts")).poll()
    assert later is not None
    difference(older, later, T0).apply(older)
    assert older.permits == {}
    async with api.cursor() as cursor:
        await cursor.execute("SELECT count(*) FROM interlock_bypass WHERE closed_at IS NULL")
        assert await cursor.fetchone() == (0,)
    await api.close()
    await book.close()


async def test_the_database_itself_refuses_one_pair_of_hands(
    engines: Engines, tables: Tables
) -> None:
    api = await psycopg.AsyncConnection.connect(engines.api_url())
    async with api.transaction():
        await store.insert(api, Kept(ASKED, ("ESD-1",)), await next_version(api))
    for names in (("wang", "li"), ("li", "wang"), ("li", "li")):
        forged = replace(ASKED, approvals=tuple(Signature(each, T0) for each in names))
        with pytest.raises(psycopg.errors.CheckViolation):
            async with api.transaction():
                await store.update(api, forged, None, await next_version(api))
    twin = Kept(replace(ASKED, id="b2"), ("ESD-1",))
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with api.transaction():
            await store.insert(api, twin, await next_version(api))
    await api.close()
