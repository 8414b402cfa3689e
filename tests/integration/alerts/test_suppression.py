"""Suppression by design in the real service: hot, killed, on record with its logic, asked about."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.wire.bus import Command, SuppressionItem
from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.register.point("XS-1", "state", "switch")
        running.register.point("FT-1", "m3/h", "flow")
        running.register.rule("FT-1", "L", 10, 3)
        yield running


def post(bench: Bench, name: str = "s1", version: int = 1) -> None:
    """A rule: while XS-1 is off, the low limit of FT-1 is off the board."""
    known = {"enterprise": bench.register.enterprise, "id": name, "version": version}
    with bench.register._book() as (connection, book):
        connection.execute(
            "INSERT INTO suppression_rule (enterprise, id, version, name, kind, tag, states, grade,"
            " off_delay_s, reason, valid_from, created_by, book_version) VALUES (%(enterprise)s,"
            " %(id)s, %(version)s, 'P-1 stopped', 'state', 'XS-1', '{off}', 3, 0, 'no flow then',"
            " now(), 'test', %(book)s)",
            known | {"book": book},
        )
        connection.execute(
            "INSERT INTO suppression_target (enterprise, rule, version, place, tag, alarm)"
            " VALUES (%(enterprise)s, %(id)s, %(version)s, 0, 'FT-1', 'low')",
            known,
        )


def end(bench: Bench, name: str = "s1") -> None:
    with bench.register._book() as (connection, book):
        connection.execute(
            "UPDATE suppression_rule SET valid_to = now(), book_version = %s"
            " WHERE (enterprise, id) = (%s, %s)",
            (book, bench.register.enterprise, name),
        )


async def standing(bench: Bench) -> SuppressionItem:
    heard = len(bench.heard.replies)
    enterprise = bench.register.enterprise
    asked = Command(
        secrets.token_hex(8), bench.client, "suppressions", now_ms(), rules=[(enterprise, "s1")]
    )
    bench.command(asked)
    await bench.until(lambda: len(bench.heard.replies) > heard, 5)
    (item,) = bench.heard.replies[-1].suppressions
    return item


async def test_a_rule_posted_while_its_unit_is_stopped_holds_within_2_s_and_through_a_kill(
    bench: Bench,
) -> None:
    await bench.start()
    bench.send({"XS-1": "off", "FT-1": 3})
    await bench.until(lambda: bench.heard.names() == ["raised"], 5)
    post(bench)
    await bench.until(lambda: bench.heard.names() == ["raised", "suppressed"], 2)
    off = bench.heard.events[-1][2].alarm.off
    assert off is not None
    assert (off.how, off.by, off.rule_version, off.reason) == (
        "suppressed",
        "s1",
        1,
        "no flow then",
    )
    assert off.logic["value"] == "off"
    found = await standing(bench)
    assert (found.phase, found.value, found.version) == ("holding", "off", 1)

    bench.kill()
    await bench.start()
    [alarm], _ = await bench.snapshot()
    assert (alarm.state, alarm.off) == ("suppressed", off)
    assert (await standing(bench)).since == found.since
    bench.send({"XS-1": "on"})
    await bench.until(lambda: bench.heard.names()[-1:] == ["released"], 5)
    assert bench.heard.events[-1][2].note == "Suppression s1 version 1 holds no more: P-1 stopped."

    bench.send({"XS-1": "off"})
    await bench.until(lambda: bench.heard.names()[-1:] == ["suppressed"], 5)
    end(bench)
    await bench.until(lambda: bench.heard.names()[-1:] == ["released"], 2)
    await bench.until_recorded()
    assert bench.record.events() == ["raised", "suppressed", "released", "suppressed", "released"]
    assert bench.record.chain().sound
