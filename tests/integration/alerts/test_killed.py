"""Killed again and again while readings flow: each crossing is one alarm, none is missing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines

POINTS = 20
ROUNDS = 14


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        for number in range(POINTS):
            running.register.point(f"GT-{number}")
            running.register.rule(f"GT-{number}", "H", 25, deadband=1)
        yield running


async def test_killed_three_times_while_readings_flow(bench: Bench) -> None:
    """200 readings a second; every second each point crosses its limit and comes back."""
    with bench.ingest():
        await bench.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(flow(bench))
            for _ in range(3):
                await asyncio.sleep(3)
                bench.kill()
                await bench.start()
        await bench.until(lambda: told(bench) == expected(), 60)
        await asyncio.sleep(3)
        await bench.until_recorded(20)

    assert told(bench) == expected()
    rows = bench.record.alarms()
    assert len({row["id"] for row in rows}) == len(rows) == POINTS * ROUNDS
    assert bench.record.chain().sound


def told(bench: Bench) -> Counter[str]:
    """Alarms on record by tag, as often as they were journaled as raised."""
    raised = [row.alarm_id for row in bench.record.journal() if row.event == "raised"]
    tags = {row["id"]: row["tag"] for row in bench.record.alarms()}
    return Counter(tags[each] for each in raised if each in tags)


def expected() -> Counter[str]:
    return Counter({f"GT-{number}": ROUNDS for number in range(POINTS)})


async def flow(bench: Bench) -> None:
    for _ in range(ROUNDS):
        for value in (5, 30, 40, 5):
            ts = now_ms()
            half = POINTS // 2
            messages = [
                {"ts": ts, "values": {f"GT-{n}": value for n in numbers}}
                for numbers in (range(half), range(half, POINTS))
            ]
            await asyncio.to_thread(bench.send_all, messages)
            await asyncio.sleep(0.25)
