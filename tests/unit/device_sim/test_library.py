"""Every scenario of the library does what its title says, judged by the oracle of the tests' own."""

import json
from pathlib import Path

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import LIBRARY, load
from device_sim.fleet.stream import run_headless
from device_sim.physics.ailment import Kind
from device_sim.truth.ledger import Ledger
from tests.unit.device_sim.story import Story, tell

NAMES = sorted(path.stem for path in LIBRARY.glob("*.yaml"))


@pytest.fixture(params=[1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3, 4))])
def seed(request: pytest.FixtureRequest) -> int:
    """Chance may not decide what a scenario is about; the other seeds are a long proof."""
    return int(request.param)


def highest(story: Story, tag: str) -> float:
    return max(value for _, value, _ in story.values[tag])


def test_the_library_is_whole() -> None:
    assert len(NAMES) >= 20
    for name in NAMES:
        scenario = load(name)
        assert scenario.name == name
        assert scenario.title != scenario.title_en


def test_what_every_instrument_and_every_line_can_have_is_in_the_library() -> None:
    kinds = {str(getattr(cause, "kind", "")) for cause in load("sensor_faults").timeline}
    assert kinds >= {str(kind) for kind in Kind}
    lines = {cause.cause for cause in load("bad_lines").timeline}
    assert lines == {
        "leak", "loss", "duplicate", "reorder", "delay", "clock_skew", "clock_step", "offline",
        "truncate", "nan", "wrong_unit", "unknown_tag", "oversized", "reconnect_storm",
        "certificate_expired",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "seconds", "alarms"),
    [
        ("ammonia_leak", 700, {("AT-403", "H"), ("AT-403", "HH")}),
        ("hydrogen_sulphide_leak", 500, {("AT-203", "H"), ("AT-203", "HH")}),
        ("lpg_leak", 400, {("GT-101", "H"), ("GT-101", "HH")}),
        ("chlorine_leak", 600, {("AT-301", "H"), ("AT-301", "HH")}),
        ("nitrogen_blanket_lost", 500, {("OI-404", "L"), ("PI-409", "L"), ("PI-409", "LL")}),
        ("cooling_failure", 1_500, {("TI-201", "H")}),
        ("lpg_burst", 300, {("GT-101", "H")}),
    ],
)
def test_a_release_or_a_failure_alarms_where_it_is_and_nowhere_else(
    scenario: str, seconds: int, alarms: set[tuple[str, str]], seed: int
) -> None:
    story = tell(scenario, seed, seconds)
    lowest = {(tag, level[0]) for tag, level in alarms}
    assert lowest <= story.raised()
    assert {tag for tag, _ in story.raised()} == {tag for tag, _ in alarms}


def test_two_of_three_chlorine_detectors_isolate_the_leak(seed: int) -> None:
    story = tell("chlorine_interlock", seed, 600)
    assert "tripped" in {state for _, state in story.states["ESD-301"]}
    assert "closed" in {state for _, state in story.states["XV-301"]}
    # 6 mm let out 0.7 kg/s; unhindered it would be 250 kg by now.
    assert story.released["V-301 flange"] < 60


def test_an_overfilled_sphere_lets_out_a_cloud_that_comes_down_at_the_loading_rack(
    seed: int,
) -> None:
    story = tell("tank_overfill", seed, 2_200)
    assert {("LI-102", "H"), ("LI-102", "HH"), ("PI-102", "HH")} <= story.raised()
    assert highest(story, "LI-102") >= 99.9
    assert story.released["TK-102 relief"] > 1_000
    assert set(story.released) == {"TK-102 relief"}
    full = story.watches["E001", "PI-102", "HH"].raised[0]
    (felt,) = story.watches["E001", "GT-104", "H"].raised
    # 106 m with some two metres a second, and the lag of the head.
    assert 20 < felt - full < 120
    # Nearer to the sphere it goes over their heads.
    assert max(highest(story, tag) for tag in ("GT-101", "GT-102", "GT-103")) < 25
    assert "tripped" not in {state for _, state in story.states["ESD-101"]}


