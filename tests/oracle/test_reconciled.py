"""Every scenario of the library against the platform's own code, judged by the simulator's truth.

The truth goes through its files, as a stranger would read them; what the platform should have
alarmed is computed from them. In one process and in virtual time.
"""

from pathlib import Path

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import LIBRARY, load
from device_sim.fleet.stream import Stream
from device_sim.truth.ledger import Ledger
from device_sim.truth.oracle import foreseen
from device_sim.truth.reconciling import Findings, compare_alarms, compare_readings
from device_sim.truth.record import read_record
from device_sim.truth.table import table
from services.domain.reading import Quality
from tests.oracle.platform import Platform, furnished

SCENARIOS = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
SHORT_S = 600
ON_THE_WAY_MS = 80
DIALECTS_S = 1_230


def reconciled(name: str, seed: int, seconds: int, folder: Path) -> Findings:
    """A scenario from its first second, told and judged."""
    return told(name, seed, seconds, folder, "native")[0]


def told(
    name: str, seed: int, seconds: int, folder: Path, dialect: str
) -> tuple[Findings, Platform]:
    """The same in a dialect, and the platform that heard it."""
    spec = load(name).model_copy(update={"park": "physical"})
    with Ledger(folder) as ledger:
        flow = Stream(spec, seed, f"{seed:08x}", PERSONAS[dialect], ledger)
        platform = furnished(flow.fleet.park)
        for second in range(seconds):
            now = spec.start_ms + second * 1000
            said = [(each.topic, each.payload) for _, each in flow.tick(now)]
            platform.receive(said, now + ON_THE_WAY_MS)
        flow.finish(spec.start_ms + seconds * 1000)
        ledger.seal(spec, spec.start_ms, seconds, {"seed": seed, "speed": 1.0})
    record = read_record(folder)
    findings, stored = Findings(), platform.readings()
    for point in sorted(record.told.keys() | stored.keys()):
        compare_readings(findings, point, record.told.get(point, []), stored.get(point, []))
    compare_alarms(findings, record, foreseen(record, flow.fleet.park), platform.heard())
    return findings, platform


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_first_minutes_reconcile(name: str, tmp_path: Path) -> None:
    seconds = min(SHORT_S, load(name).duration_s)
    findings = reconciled(name, 1, seconds, tmp_path / "t")
    assert findings.clean, "\n".join(table(findings))
    assert findings.told > 0


def test_the_same_plant_is_stored_and_judged_the_same_in_every_dialect(tmp_path: Path) -> None:
    """What is bad has a value in one and none in another; the rest is the same to the bit."""
    heard = {each: told("sensor_faults", 1, DIALECTS_S, tmp_path / each, each) for each in PERSONAS}
    for dialect, (findings, _) in heard.items():
        assert findings.clean, "\n".join([dialect, *table(findings)])
    usable = {
        dialect: {
            (each.point_id, each.measured_at, each.value)
            for each in platform.stored.values()
            if each.quality is not Quality.BAD
        }
        for dialect, (_, platform) in heard.items()
    }
    native = heard["native"][1]
    assert len(usable["native"]) < len(native.stored), "some of it was bad"
    assert set(map(frozenset, usable.values())) == {frozenset(usable["native"])}
    alarms = {frozenset(platform.heard()) for _, platform in heard.values()}
    assert alarms == {frozenset(native.heard())} != {frozenset()}


CONTRARY = """name: contrary
title: 单位不符
title_en: A unit that contradicts
start: 2026-01-05T00:00:00Z
duration_s: 60
park: physical
timeline:
  - {cause: wrong_unit, gateways: [E001/MET], tags: [E001/WS-001], at_s: 20, until_s: 40}
"""


def test_a_unit_that_contradicts_is_uncertain_where_the_dialect_names_it(tmp_path: Path) -> None:
    """Native JSON cannot name one: there nobody can know."""
    file = tmp_path / "contrary.yaml"
    file.write_text(CONTRARY, encoding="utf-8")
    doubted: dict[str, list[int]] = {}
    for dialect in ("senml", "native"):
        findings, platform = told(str(file), 1, 60, tmp_path / dialect, dialect)
        assert findings.clean, "\n".join(table(findings))
        wind = platform.readings()["E001", "WS-001"]
        start = load(str(file)).start_ms
        doubted[dialect] = [
            (each.measured_at - start) // 1000 for each in wind if each.quality == "uncertain"
        ]
        assert len(wind) == 12
    assert doubted == {"senml": [20, 25, 30, 35], "native": []}


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_whole_of_it_reconciles(name: str, seed: int, tmp_path: Path) -> None:
    findings = reconciled(name, seed, load(name).duration_s, tmp_path / "t")
    assert findings.clean, "\n".join(table(findings))
    assert (findings.expected > 0) == (name != "quiet")
