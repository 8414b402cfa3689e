"""The engine's lease in the real database: one holder, growing terms, and a fence."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from services.store.engine_lease import EngineLease, Fenced, Taken, fence
from services.store.intake import Busy
from tests.living.engines_alone import Engines

LEASE_S = 2.0

Make = Callable[..., EngineLease]


@pytest.fixture
async def make(engines: Engines) -> AsyncIterator[Make]:
    """Leases of processes of their own, over an empty table."""
    with psycopg.connect(engines.superuser_url) as connection:
        connection.execute("TRUNCATE engine_lease")
    made: list[EngineLease] = []

    def lease(*, alone: bool = False) -> EngineLease:
        url, process = engines.database_url("alerts"), secrets.token_hex(4)
        made.append(EngineLease(url, process, alone=alone))
        return made[-1]

    yield lease
    for each in made:
        each.close()


async def take(lease: EngineLease, spool: str, *, settled: bool = True) -> Taken:
    taken = await lease.take(spool, LEASE_S, settled=settled)
    assert taken is not None
    return taken


async def test_the_first_one_takes_it_at_once_and_the_second_one_not(make: Make) -> None:
    first, second = make(), make()
    assert await first.last_spool() == ""
    taken = await take(first, "a", settled=False)
    assert taken.inherit_since is None
    assert await second.take("b", LEASE_S, settled=True) is None
    assert await first.renew(LEASE_S, None) == taken.term


async def test_run_out_it_is_taken_with_a_greater_term_and_what_is_to_be_inherited(
    make: Make,
) -> None:
    first, second = make(), make()
    old = await take(first, "a")
    await first.renew(LEASE_S, 1_700_000_000_123)
    await asyncio.sleep(LEASE_S + 0.1)
    assert await second.take("b", LEASE_S, settled=False) is None, "nobody could renew meanwhile"
    new = await take(second, "b")
    assert new.term > old.term
    assert new.inherit_since == 1_700_000_000_123
    assert await first.renew(LEASE_S, None) is None
    await second.inherited()
    third = make()
    assert (await take(third, "b")).inherit_since is None


async def test_run_out_and_not_taken_it_is_still_ours(make: Make) -> None:
    first, second = make(), make()
    taken = await take(first, "a")
    await asyncio.sleep(LEASE_S + 0.1)
    assert await first.renew(LEASE_S, None) == taken.term
    assert await second.take("b", LEASE_S, settled=True) is None


async def test_the_same_disk_and_what_was_given_back_are_taken_at_once(make: Make) -> None:
    first, again, other = make(), make(), make()
    await take(first, "a")
    await take(again, "a", settled=False)
    assert await first.renew(LEASE_S, None) is None
    await again.release()
    await take(other, "b", settled=False)


async def test_whoever_is_alone_waits_for_nobody(make: Make) -> None:
    await take(make(), "a")
    await take(make(alone=True), "b", settled=False)


async def test_an_inheritance_that_was_not_finished_is_handed_on(make: Make) -> None:
    first, second, third = make(), make(), make()
    await take(first, "a")
    await first.renew(LEASE_S, 1_000)
    await first.release()
    await take(second, "b")
    await second.renew(LEASE_S, 9_000)
    await second.release()
    assert (await take(third, "c")).inherit_since == 1_000


async def test_an_old_term_writes_nothing_and_one_that_writes_is_not_relieved(
    make: Make, engines: Engines
) -> None:
    first, second = make(), make()
    old = (await take(first, "a")).term
    await asyncio.sleep(LEASE_S + 0.1)
    url = engines.database_url("alerts")
    async with await psycopg.AsyncConnection.connect(url) as writer:
        await fence(writer, old)
        assert await second.take("b", LEASE_S, settled=True) is None
        assert await first.renew(LEASE_S, None) == old, "renewals go on beside it"
    await asyncio.sleep(LEASE_S + 0.1)
    await take(second, "b")
    async with await psycopg.AsyncConnection.connect(url) as writer:
        with pytest.raises(Fenced):
            await fence(writer, old)


async def test_a_frozen_ones_recording_session_is_ended(make: Make, engines: Engines) -> None:
    first, second = make(), make()
    old = (await take(first, "a")).term
    await asyncio.sleep(LEASE_S + 0.1)
    name = f"parkwatch-recorder {first.process}"
    url = engines.database_url("alerts")
    writer = await psycopg.AsyncConnection.connect(url, application_name=name)
    await fence(writer, old)
    taken = None
    for _ in range(100):
        taken = taken or await second.take("b", LEASE_S, settled=True)
        await asyncio.sleep(0.02)
    assert taken is not None
    with pytest.raises(psycopg.OperationalError):
        await fence(writer, old)
    await writer.close()


async def test_with_the_database_away_it_says_so() -> None:
    nowhere = EngineLease("postgresql://nobody@127.0.0.1:1/none", "p", alone=False)
    with pytest.raises(Busy):
        await nowhere.take("a", LEASE_S, settled=True)
