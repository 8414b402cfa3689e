"""Two alarm engines: one judges, the other stands by, and at no time do both."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.fault.rivals import TAKEN_OVER_S, Duel
from tests.integration.alerts.bench import now_ms
from tests.living.engines_alone import Engines, engines_alone

pytestmark = [pytest.mark.stack, pytest.mark.patient]

LEASE_S = 4.0
ACK_WAIT_S = 5.0
POINTS = 10


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """A database and a broker to be frozen as we like."""
    with engines_alone() as running:
        yield running


@pytest.fixture
async def duel(engines: Engines, tmp_path: Path) -> AsyncIterator[Duel]:
    async with Duel(engines, tmp_path) as running:
        for number in range(POINTS):
            running.register.point(f"GT-{number}")
            running.register.rule(f"GT-{number}", "H", 25, deadband=1)
        with running.ingest():
            await running.until(lambda: running.ingest_ready, 30)
            yield running


async def crossings(duel: Duel, rounds: int) -> None:
    """Each point crosses its limit and comes back, about once a second."""
    for _ in range(rounds):
        for value in (5, 30, 40, 5):
            values = {f"GT-{number}": value for number in range(POINTS)}
            await asyncio.to_thread(duel.send, values, now_ms())
            await asyncio.sleep(0.25)


def judged(duel: Duel) -> tuple[Counter[str], Counter[str]]:
    """By tag how often an alarm was raised and how often one returned, as journaled."""
    tags = {row["id"]: row["tag"] for row in duel.record.alarms()}
    rows = [row for row in duel.record.journal() if row.alarm_id in tags]
    return (
        Counter(tags[row.alarm_id] for row in rows if row.event == "raised"),
        Counter(tags[row.alarm_id] for row in rows if row.event in ("returned", "cleared")),
    )


async def expect_each_crossing_once(duel: Duel, rounds: int) -> None:
    """No transition is missing, none is there twice, and the chain holds."""
    wanted = Counter({f"GT-{number}": rounds for number in range(POINTS)})
    await duel.until(lambda: all(f >= wanted for f in judged(duel)), 60)
    await asyncio.sleep(ACK_WAIT_S + 1.0)
    assert judged(duel) == (wanted, wanted)
    rows = duel.record.alarms()
    assert len(rows) == POINTS * rounds
    assert not any(row["historical"] for row in rows)
    assert duel.record.chain().sound


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_standby_on_another_disk_takes_a_killed_ones_place(duel: Duel) -> None:
    """While readings flow: in ten seconds, and each crossing is one alarm."""
    first = duel.rival("a")
    await duel.leads(first, 30)
    second = duel.rival("b")
    await duel.waits(second)
    assert "hearing the field" not in second.said

    flow = asyncio.create_task(crossings(duel, 18))
    await asyncio.sleep(3.3)
    first.kill()
    taken = await duel.leads(second, 60)
    await flow

    print(f"taken over in {taken:.1f} s")
    assert taken <= TAKEN_OVER_S
    await expect_each_crossing_once(duel, 18)


@pytest.mark.timeout(240)
async def test_an_engine_that_stood_still_is_fenced(duel: Duel) -> None:
    """It wakes with readings in its hands: it judges nothing, records nothing, throws nobody off,
    and comes back as the one that stands by. What it had noted and was about to send as it was frozen
    leaves it when it wakes; that bears its old term, by which everybody refuses it."""
    frozen = duel.rival("a")
    await duel.leads(frozen, 30)
    relief = duel.rival("b")
    await duel.waits(relief)
    flow = asyncio.create_task(crossings(duel, 10))
    await asyncio.sleep(2.3)

    frozen.freeze()
    frozen_at = now_ms()
    taken = await duel.leads(relief, 60)
    (ours,) = {each.epoch for each in duel.heard.status if each.term == max(duel.terms())}
    woken = time.monotonic()
    frozen.thaw()
    assert await asyncio.to_thread(frozen.process.wait, 15) == 75
    print(f"taken over in {taken:.1f} s, ended {time.monotonic() - woken:.1f} s after it woke")
    await flow

    assert taken <= TAKEN_OVER_S
    late = [found for at, found in duel.heard.batches if at > woken and found.epoch != ours]
    assert all(found.term < max(duel.terms()) for found in late)
    assert all(event.noted_at <= frozen_at for found in late for event in found.events)
    assert "disconnected from the broker" not in relief.said
    await expect_each_crossing_once(duel, 10)
    ids = Counter(e.alarm.id for _, _, e in duel.heard.events if e.event == "raised")
    assert ids.keys() == {row["id"] for row in duel.record.alarms()}
    again = duel.rival("a")
    await duel.waits(again)
    relief.kill()
    await duel.leads(again, 60)


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_with_the_database_away_nobody_takes_over_and_alarms_go_on(
    duel: Duel, engines: Engines
) -> None:
    first = duel.rival("a")
    await duel.leads(first, 30)
    second = duel.rival("b")
    await duel.waits(second)

    with engines.frozen_database():
        await asyncio.sleep(2 * LEASE_S)
        sent = time.monotonic()
        duel.send({"GT-0": 30}, now_ms())
        await duel.until(lambda: duel.heard.events, 5)
        assert duel.heard.events[0][0] - sent < 1.0
        await asyncio.sleep(LEASE_S)

    await asyncio.sleep(2 * LEASE_S + 2)
    assert "the lease is ours" not in second.said
    assert first.process.poll() is None
    await duel.until_recorded()
    assert duel.record.events() == ["raised"]


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_standby_on_the_same_folder_follows_at_once(duel: Duel) -> None:
    first = duel.rival("a")
    await duel.leads(first, 30)
    second = duel.rival("a")
    await duel.until(lambda: "another engine runs on this folder" in second.said, 30)
    duel.send({"GT-0": 30}, now_ms())
    await duel.until(lambda: duel.heard.names() == ["raised"], 10)

    first.kill()
    taken = await duel.leads(second, 30)

    assert taken <= LEASE_S
    duel.send({"GT-0": 5}, now_ms())
    await duel.until(lambda: duel.heard.names() == ["raised", "returned"], 10)
    await duel.until_recorded()
    assert duel.record.events() == ["raised", "returned"]
    assert duel.record.chain().sound


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_what_a_dead_engine_had_not_recorded_is_not_lost(
    duel: Duel, engines: Engines
) -> None:
    """Raised, acknowledged, and killed before either was on record: the alarm is judged again with
    its identity, and the acknowledgement comes with the old engine's disk."""
    first = duel.rival("a")
    await duel.leads(first, 30)
    second = duel.rival("b")
    await duel.waits(second)

    with psycopg.connect(engines.superuser_url) as block:
        block.execute("LOCK TABLE alarm IN EXCLUSIVE MODE")
        duel.send({"GT-0": 30}, now_ms())
        await duel.until(lambda: duel.heard.names() == ["raised"], 10)
        identity = duel.heard.events[0][2].alarm.id
        duel.acknowledge(identity)
        await duel.until(lambda: duel.heard.replies, 10)
        await asyncio.sleep(1)
        assert duel.record.events() == []
        first.kill()
    await duel.leads(second, 60)
    await duel.until(lambda: duel.record.events() == ["raised"], 20)

    assert [row["id"] for row in duel.record.alarms()] == [identity]
    assert duel.record.alarms()[0]["acknowledged_by"] is None
    back = duel.rival("a")
    await duel.until(lambda: "handed in what was noted and not recorded" in back.said, 30)
    await duel.until(lambda: duel.record.events() == ["raised", "acknowledged"], 60)
    assert duel.record.alarms()[0]["acknowledged_by"] == "li.wei"
    assert "seen" in duel.record.journal()[1].body
    assert duel.record.chain().sound


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_engines_take_turns_killed_and_frozen(duel: Duel) -> None:
    """Eight changes of the holder while readings flow: no crossing is missing, none is there twice."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    holder, waiting = duel.rival("a"), None
    await duel.leads(holder, 30)
    waiting = duel.rival("b")
    stop = asyncio.Event()
    flow = asyncio.create_task(crossings_until(duel, stop))
    took: list[float] = []
    for turn in range(8):
        await duel.waits(waiting)
        await asyncio.sleep(chance.uniform(0, 2))
        frozen = chance.random() < 0.5
        holder.freeze() if frozen else holder.kill()
        took.append(await duel.leads(waiting, 60))
        if frozen:
            await asyncio.sleep(chance.uniform(0, 3))
            holder.thaw()
            assert await asyncio.to_thread(holder.process.wait, 15) == 75
        holder, waiting = waiting, duel.rival("a" if turn % 2 == 0 else "b")
    stop.set()
    rounds = await flow
    print(f"seed {seed}: {rounds} rounds, taken over in {[round(each, 1) for each in took]} s")
    assert max(took) <= TAKEN_OVER_S
    await expect_each_crossing_once(duel, rounds)


async def crossings_until(duel: Duel, stop: asyncio.Event) -> int:
    """Round after round; how many."""
    rounds = 0
    while not stop.is_set():
        await crossings(duel, 1)
        rounds += 1
    return rounds
