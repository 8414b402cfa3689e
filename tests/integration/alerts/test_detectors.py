"""Rules that are more than a limit, in the real service: killed in a delay, changed, wrong, removed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines

DELAY_S = 4.0


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        running.watched = running.register.point("XV-1", "state", "valve")
        running.register.point("XV-2", "state", "valve")
        yield running


async def test_a_delay_that_runs_outlives_a_kill_and_its_alarm_the_rule(bench: Bench) -> None:
    rule = bench.register.detector("state", "XV-1", DELAY_S, states="fault")
    await bench.start()
    began = now_ms()
    bench.send({"XV-1": "fault"}, began)
    await bench.until(lambda: bench.heard.values, 20)
    bench.kill()
    assert bench.heard.events == []

    await bench.start()
    await bench.until(lambda: bench.heard.names() == ["raised"], 20)
    alarm = bench.heard.events[0][2].alarm
    assert (alarm.tag, alarm.condition, alarm.rule, alarm.rule_version) == (
        "XV-1",
        "state",
        rule,
        1,
    )
    assert alarm.raised_at == began + DELAY_S * 1000

    bench.register.remove_detector(rule)
    await bench.until(lambda: bench.heard.names() == ["raised", "withdrawn"], 20)
    await bench.until_recorded()
    [row] = bench.record.alarms()
    assert (row["rule"], row["rule_version"], row["closed_as"]) == (rule, 1, "withdrawn")
    assert bench.record.events() == ["raised", "withdrawn"]
    assert bench.record.chain().sound


async def test_a_rule_that_makes_no_sense_is_told_and_put_right(bench: Bench) -> None:
    """Written past the api's checks: the engine says so, and judges by all others."""
    bench.register.detector("state", "XV-1", states="ajar")
    bench.register.detector("state", "XV-2", states="fault")
    await bench.start()
    bench.send({"XV-1": "fault", "XV-2": "fault"}, now_ms())
    await bench.until(lambda: len(bench.heard.events) >= 2, 20)
    told = {event.alarm.condition: event.alarm for _, _, event in bench.heard.events}
    assert told["state"].tag == "XV-2"
    lost = told["undetermined"]
    assert (lost.subject_type, lost.subject_id, lost.tag) == ("rule", "XV-1-state", None)
    assert "ajar" in str(lost.facts["fault"])

    bench.register.detector("state", "XV-1", version=2, states="fault")
    await bench.until(lambda: sorted(bench.heard.names())[-1] == "withdrawn", 20)
    await bench.until(lambda: len(bench.heard.events) == 4, 20)
    raised = [event.alarm for _, _, event in bench.heard.events if event.alarm.tag == "XV-1"]
    assert [(alarm.condition, alarm.rule_version) for alarm in raised] == [("state", 2)]
    await bench.until_recorded()
    assert bench.record.chain().sound
