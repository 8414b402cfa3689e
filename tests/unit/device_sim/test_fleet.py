"""The fleet says the same for the same seed, at the right times, and refuses nonsense."""

import json
from pathlib import Path

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.scenario import LIBRARY, BadScenario, load
from device_sim.fleet.stream import run_headless

NATIVE = PERSONAS["native"]


def test_the_stream_is_the_same_twice_and_another_with_another_seed() -> None:
    demo = load("demo")
    first = run_headless(demo, 7, NATIVE, 300)
    assert run_headless(demo, 7, NATIVE, 300) == first
    assert run_headless(demo, 8, NATIVE, 300) != first


def test_every_gateway_counts_without_a_gap_and_keeps_its_period() -> None:
    demo = load("demo")
    fleet = Fleet(demo, 1, "b0", NATIVE)
    bodies: dict[tuple[str, str], list[dict[str, object]]] = {}
    for second in range(121):
        for key, message in fleet.tick(demo.start_ms + second * 1000):
            assert message.topic == f"pw/v1/{key[0]}/{key[1]}/telemetry"
            bodies.setdefault(key, []).append(json.loads(message.payload))
    assert len(bodies) == len(list(fleet.park.stations()))
    for said in bodies.values():
        assert [body["seq"] for body in said] == list(range(1, len(said) + 1))
    weather = [body["ts"] for body in bodies["E001", "MET"]]
    assert weather == [demo.start_ms + k * 5_000 for k in range(25)]


def test_states_are_told_when_they_change_and_once_a_minute() -> None:
    demo = load("quiet")
    fleet = Fleet(demo, 1, "b0", NATIVE)
    told = [
        second
        for second in range(121)
        for key, message in fleet.tick(demo.start_ms + second * 1000)
        if key == ("E001", "G01") and "ESD-101" in json.loads(message.payload)["values"]
    ]
    assert told == [0, 60, 120]


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_of_the_library_runs(file: Path) -> None:
    scenario = load(file.stem)
    assert scenario.name == file.stem
    assert len(run_headless(scenario, 1, NATIVE, 10)) == 64


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", "not YAML"),
        ("{name: x, title: x, start: 2026-01-05T00:00:00Z, duration_s: 5}", "title_en"),
        ("{name: x, title: x, title_en: x, start: 2026-01-05T00:00:00, duration_s: 5}", "start"),
        (
            "{name: x, title: x, title_en: x, start: 2026-01-05T00:00:00Z, duration_s: 5, wind: 3}",
            "wind",
        ),
    ],
)
def test_a_scenario_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario, match=why) as found:
        load(str(file))
    assert "\n" not in str(found.value)


def test_an_unknown_leak_point_names_those_there_are(tmp_path: Path) -> None:
    text = (LIBRARY / "demo.yaml").read_text(encoding="utf-8").replace("P-101 seal", "P-999 seal")
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario, match="P-101 seal"):
        Fleet(load(str(file)), 1, "b0", NATIVE)