def test_a_runaway_is_not_stopped_by_its_trip(seed: int) -> None:
    story = tell("reactor_runaway", seed, 1_500)
    tripped = next(second for second, state in story.states["ESD-201"] if state == "tripped")
    assert {("TI-201", "H"), ("TI-201", "HH"), ("PI-201", "HH")} <= story.raised()
    assert highest(story, "TI-201") > 300
    later = [value for second, value, _ in story.values["TI-201"] if second > tripped + 30]
    assert max(later) > 270
    # Its relief holds it near where it opens, and sends the gas over everybody's heads.
    assert 6_500 < highest(story, "PI-201") < 7_100
    assert 100 < story.released["R-201 relief"] < 400
    assert not {tag for tag, _ in story.raised() if tag.startswith("GT")}


def test_a_vessel_without_its_blanket_draws_air_until_it_is_purged(seed: int) -> None:
    story = tell("nitrogen_blanket_lost", seed)
    lost = story.watches["E002", "PI-409", "LL"]
    oxygen, danger = (story.watches["E002", "OI-409", level] for level in ("H", "HH"))
    (falls,), (back,) = lost.raised, lost.cleared
    assert 300 < falls < 360 < 1_500 < back < 1_560
    (air,), (inert,) = oxygen.raised, oxygen.cleared
    assert falls + 300 < air < danger.raised[0] < 1_560
    assert 1_800 < inert < 2_400
    assert {tag for tag, _ in story.raised()} == {"OI-404", "OI-409", "PI-409"}


def test_a_fire_is_smelt_seen_and_felt_in_this_order(seed: int) -> None:
    story = tell("warehouse_fire", seed, 1_300)
    smoke = next(second for second, state in story.states["SD-407"] if state == "alarm")
    flame = next(second for second, state in story.states["FD-408"] if state == "alarm")
    heat = story.watches["E002", "TI-405", "HH"].raised[0]
    assert 440 < smoke < flame < heat
    assert story.states["FD-408"][-1][1] == "normal"


def test_a_bypass_that_was_left_in_lets_the_leak_go_on(seed: int) -> None:
    story = tell("interlock_bypass", seed, 1_300)
    states = [state for _, state in story.states["ESD-101"]]
    assert states[:2] == ["in_service", "tripped"]
    assert states[-1] == "bypass_maintenance"
    assert ("GT-101", "HH") in story.raised()
    assert story.states["XV-101"][-1][1] == "open"
    assert story.released["P-101 seal"] > 90


def test_after_a_power_dip_all_starts_anew(seed: int) -> None:
    story = tell("power_dip", seed, 700)
    seconds = [second for second, _, _ in story.values["GT-101"]]
    assert not [second for second in seconds if 300 <= second < 390]
    told = [quality for second, _, quality in story.values["GT-101"] if 392 <= second < 440]
    assert set(told) == {"uncertain"}
    assert "tripped" in {state for _, state in story.states["ESD-101"]}
    flows = [value for second, value, _ in story.values["FI-101"] if 390 <= second < 470]
    assert max(flows) < 2.0


def test_water_in_a_cabinet_gives_five_hundred_alarms(seed: int) -> None:
    story = tell("alarm_flood", seed)
    assert 500 <= story.occurrences() <= 600


def test_on_a_commissioning_day_a_proof_test_moves_nothing(seed: int) -> None:
    story = tell("commissioning_day", seed, 4_300)
    assert {("AT-301", "HH"), ("AT-302", "HH"), ("GT-104", "HH")} <= story.raised()
    moved = [second for second, state in story.states["XV-301"] if state == "moving"]
    assert not [second for second in moved if 3_000 <= second < 4_300]


def test_what_a_poisoned_detector_misses_another_one_feels(seed: int) -> None:
    story = tell("seal_leak_unseen", seed, 1_000)
    assert {tag for tag, _ in story.raised()} == {"GT-104"}
    assert highest(story, "GT-101") < 25


def test_a_vessel_in_a_fire_opens_its_relief(seed: int) -> None:
    story = tell("vessel_fire", seed, 1_200)
    assert {("TI-301", "HH"), ("PI-301", "HH")} <= story.raised()
    assert story.released["V-301 relief"] > 100


def test_a_drill_says_that_it_is_one(tmp_path: Path, seed: int) -> None:
    drill = load("drill")
    with Ledger(tmp_path / "t") as ledger:
        found = run_headless(drill, 1, PERSONAS["native"], 10, ledger)
        ledger.seal(drill, drill.start_ms, 10, {"stream_sha256": found})
    manifest = json.loads((tmp_path / "t/truth.json").read_text(encoding="utf-8"))
    assert manifest["exercise"]
    story = tell("drill", seed, 1_000)
    assert {("AT-301", "HH"), ("AT-303", "HH")} <= story.raised()
