"""What comes too late is judged again once it is stored: listed, journaled, silent, and once."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.runtime.clock import to_ms
from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines import recording
from tests.living.engines_alone import Engines

MINUTE = 60_000


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        yield running


def gas(bench: Bench, tag: str = "GT-1") -> int:
    point = bench.register.point(tag)
    bench.register.rule(tag, "H", 25, deadband=1)
    return point


async def test_a_past_alarm_is_listed_once_stored_and_disturbs_nobody(bench: Bench) -> None:
    point = gas(bench)
    await bench.start()
    start = now_ms() - 30 * MINUTE
    bench.send({"GT-1": 5}, ts=now_ms())
    await asyncio.sleep(0.3)
    past = [(start, 5.0), (start + MINUTE, 30.0), (start + 2 * MINUTE, 5.0)]

    bench.send_all([{"ts": at, "values": {"GT-1": value}} for at, value in past])
    await asyncio.sleep(2)
    assert bench.heard.events == []  # not committed yet: the database is asked, not guessed
    bench.record.store_readings([(point, at, value) for at, value in past])
    await bench.until(lambda: "cleared" in bench.heard.names(), 10)

    await bench.until_recorded()
    [row] = bench.record.alarms()
    assert row["historical"]
    assert row["closed_as"] == "cleared"
    assert to_ms(row["raised_at"]) == start + MINUTE
    assert to_ms(row["cleared_at"]) == start + 2 * MINUTE
    assert bench.record.chain().sound
    alarms, _ = await bench.snapshot()
    assert alarms == []


async def test_the_same_past_again_makes_nothing_new(bench: Bench) -> None:
    point = gas(bench)
    await bench.start()
    start = now_ms() - 30 * MINUTE
    past = [(start, 5.0), (start + MINUTE, 30.0), (start + 2 * MINUTE, 5.0)]
    messages = [{"ts": at, "values": {"GT-1": value}} for at, value in past]
    bench.send({"GT-1": 5}, ts=now_ms())
    await asyncio.sleep(0.3)
    bench.send_all(messages)
    bench.record.store_readings([(point, at, value) for at, value in past])
    await bench.until(lambda: "cleared" in bench.heard.names(), 10)
    before = bench.heard.names()

    bench.send_all(messages)
    await asyncio.sleep(4)

    assert bench.heard.names() == before
    assert len(bench.record.alarms()) == 1


async def test_a_mark_survives_kill_9(bench: Bench) -> None:
    point = gas(bench)
    await bench.start()
    start = now_ms() - 30 * MINUTE
    bench.send({"GT-1": 5}, ts=now_ms())
    await asyncio.sleep(0.3)
    bench.send({"GT-1": 30}, ts=start)
    await asyncio.sleep(0.5)
    bench.kill()
    bench.record.store_readings([(point, start, 30.0), (point, start + MINUTE, 5.0)])

    await bench.start()
    await bench.until(lambda: "cleared" in bench.heard.names(), 10)

    await bench.until_recorded()
    assert [row["historical"] for row in bench.record.alarms()] == [True]


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_what_comes_into_a_judged_stretch_while_the_engine_is_away_is_judged(
    bench: Bench, end: str
) -> None:
    """It was replayed and would have been looked at again; neither end may lose that look."""
    point = gas(bench)
    await bench.start()
    start = now_ms() - 30 * MINUTE
    past = [(start, 30.0), (start + 2 * MINUTE, 5.0)]
    bench.send({"GT-1": 5}, ts=now_ms())
    await asyncio.sleep(0.3)
    bench.send_all([{"ts": at, "values": {"GT-1": value}} for at, value in past])
    bench.record.store_readings([(point, at, value) for at, value in past])
    await bench.until(lambda: "cleared" in bench.heard.names(), 10)
    getattr(bench, end)()
    bench.record.store_readings([(point, start + MINUTE, 5.0), (point, start + 90_000, 30.0)])

    await bench.start()
    await bench.until(lambda: len(raised(bench)) == 2, 10)
    await bench.until(lambda: bench.heard.names().count("cleared") >= 2, 10)

    await bench.until_recorded()
    times = [(to_ms(row["raised_at"]), row["closed_as"]) for row in bench.record.alarms()]
    assert times == [(start, "cleared"), (start + 90_000, "cleared")]


async def test_the_plant_that_lost_its_feed(bench: Bench) -> None:
    """66,550 real readings, 22 points, two limits: the alarms that its makers announce."""
    rows = list(csv.DictReader(recording().open()))
    tags = [name for name in rows[0] if name != "measured_at"]
    points = {tag: bench.register.point(tag, "%", "analog") for tag in tags}
    bench.register.rule("PI-1007", "H", 2895)
    bench.register.rule("LI-1015", "L", 30)
    await bench.start()
    messages, readings = told(rows, tags, points)

    bench.send_all(messages)
    bench.record.store_readings(readings)
    stored = now_ms()
    await bench.until(lambda: len(raised(bench)) == 15, 10)

    assert now_ms() - stored < 10_000
    await bench.until_recorded()
    high = [row for row in bench.record.alarms() if row["tag"] == "PI-1007"]
    low = [row for row in bench.record.alarms() if row["tag"] == "LI-1015"]
    assert [(row["raised_at"].isoformat(), row["closed_as"]) for row in high] == [
        ("2026-01-05T00:14:20+00:00", None)
    ]
    assert len(low) == 14
    assert low[0]["raised_at"].isoformat() == "2026-01-04T19:17:20+00:00"
    assert all(row["historical"] for row in high + low)
    assert bench.record.chain().sound

    bench.send_all(messages)
    await asyncio.sleep(6)
    assert len(bench.record.alarms()) == 15
    assert len(bench.record.events()) == len(bench.heard.names())


def raised(bench: Bench) -> list[str]:
    return [name for name in bench.heard.names() if name == "raised"]


def told(
    rows: list[dict[str, str]], tags: list[str], points: dict[str, int]
) -> tuple[list[dict[str, Any]], list[tuple[int, int, float]]]:
    messages: list[dict[str, Any]] = []
    readings: list[tuple[int, int, float]] = []
    for row in rows:
        at = to_ms(datetime.fromisoformat(row["measured_at"]))
        values = {tag: float(row[tag]) for tag in tags if row[tag]}
        messages.append({"ts": at, "values": values})
        readings += [(points[tag], at, value) for tag, value in values.items()]
    assert timedelta(milliseconds=readings[-1][1] - readings[0][1]) > timedelta(hours=8)
    return messages, readings
