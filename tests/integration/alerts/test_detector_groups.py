"""A group of detectors in the real service: taken from the book, judged over, killed, on record."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from services.store.alarm_list import find_alarm, open_alarms
from tests.integration.alerts.bench import Bench
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        for number in (1, 2, 3):
            running.register.point(f"GT-{number}")
        running.register.rule("GT-2", "H", 25, 3)
        yield running


async def test_its_members_change_under_a_standing_alarm_and_it_outlives_the_engine(
    bench: Bench,
) -> None:
    bench.register.group("ring", "GT-1", "GT-2")
    rule = bench.register.detector("voting", "GT-1", group="ring", needed=2, limit=20)
    await bench.start()
    bench.send({"GT-1": 22, "GT-2": 30, "GT-3": 22})
    await bench.until(lambda: len(bench.heard.events) == 2, 20)
    told = {event.alarm.tag: event.alarm for _, _, event in bench.heard.events}
    assert {(alarm.group, alarm.first_out_rank) for alarm in told.values()} == {
        ("ring", 1),
        ("ring", 2),
    }
    assert (told["GT-1"].rule, told["GT-1"].facts["points"]) == (rule, "GT-1, GT-2")

    bench.register.group("ring", "GT-1")
    await bench.until(lambda: sorted(bench.heard.names()[2:]) == ["lapsed", "raised"], 10)
    bench.kill()
    await bench.start()
    standing, _ = await bench.snapshot()
    by_condition = {alarm.condition: alarm for alarm in standing}
    assert by_condition["voting"].id == told["GT-1"].id
    assert by_condition["voting"].judged is False
    lost = "points: A vote needs a group of 2 to 20 points."
    assert by_condition["undetermined"].facts["fault"] == lost

    bench.register.group("ring", "GT-1", "GT-3")
    await bench.until(lambda: "resumed" in bench.heard.names(), 10)
    await bench.until_recorded()
    rows = {row["condition"]: row for row in bench.record.alarms()}
    assert [rows[each]["group_code"] for each in ("voting", "H")] == ["ring", "ring"]
    assert rows["voting"]["judged"]
    url = bench.engines.api_url()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        shown = await find_alarm(connection, told["GT-1"].id, None)
        standing = await open_alarms(connection, 1_000)
    assert shown is not None
    assert (shown.group, shown.first_out_rank) == ("ring", told["GT-1"].first_out_rank)
    mine = {each.id: each.group for each in standing if each.enterprise == shown.enterprise}
    assert mine[shown.id] == "ring"
    assert bench.record.chain().sound


async def test_an_engine_without_a_disk_of_its_own_takes_groups_and_ranks_from_the_record(
    bench: Bench,
) -> None:
    """As a standby that never saw any of it."""
    bench.register.rule("GT-3", "H", 25, 3)
    bench.register.group("ring", "GT-2", "GT-3")
    await bench.start()
    bench.send({"GT-2": 30})
    await bench.until(lambda: bench.heard.names() == ["raised"], 20)
    await bench.until_recorded()
    bench.kill()
    shutil.rmtree(bench.data_dir / "alerts")
    await bench.start()
    [standing], _ = await bench.snapshot()
    assert (standing.group, standing.first_out_rank) == ("ring", 1)
    bench.send({"GT-3": 30})
    await bench.until(lambda: bench.heard.names() == ["raised", "raised"], 20)
    assert bench.heard.events[-1][2].alarm.group == "ring"
