"""What other judges claim on the real bus, through the real broker and database."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.register.point("GT-1")
        yield running


async def test_a_claim_lives_through_a_kill_and_its_lease_runs_out(bench: Bench) -> None:
    await bench.start()
    until = now_ms() + 4_000
    bench.claim(lease_until=until, facts={"lel": 12.5, "gas": "CH4"})
    await bench.until(lambda: bench.heard.events, 20)
    alarm = bench.heard.events[0][2].alarm
    assert (alarm.subject_type, alarm.subject_id, alarm.tag) == ("permit", "P-7", None)
    assert (alarm.point_id, alarm.limit, alarm.judged) == (None, None, True)
    assert alarm.facts == {"lel": 12.5, "gas": "CH4"}

    bench.kill()
    await bench.start()
    await bench.until(lambda: bench.heard.names()[-1:] == ["lapsed"], 8)
    [standing], _ = await bench.snapshot()
    assert (standing.id, standing.judged, standing.cleared_at) == (alarm.id, False, None)

    bench.claim(active=False, grade=2)
    await bench.until(lambda: bench.heard.names()[-1:] == ["returned"], 20)
    bench.acknowledge(alarm.id)
    await bench.until(lambda: bench.heard.names()[-1:] == ["cleared"] or bench.heard.replies, 20)
    await bench.until_recorded()
    [row] = bench.record.alarms()
    assert (row["subject_type"], row["subject_id"], row["tag"]) == ("permit", "P-7", None)
    assert (row["point_id"], row["direction"], row["closed_as"]) == (None, None, "cleared")
    assert bench.record.events() == ["raised", "lapsed", "returned", "acknowledged"]
    assert bench.record.chain().sound


async def test_what_is_no_claim_is_not_taken(bench: Bench) -> None:
    await bench.start()
    bench.claim(key="silence")
    bench.claim(subject_type="point", subject_id="no-such-tag")
    bench.claim(grade=5)
    bench.claim(enterprise="spa ce")
    bench.claim(lease_until=1)
    bench.claim(key="last", lease_until=None)
    await bench.until(lambda: bench.heard.events, 20)
    assert [event.alarm.rule for _, _, event in bench.heard.events] == ["last"]


async def test_without_a_memory_of_its_own_what_others_claimed_is_not_judged(bench: Bench) -> None:
    await bench.start()
    bench.claim(lease_until=now_ms() + 600_000)
    await bench.until(lambda: bench.heard.events, 20)
    await bench.until_recorded()
    assert bench.stop() == 0
    shutil.rmtree(bench.data_dir / "alerts")

    await bench.start()
    # Whoever takes over from another life gives its claimants half a minute to say so again.
    await bench.until(lambda: bench.heard.names() == ["raised", "lapsed"], 45)
    bench.claim()
    await bench.until(lambda: bench.heard.names() == ["raised", "lapsed", "resumed"], 20)
    [standing], _ = await bench.snapshot()
    assert standing.judged
