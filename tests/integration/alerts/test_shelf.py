"""Off the board over the real bus: durable before it is answered, with or without a database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from services.domain.shelving_policy import HOUR_MS, Allowance, ShelvingPolicy
from services.store.shelving import body_of
from services.wire.bus import AlarmItem, Command, Reply
from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.register.point("LT-1", "%", "level")
        running.register.rule("LT-1", "H", 80, 3)
        yield running


async def ask(
    bench: Bench,
    kind: Literal["shelve", "unshelve", "out_of_service"],
    alarm_id: str,
    minutes: float = 0,
) -> Reply:
    """An operator's action, and the engine's answer to it."""
    command = Command(
        id=secrets.token_hex(8),
        client=bench.client,
        kind=kind,
        at=now_ms(),
        alarm_ids=[alarm_id],
        actor="li.wei",
        note="冒泡",
        minutes=minutes,
        permit="P-1",
    )
    heard = len(bench.heard.replies)
    bench.command(command)
    await bench.until(lambda: len(bench.heard.replies) > heard, 5)
    reply = bench.heard.replies[-1]
    assert reply.id == command.id
    return reply


async def raised(bench: Bench) -> AlarmItem:
    await bench.start()
    bench.send({"LT-1": 85})
    await bench.until(lambda: bench.heard.events, 5)
    return bench.heard.events[0][2].alarm


async def test_shelved_it_survives_kill_9_and_is_on_record_with_who_and_why(bench: Bench) -> None:
    alarm = await raised(bench)
    reply = await ask(bench, "shelve", alarm.id, minutes=60)
    [shelved] = reply.alarms
    assert shelved.off is not None
    assert (shelved.state, shelved.off.by, shelved.off.reason) == ("shelved", "li.wei", "冒泡")
    bench.kill()
    await bench.start()
    [standing], _ = await bench.snapshot()
    assert (standing.state, standing.off) == ("shelved", shelved.off)

    bench.send({"LT-1": 10})
    await bench.until(lambda: bench.heard.names()[-1:] == ["returned"], 5)
    bench.send({"LT-1": 90})
    await bench.until(lambda: bench.heard.names()[-1:] == ["raised"], 5)
    heir = bench.heard.events[-1][2].alarm
    assert (heir.state, heir.off) == ("shelved", shelved.off)
    await ask(bench, "unshelve", heir.id)
    await bench.until_recorded()
    rows = {row["id"]: row for row in bench.record.alarms()}
    assert rows[heir.id]["state"] == "unacknowledged"
    assert rows[heir.id]["off"] is None
    expected = ["raised", "shelved", "returned", "superseded", "raised", "unshelved"]
    assert bench.record.events() == expected
    body = msgspec.json.decode(bench.record.journal()[1].body)
    assert (body["actor"], body["note"], body["alarm"]["off"]["how"]) == (
        "li.wei",
        "冒泡",
        "shelved",
    )
    assert bench.record.chain().sound


async def test_an_engine_without_a_memory_takes_the_shelf_from_the_record(bench: Bench) -> None:
    alarm = await raised(bench)
    [shelved] = (await ask(bench, "shelve", alarm.id, minutes=60)).alarms
    await bench.until_recorded()
    assert bench.stop() == 0
    for path in sorted((bench.data_dir / "alerts").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    await bench.start()
    [standing], _ = await bench.snapshot()
    assert (standing.state, standing.off) == ("shelved", shelved.off)


async def test_with_the_database_frozen_it_is_taken_out_at_once_and_recorded_later(
    bench: Bench,
) -> None:
    alarm = await raised(bench)
    await bench.until_recorded()
    with bench.engines.frozen_database():
        await asyncio.sleep(1)
        [out] = (await ask(bench, "out_of_service", alarm.id, minutes=60)).alarms
        assert out.off is not None
        assert (out.state, out.off.permit) == ("out_of_service", "P-1")
    await bench.until_recorded(20)
    [row] = bench.record.alarms()
    assert (row["state"], row["off"]["how"]) == ("out_of_service", "out_of_service")
    assert bench.record.events() == ["raised", "out_of_service"]


def set_policy(bench: Bench, policy: ShelvingPolicy) -> int:
    """Put a policy in force as the api does; its version."""
    with psycopg.connect(bench.engines.superuser_url) as connection:
        row = connection.execute(
            "INSERT INTO shelving_policy (version, policy, set_by, valid_from, reason, book_version)"
            " SELECT coalesce(max(version), 0) + 1, %s, 'test', now(), 'proof',"
            " (SELECT version + 1 FROM book) FROM shelving_policy RETURNING version",
            (Jsonb(body_of(policy)),),
        ).fetchone()
        connection.execute("UPDATE book SET version = version + 1")
    assert row is not None
    return int(row[0])


@pytest.mark.long
@pytest.mark.serial
async def test_the_parks_policy_holds_within_two_seconds_and_after_a_kill_without_a_database(
    bench: Bench,
) -> None:
    alarm = await raised(bench)
    usual = ShelvingPolicy()
    longer = Allowance(8 * HOUR_MS, 8 * HOUR_MS)
    version = set_policy(bench, replace(usual, shelf=(*usual.shelf[:2], longer, usual.shelf[3])))
    await asyncio.sleep(2)
    [shelved] = (await ask(bench, "shelve", alarm.id, minutes=480)).alarms
    assert shelved.off is not None
    assert shelved.off.policy == version
    await bench.until_recorded()
    await ask(bench, "unshelve", alarm.id)
    bench.kill()
    with bench.engines.frozen_database():
        await bench.start()
        [again] = (await ask(bench, "shelve", alarm.id, minutes=470)).alarms
        assert again.off is not None
        assert again.off.policy == version, "from the engine's own disk"
    set_policy(bench, usual)
    await bench.until_recorded(20)
    body = msgspec.json.decode(bench.record.journal()[-1].body)
    assert (body["event"], body["alarm"]["off"]["policy"]) == ("shelved", version)


async def test_what_is_refused_says_why_and_changes_nothing(bench: Bench) -> None:
    alarm = await raised(bench)
    reply = await ask(bench, "shelve", alarm.id, minutes=241)
    [refusal] = reply.refused
    assert (refusal.code, reply.alarms) == ("not_possible", [])
    assert refusal.text == "An alarm of grade 3 is shelved for 1 to 240 minutes."
    assert bench.heard.names() == ["raised"]
