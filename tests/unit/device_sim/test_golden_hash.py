"""The same bytes on every machine: hashes that were taken once, with the plants as they are.

A change of a plant, an instrument or a dialect changes them, and nothing else may: neither another
processor, nor a `math` library that rounds another way.
"""

import os
import subprocess
import sys

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import LIBRARY, load
from device_sim.fleet.stream import run_headless

SEED, SECONDS = 7, 420
LATER = {
    "tank_overfill": (2_130, "24fbfb748ccf4fb58de4daae1ca8f74da25f589533e055d17876c884506c3b66")
}
"""What it is about begins later there: a relief opens. Too long for every test run."""
HASHES = {
    "alarm_flood": "1defb822aed90cc4c3f23979fb70661bacfbe996fcb9c5d44acd69b9234eb100",
    "ammonia_leak": "73c872cea472f5c2a1361507a94ba0d1f46c4c5688a3521c4b38a3ae825ff59c",
    "bad_lines": "184a29acbc6ae34be188fbeb37d3b717412ba955b3e4d19797ddbebf9c2092d7",
    "chlorine_interlock": "042117322cd565e043a7888b4f471d64200dc0fa80aa65c4f7888e67a6b319bc",
    "chlorine_leak": "dca82f7403b4533b83ea2554d06365954605ba2f2e579769da0be81e82a5dddb",
    "commissioning_day": "1cbf30df6ba23590ea6cb4ddb7cfa184e75cc3b8e695f12185697ee7c092dae3",
    "cooling_failure": "246919f9d7987cbb244346b53c611ec1ebfc9196300675798682b73ef55fca01",
    "demo": "741971ee5e0e8ab679e7f9e6736b967e97d2d432db4ff325c46aa0cffd7bd6bb",
    "drill": "11a2a3c9b797c55dd43f859589a7ac40724716f5cdfc172fb18e5355b41fd3f2",
    "hydrogen_sulphide_leak": "53495274d4c63697396f8c8f2b3a3a194e0f72ae9262e5c3a3eef2e7e47fd88b",
    "interlock_bypass": "ee68943547727efaa48025fd1e0dbe162c26ad15a0d64ff6edc90ec6ab59fbc4",
    "lpg_burst": "6944165cb8bda47012d0d02eb67bcf9782cb6bb12fafff04f6ede7cae92c5997",
    "lpg_leak": "7393a96f7021ac1f55629f22ef8c09c8c6274ffd18e7ce92385d5776b86c7df3",
    "nitrogen_blanket_lost": "7bf5b3b5419ce996f1f1ed6cdb02f50e9c4d89baff114427a572c7673f8f7f85",
    "power_dip": "86d7689c8e35112746c12165695c19039da826fa114a4d98c94884b38797b44b",
    "quiet": "4104cf7eb19f23a95d426df7128af111eecaeb8b0b77978971f9df795cd96fc4",
    "reactor_runaway": "82844f60a6dbbbafb9796191581ab3b6135e7fd7edd02d2f48bc1db6bf1a2dd4",
    "seal_leak_unseen": "2d5eaaeec788a760c1a053e006554e9b42807a9f1a69f2ca71b6c71538615a87",
    "sensor_faults": "f40f112de68caef08f62ff7ff8a0cdc554b01d83b9434f07115450cbc2479041",
    "tank_overfill": "80fb937d9dbade54c584e8d8a10babd42ff310c2925824b84c3ef7a632af4522",
    "vessel_fire": "04c79b5e8a9b51c546abbe3b461114835ba6219c27adb9ffffeb9ae00298362f",
    "warehouse_fire": "1dbaa1446dae94c370d8e05f02e6182ff60b2b0dec224d51b98bbd269a4c8bc5",
}
WHOLE_PARK_S = 60
WHOLE_PARK = "b28ca00ee52d72d0e9c54a543d14eb393e162480bccbd2ef9c3e647982e1079d"
SHORT = ("lpg_leak", "power_dip", "nitrogen_blanket_lost")


def test_every_scenario_of_the_library_has_one() -> None:
    assert set(HASHES) == {path.stem for path in LIBRARY.glob("*.yaml")}


@pytest.mark.parametrize("name", HASHES)
def test_the_stream_is_what_it_was(name: str) -> None:
    scenario = load(name).model_copy(update={"park": "physical"})
    assert run_headless(scenario, SEED, PERSONAS["native"], SECONDS) == HASHES[name]


def test_the_whole_park_is_what_it_was() -> None:
    assert run_headless(load("quiet"), SEED, PERSONAS["native"], WHOLE_PARK_S) == WHOLE_PARK


def in_another_process(seconds: int, *names: str, **environment: str) -> dict[str, str]:
    """The hashes that a process finds whose `math` is off in the last place."""
    words = ["-m", "tests.unit.device_sim.shaken_math", str(SEED), str(seconds), *names]
    run = subprocess.run(
        [sys.executable, *words],
        env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(line.split() for line in run.stdout.splitlines())


def test_a_library_that_rounds_another_way_says_the_same_bytes() -> None:
    found = in_another_process(SECONDS, *SHORT)
    assert found == {name: HASHES[name] for name in SHORT}


@pytest.mark.long
def test_every_scenario_says_the_same_with_it() -> None:
    # Without fused multiply-add glibc takes other code for exp, log, pow, sin and cos.
    plain = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"
    assert in_another_process(SECONDS, *HASHES, GLIBC_TUNABLES=plain) == HASHES


@pytest.mark.long
@pytest.mark.parametrize("name", LATER)
def test_what_begins_later_is_what_it_was_in_both(name: str) -> None:
    seconds, found = LATER[name]
    scenario = load(name).model_copy(update={"park": "physical"})
    assert run_headless(scenario, SEED, PERSONAS["native"], seconds) == found
    assert in_another_process(seconds, name) == {name: found}
