"""A derived point in the running system: computed, stored once, alarmed; the engine killed meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from services.domain.formula import GATEWAY
from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines

Row = tuple[int, float | None, int]
"""Measured at (epoch ms), value, quality."""


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.register.point("GT-1")
        running.register.point("GT-2")
        yield running


def asked(bench: Bench, sql: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(bench.engines.superuser_url) as connection:
        return connection.execute(sql.encode(), values).fetchall()


def stored(bench: Bench, point: int) -> list[tuple[object, ...]]:
    """What the database holds of a point, in order of time."""
    return asked(
        bench,
        "SELECT (extract(epoch FROM measured_at) * 1000)::bigint, value, quality FROM reading"
        " WHERE point_id = %s ORDER BY measured_at, value",
        point,
    )


async def test_killed_while_its_inputs_read_every_reading_is_there_once(bench: Bench) -> None:
    """120 messages at 40 a second; the engine is killed twice, with messages in its hands, which come
    again behind newer ones. Each message gives one reading of the derived point; each of two
    excursions is one alarm."""
    point = bench.register.derived("D-1", "a + b", a="GT-1", b="GT-2")
    bench.register.rule("D-1", "H", 100, deadband=1)
    start, expected = now_ms(), list[Row]()
    with bench.ingest():
        await bench.start()
        await bench.until(lambda: bench.ingest_ready, 30)

        async def flow() -> None:
            for number in range(120):
                value = 150.0 if number % 60 in range(30, 45) else 20.0
                ts = max(now_ms(), start + number + 1)
                await asyncio.to_thread(bench.send, {"GT-1": value, "GT-2": number / 8}, ts)
                expected.append((ts, value + number / 8, 0))
                await asyncio.sleep(0.025)

        flowing = asyncio.create_task(flow())
        for _ in range(2):
            await asyncio.sleep(0.8)
            bench.kill()
            await bench.start()
        await flowing
        await bench.until(lambda: len(stored(bench, point)) >= len(expected), 30)
        await bench.until(lambda: len(raised(bench)) >= excursions(expected), 30)

    assert stored(bench, point) == expected
    assert len(raised(bench)) == len(set(raised(bench))) == excursions(expected) == 2
    rates = "SELECT count(*) FROM {} WHERE enterprise = %s AND gateway = %s"
    for table in ("gateway_day", "gateway_vitals", "gateway_ledger", "dead_letter"):
        assert asked(bench, rates.format(table), bench.register.enterprise, GATEWAY) == [(0,)]


def raised(bench: Bench) -> list[str]:
    """What was journaled as raised."""
    return [row.alarm_id for row in bench.record.journal() if row.event == "raised"]


def excursions(rows: list[Row]) -> int:
    """How often it crossed 100, having been below 99."""
    count, above = 0, False
    for _, value, _ in rows:
        assert value is not None
        count += not above and value >= 100
        above = value >= (99 if above else 100)
    return count


@pytest.mark.serial
async def test_its_limit_sounds_within_a_second_and_a_gateway_that_sends_its_tag_is_refused(
    bench: Bench,
) -> None:
    point = bench.register.derived("D-1", "a + 1.0", a="GT-1")
    bench.register.rule("D-1", "H", 100)
    with bench.ingest():
        await bench.start()
        await bench.until(lambda: bench.ingest_ready, 30)
        ts = now_ms()
        began = time.monotonic()
        await asyncio.to_thread(bench.send, {"D-1": 7.0, "GT-1": 150.0}, ts)
        await bench.until(bench.heard.names, 5)
        assert bench.heard.events[0][0] - began < 1.0
        await bench.until(lambda: stored(bench, point), 20)
        letters = "SELECT gateway, reason FROM dead_letter WHERE enterprise = %s"
        await bench.until(lambda: asked(bench, letters, bench.register.enterprise), 20)
    assert stored(bench, point) == [(ts, 151.0, 0)]
    [(gateway, reason)] = asked(bench, letters, bench.register.enterprise)
    assert gateway == "gw"
    assert (
        reason == "'D-1': it is computed by Parkwatch, no gateway may send it: choose another tag."
    )
