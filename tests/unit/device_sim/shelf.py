"""What a platform that loses and misses nothing answers about a run, for tests to take out or put in."""

from collections.abc import Iterable
from pathlib import Path

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import Scenario, load
from device_sim.fleet.stream import run_headless
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.expectation import Occurrence, expected
from device_sim.truth.ledger import Ledger
from device_sim.truth.reconciling import (
    Findings,
    Heard,
    Stored,
    compare_alarms,
    compare_readings,
)
from device_sim.truth.record import PointKey, Record

SECONDS = 500
AFTER_MS, MADE_MS = 80, 95


def trial(name: str) -> Scenario:
    return load(name).model_copy(update={"park": "physical"})


def written(folder: Path) -> Path:
    """The truth of a large leak, as of a run as fast as life."""
    scenario = trial("lpg_leak")
    with Ledger(folder) as ledger:
        digest = run_headless(scenario, 1, PERSONAS["native"], SECONDS, ledger)
        run = {"seed": 1, "stream_sha256": digest, "speed": 1.0}
        ledger.seal(scenario, scenario.start_ms, SECONDS, run)
    return folder


def heard(occurrences: Iterable[Occurrence]) -> list[Heard]:
    """As a platform that misses nothing lists them."""
    return [
        Heard(
            each.point,
            each.direction,
            each.raised_at,
            each.left_at + AFTER_MS,
            each.left_at + MADE_MS,
            f"alarm-{place}",
            each.condition,
            each.grade,
            each.ended_at,
        )
        for place, each in enumerate(occurrences)
    ]


class Shelf:
    """What a platform that loses nothing would answer; a test takes out or puts in."""

    def __init__(self, record: Record) -> None:
        # A clock that is set back says an instant twice: the same value then is the same reading.
        self.readings: dict[PointKey, list[Stored]] = {
            point: [
                Stored(t.measured_at, t.left_at + AFTER_MS, t.value, t.quality)
                for t in {t.identity: t for t in reversed(told)}.values()
            ]
            for point, told in record.told.items()
        }
        self.others: list[dict[str, object]] = []
        self.alarms = heard(expected(record, PHYSICAL_PARK))

    def against(self, record: Record, within_ms: int | None = None) -> Findings:
        findings = Findings()
        for point, told in record.told.items():
            compare_readings(findings, point, told, self.readings[point])
        wanted = expected(record, PHYSICAL_PARK)
        compare_alarms(findings, record, wanted, self.alarms, within_ms)
        return findings
