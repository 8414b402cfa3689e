"""The alerts service against the real broker and database."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.watched = running.register.point("GT-1")
        running.register.rule("GT-1", "H", 25, grade=2, deadband=1)
        running.register.rule("GT-1", "HH", 50, grade=1, deadband=1)
        yield running


async def test_a_gas_alarm_is_said_at_once_and_recorded_once(bench: Bench) -> None:
    await bench.start()
    sent = time.monotonic()
    bench.send({"GT-1": 55})

    await bench.until(lambda: bench.heard.events, 20)

    heard, _, event = bench.heard.events[0]
    assert heard - sent < 1
    assert (event.event, event.alarm.condition, event.alarm.grade) == ("raised", "HH", 1)
    assert (event.alarm.unit, event.alarm.kind) == ("%LEL", "combustible_gas")
    await bench.until_recorded()
    [row] = bench.record.alarms()
    assert (row["id"], row["state"], row["value"]) == (event.alarm.id, "unacknowledged", 55)
    assert bench.record.events() == ["raised"]
    assert bench.record.chain().sound


async def test_an_operator_acknowledges_once(bench: Bench) -> None:
    await bench.start()
    bench.send({"GT-1": 30})
    await bench.until(lambda: bench.heard.events, 20)
    alarm = bench.heard.events[0][2].alarm

    first = bench.acknowledge(alarm.id)
    await bench.until(lambda: bench.heard.replies, 20)
    bench.acknowledge(alarm.id, "no-such-alarm")
    await bench.until(lambda: len(bench.heard.replies) == 2, 20)

    assert bench.heard.replies[0].id == first
    assert bench.heard.replies[0].alarms[0].acknowledged_by == "li.wei"
    assert bench.heard.replies[1].alarms[0].acknowledged_at is not None
    assert [each.code for each in bench.heard.replies[1].refused] == ["not_found"]
    await bench.until_recorded()
    assert bench.record.events() == ["raised", "acknowledged"]
    assert bench.record.journal()[1].body.count("seen") == 1


async def test_another_enterprise_cannot_acknowledge_nor_learn_that_it_exists(bench: Bench) -> None:
    await bench.start()
    bench.send({"GT-1": 30})
    await bench.until(lambda: bench.heard.events, 20)

    bench.acknowledge(bench.heard.events[0][2].alarm.id, enterprises=["somebody-else"])
    await bench.until(lambda: bench.heard.replies, 20)

    assert [each.code for each in bench.heard.replies[0].refused] == ["not_found"]
    assert bench.heard.names() == ["raised"]


async def test_a_snapshot_is_the_state_before_plus_the_events(bench: Bench) -> None:
    await bench.start()
    bench.send({"GT-1": 30})
    bench.send({"GT-1": 60})
    await bench.until(lambda: len(bench.heard.events) == 2, 20)

    alarms, chunks = await bench.snapshot()

    _, epoch, last = bench.heard.events[-1]
    assert alarms == [last.alarm]
    assert (chunks[0].epoch, chunks[0].seq) == (epoch, last.seq)
    values = [chunk.values for chunk in chunks if chunk.values is not None]
    assert 60.0 in values[0].v


async def test_killed_and_started_again_it_knows_its_alarms_and_raises_none_twice(
    bench: Bench,
) -> None:
    await bench.start()
    ts = now_ms()
    bench.send({"GT-1": 30}, ts=ts)
    await bench.until(lambda: bench.heard.events, 20)
    bench.kill()
    bench.send({"GT-1": 30}, ts=ts)
    bench.send({"GT-1": 40}, ts=ts + 1)

    await bench.start()
    bench.send({"GT-1": 55}, ts=ts + 2)
    await bench.until(lambda: len(bench.heard.events) == 2, 10)

    assert bench.heard.names() == ["raised", "escalated"]
    assert bench.heard.events[0][1] != bench.heard.events[1][1]
    await bench.until_recorded()
    assert bench.record.events() == ["raised", "escalated"]
    assert len(bench.record.alarms()) == 1
    assert bench.record.chain().sound


async def test_a_spike_delivered_to_a_stopped_engine_still_sounds_once(bench: Bench) -> None:
    await bench.start()
    assert bench.process is not None
    os.kill(bench.process.pid, signal.SIGSTOP)
    bench.send({"GT-1": 55}, ts=now_ms())
    await asyncio.sleep(0.5)
    bench.kill()

    await bench.start(20)
    await bench.until(lambda: bench.heard.events, 10)
    await asyncio.sleep(1)

    assert bench.heard.names() == ["raised"]
    await bench.until_recorded()
    assert bench.record.events() == ["raised"]


async def test_a_delay_survives_kill_9(bench: Bench) -> None:
    bench.register.point("GT-2")
    bench.register.rule("GT-2", "H", 25, on_delay_s=3)
    await bench.start()
    bench.send({"GT-2": 30}, ts=now_ms())
    started = time.monotonic()
    await asyncio.sleep(0.7)
    bench.kill()

    await bench.start()
    await bench.until(lambda: bench.heard.events, 20)

    assert 2.5 < bench.heard.events[0][0] - started < 4.5


async def test_a_clean_stop_takes_less_than_five_seconds_and_loses_nothing(bench: Bench) -> None:
    await bench.start()
    bench.send({"GT-1": 30})
    await bench.until(lambda: bench.heard.events, 20)

    began = time.monotonic()
    assert bench.stop() == 0
    assert time.monotonic() - began < 5
    await bench.start()

    alarms, _ = await bench.snapshot()
    assert [alarm.condition for alarm in alarms] == ["H"]


async def test_a_rule_that_goes_withdraws_its_alarm_within_two_seconds(bench: Bench) -> None:
    bench.register.point("GT-2")
    rule = bench.register.rule("GT-2", "H", 25)
    await bench.start()
    bench.send({"GT-2": 30})
    await bench.until(lambda: bench.heard.events, 20)

    bench.register.remove_rule(rule)
    await bench.until(lambda: len(bench.heard.events) == 2, 20)

    assert bench.heard.names() == ["raised", "withdrawn"]


async def test_with_the_database_frozen_the_alarm_sounds_and_is_recorded_once_afterwards(
    bench: Bench,
) -> None:
    await bench.start()
    with bench.engines.frozen_database():
        await asyncio.sleep(4)
        raised_ts = now_ms()
        sent = time.monotonic()
        bench.send({"GT-1": 55}, ts=raised_ts)
        await bench.until(lambda: bench.heard.events, 20)
        assert bench.heard.events[0][0] - sent < 1
        bench.acknowledge(bench.heard.events[0][2].alarm.id)
        await bench.until(lambda: bench.heard.replies, 20)
        await bench.until(lambda: not bench.heard.status[-1].db_ok, 10)
        assert bench.heard.status[-1].ready
        stale = now_ms() - (bench.heard.status[-1].engine_at or 0)
        assert stale < 2_000

    await bench.until_recorded(20)

    [row] = bench.record.alarms()
    assert round(row["raised_at"].timestamp() * 1000) == raised_ts
    assert row["acknowledged_by"] == "li.wei"
    assert bench.record.events() == ["raised", "acknowledged"]

    await sounds_while_its_table_is_locked(bench)
    await bench.until_recorded(20)
    assert bench.record.events() == ["raised", "acknowledged", "cleared"]
    assert bench.record.chain().sound


async def sounds_while_its_table_is_locked(bench: Bench) -> None:
    """F30: somebody holds the table of alarms for himself; that is said within 10 s."""
    with psycopg.connect(bench.engines.superuser_url) as connection:
        connection.execute("LOCK TABLE alarm IN ACCESS EXCLUSIVE MODE")
        sent = time.monotonic()
        bench.send({"GT-1": 5})
        await bench.until(lambda: len(bench.heard.events) == 3, 20)
        assert bench.heard.events[2][0] - sent < 1
        bench.heard.status.clear()
        left_s = 10 - (time.monotonic() - sent)
        await bench.until(lambda: any(not each.db_ok for each in bench.heard.status), left_s)
        connection.rollback()


async def test_started_with_the_database_frozen_it_judges_by_its_own_disk(bench: Bench) -> None:
    await bench.start()
    bench.send({"GT-1": 30}, ts=now_ms())
    await bench.until(lambda: bench.heard.events, 20)
    bench.stop()
    with bench.engines.frozen_database():
        await bench.start(15)
        bench.send({"GT-1": 55}, ts=now_ms())
        await bench.until(lambda: len(bench.heard.events) == 2, 20)

    assert bench.heard.names() == ["raised", "escalated"]
    await bench.until_recorded(20)
    assert bench.record.events() == ["raised", "escalated"]


async def test_without_a_memory_of_its_own_it_starts_from_what_is_on_record(bench: Bench) -> None:
    """As after a restored backup: the standing alarm is known, and raised no second time."""
    await bench.start()
    bench.send({"GT-1": 30}, ts=now_ms())
    await bench.until(lambda: bench.heard.events, 20)
    await bench.until_recorded()
    bench.stop()
    shutil.rmtree(bench.data_dir / "alerts")

    await bench.start()
    bench.send({"GT-1": 31}, ts=now_ms())
    bench.send({"GT-1": 5}, ts=now_ms())
    await bench.until(lambda: len(bench.heard.events) == 2, 20)

    assert bench.heard.names() == ["raised", "returned"]
    await bench.until_recorded()
    assert len(bench.record.alarms()) == 1
    assert bench.record.chain().sound


async def test_a_second_engine_on_the_same_folder_says_so_and_stops(bench: Bench) -> None:
    await bench.start()

    second = bench.run_another()

    assert second.returncode == 1
    assert b"Another alarm engine runs on" in second.stderr
    assert second.stderr.count(b"\n") == 1


async def test_values_are_told_once_a_second_and_newest_only(bench: Bench) -> None:
    await bench.start()
    for value in range(10):
        bench.send({"GT-1": value})

    await bench.until(lambda: bench.heard.values, 20)
    await asyncio.sleep(1.5)

    assert bench.heard.values[-1] == 9.0
    assert len(bench.heard.values) <= 3


@pytest.mark.parametrize("wait_s", [0.2, 2.5])
async def test_it_stops_cleanly_while_the_database_is_frozen(bench: Bench, wait_s: float) -> None:
    await bench.start()
    with bench.engines.frozen_database():
        bench.send({"GT-1": 55}, ts=now_ms())
        await asyncio.sleep(wait_s)
        began = time.monotonic()
        assert bench.stop() == 0
        assert time.monotonic() - began < 5

    await bench.start(15)
    await bench.until(lambda: bench.heard.status[-1].recorded_seq == 1, 10)
    assert [row["value"] for row in bench.record.alarms()] == [55]
