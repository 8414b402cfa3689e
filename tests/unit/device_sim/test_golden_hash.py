"""The same bytes on every machine: hashes that were taken once, with the plants as they are.

A change of a plant, an instrument or a dialect changes them, and nothing else may.
"""

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import load
from device_sim.fleet.stream import run_headless

SEED, SECONDS = 7, 420
HASHES = {
    "chlorine_leak": "af5e37b0d6889bf8a2a1b92b23489f5f4a143a90481a4f6d03d2b722868f3d14",
    "power_dip": "0f1dac94fb94bd13fd8f0c66c938a7f294cbe195e3b0a51b052dea34561f155a",
}


@pytest.mark.parametrize("name", HASHES)
def test_the_stream_is_what_it_was(name: str) -> None:
    scenario = load(name).model_copy(update={"park": "physical"})
    assert run_headless(scenario, SEED, PERSONAS["native"], SECONDS) == HASHES[name]
