"""A tag is adopted after its last reading came: what it sent is judged, kills or not."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.alerts.bench import Bench, now_ms, publish
from tests.living.engines_alone import Engines

HOUR = 3_600_000


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        yield running


def rows(bench: Bench, query: str) -> int:
    with psycopg.connect(bench.engines.superuser_url) as connection:
        found = connection.execute(query.encode(), (bench.register.enterprise,)).fetchone()
    assert found is not None
    return int(found[0])


async def started(bench: Bench) -> None:
    """Both services hear the field."""
    await bench.start()
    await bench.until(lambda: bench.ingest_ready, 20)


def kept(bench: Bench) -> int:
    query = "SELECT coalesce(sum(count), 0) FROM unregistered_tag WHERE enterprise = %s"
    return rows(bench, query)


def listed(bench: Bench) -> int:
    query = (
        "SELECT count(*) FROM judge_again JOIN point ON point.id = judge_again.point_id"
        " WHERE enterprise = %s"
    )
    return rows(bench, query)


@pytest.mark.patient
async def test_the_alarm_stands_within_two_seconds_though_nothing_more_comes(
    bench: Bench,
) -> None:
    with bench.ingest():
        await started(bench)
        now = now_ms()
        bench.send({"NEW-1": 8}, ts=now - 90_000)
        bench.send({"NEW-1": 30}, ts=now - 30_000)
        await bench.until(lambda: kept(bench) == 2, 10)

        bench.register.point("NEW-1")
        bench.register.rule("NEW-1", "H", 25)
        await bench.until(lambda: "raised" in bench.heard.names(), 2)

        raised = bench.heard.events[0][2].alarm
        assert (raised.tag, raised.value, raised.historical) == ("NEW-1", 30.0, False)
        await bench.until(lambda: listed(bench) == 0, 15)
        # Where the rule was learned after the point, the alarm's start is put right.
        assert bench.heard.names() in (["raised"], ["raised", "corrected"])


async def test_an_adopted_past_is_told_as_the_field_would_have_told_it(bench: Bench) -> None:
    """Under a day old it sounds, once and together; what is older is on record, silently."""
    register = bench.register
    with bench.ingest():
        await started(bench)
        now = now_ms()
        for hours, value in ((50, 40), (49, 5), (3, 41), (2, 5), (1, 42)):
            bench.send({"NEW-2": value}, ts=now - hours * HOUR)
        await bench.until(lambda: kept(bench) == 5, 10)
        register.ruled_point("NEW-2", "H", 25)
        await bench.until(lambda: len(bench.record.alarms()) == 3, 15)
        await bench.until_recorded()

    told = [(a["value"], a["historical"], a["closed_as"]) for a in bench.record.alarms()]
    assert told == [(40.0, True, "cleared"), (41.0, False, "superseded"), (42.0, False, None)]


async def test_kills_between_adoption_and_alarm_lose_nothing(bench: Bench) -> None:
    """The list outlives the engine."""
    await adopt_while_away(bench, "NEW-3")
    bench.kill()  # most likely before its snapshot: the list still holds the entry
    await bench.start()
    await alarm_of_a_later_rule(bench, "NEW-3")


@pytest.mark.long
async def test_what_left_the_list_is_in_the_snapshot(bench: Bench) -> None:
    await adopt_while_away(bench, "NEW-5")
    await bench.until(lambda: listed(bench) == 0, 30)
    bench.kill()
    await bench.start()
    await alarm_of_a_later_rule(bench, "NEW-5")


async def adopt_while_away(bench: Bench, tag: str) -> None:
    """A tag that sent once is adopted while the engine is dead; returns when that shows its value."""
    with bench.ingest():
        await started(bench)
        bench.send({tag: 30}, ts=now_ms() - 1000)
        await bench.until(lambda: kept(bench) == 1, 10)
        bench.kill()
        bench.watched = bench.register.point(tag)
        await bench.until(lambda: listed(bench) == 1, 10)
    await bench.start()
    await bench.until(lambda: bench.heard.values[-1:] == [30.0], 10)


async def alarm_of_a_later_rule(bench: Bench, tag: str) -> None:
    """A limit is judged at once against the newest value, so that must be known."""
    bench.register.rule(tag, "H", 25)
    await bench.until(lambda: "raised" in bench.heard.names(), 10)
    await bench.until_recorded()
    assert [alarm["value"] for alarm in bench.record.alarms()] == [30.0]


async def test_ingest_killed_during_an_adoption_finishes_it(bench: Bench) -> None:
    with bench.ingest():
        await started(bench)
        base = now_ms() - HOUR
        topic = f"pw/v1/{bench.register.enterprise}/gw/telemetry"
        for part in range(8):
            past = [
                {"ts": base + part * 10_000 + each, "values": {"NEW-4": 1 + each / 10_000}}
                for each in range(1_250)
            ]
            publish(bench.engines, topic, json.dumps(past).encode())
        bench.send({"NEW-4": 30}, ts=now_ms() - 1000)
        await bench.until(lambda: kept(bench) == 10_001, 30)
        point = bench.register.ruled_point("NEW-4", "H", 25)
        await bench.until(lambda: listed(bench) >= 1, 10)
        bench.kill_ingest()
    with bench.ingest():
        query = f"SELECT count(*) FROM reading WHERE point_id = {point} AND %s::text <> ''"
        await bench.until(lambda: rows(bench, query) == 10_001, 30)
        await bench.until(lambda: "raised" in bench.heard.names(), 10)
        await bench.until_recorded()
    assert [alarm["value"] for alarm in bench.record.alarms()] == [30.0]
