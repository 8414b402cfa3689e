"""The engine dies at each step on the way of a reading: the alarm is raised exactly once."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.runtime.failpoint import DIED, KEY_FILE, Failpoint
from tests.fault.rivals import Duel
from tests.integration.alerts.bench import now_ms
from tests.living.engines_alone import Engines, engines_alone

pytestmark = [pytest.mark.stack]

SECOND_DELIVERY_S = 6.0
"""The broker's ack_wait is 5 s: by then, what it gives a second time has come."""
QUICK = (Failpoint.WITHIN_APPEND, Failpoint.BEFORE_COMMIT)


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with engines_alone() as running:
        yield running


@pytest.fixture
async def duel(engines: Engines, tmp_path: Path) -> AsyncIterator[Duel]:
    async with Duel(engines, tmp_path) as running:
        running.register.point("GT-1")
        running.register.rule("GT-1", "H", 25, deadband=1)
        with running.ingest():
            await running.until(lambda: running.ingest_ready, 30)
            yield running


async def die_at(duel: Duel, place: Failpoint) -> None:
    """An engine that dies there hears a spike."""
    key = secrets.token_hex(4)
    (duel.data_dir / "a").mkdir()
    (duel.data_dir / "a" / KEY_FILE).write_text(key)
    doomed = duel.rival("a", PARKWATCH_FAILPOINT=f"{place}:{key}")
    await duel.leads(doomed, 30)
    duel.send({"GT-1": 30}, now_ms())
    assert await asyncio.to_thread(doomed.process.wait, 20) == DIED


async def expect_one_life(duel: Duel) -> None:
    """Raised once and returned once, on record and for whoever listens, under one identity."""
    await duel.until(lambda: "raised" in duel.record.events(), 30)
    await asyncio.sleep(SECOND_DELIVERY_S)
    duel.send({"GT-1": 5}, now_ms())
    await duel.until(lambda: len(duel.record.events()) == 2, 30)
    assert duel.record.events() == ["raised", "returned"]
    assert len(duel.record.alarms()) == 1
    assert duel.record.alarms()[0]["historical"] is False
    assert {event.alarm.id for _, _, event in duel.heard.events} == {duel.record.alarms()[0]["id"]}
    assert duel.record.chain().sound


@pytest.mark.parametrize("place", QUICK)
async def test_started_again_it_raises_exactly_once(duel: Duel, place: Failpoint) -> None:
    await die_at(duel, place)
    await duel.leads(duel.rival("a"), 30)
    await expect_one_life(duel)


@pytest.mark.long
@pytest.mark.parametrize("place", [each for each in Failpoint if each not in QUICK])
async def test_started_again_it_raises_exactly_once_wherever_it_died(
    duel: Duel, place: Failpoint
) -> None:
    await die_at(duel, place)
    await duel.leads(duel.rival("a"), 30)
    await expect_one_life(duel)


@pytest.mark.long
@pytest.mark.parametrize("place", Failpoint)
async def test_another_engine_raises_exactly_once_wherever_the_first_one_died(
    duel: Duel, place: Failpoint
) -> None:
    """On a disk of its own; and when the dead one's disk comes back, nothing is there twice."""
    await die_at(duel, place)
    await duel.leads(duel.rival("b"), 60)
    duel.rival("a")
    await expect_one_life(duel)
