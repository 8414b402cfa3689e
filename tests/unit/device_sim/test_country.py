"""A country of gateways: so many, so fast, and the same bytes everywhere."""

import json
import subprocess
import sys
from itertools import islice

import pytest

from device_sim.country.farm import SHARE_AN_HOUR, Farm
from device_sim.country.flow import START_MS, Flow, sha256
from device_sim.country.roll import BadRoll, Roll
from device_sim.encode.persona import PERSONAS

HASH = "e45e802b0500bcad1abd93aa2e4e7c1fed9787de8659e256e477ec2f34a2e313"
"""Of five seconds of the whole country, seed 1: taken once. Another physics changes it, and nothing
else may."""
HOUR_S = 3_600.0


def _flow(roll: Roll, seed: int = 1) -> Flow:
    return Flow(roll, seed, f"{seed:08x}", [PERSONAS["native"]])


def test_a_country_is_what_the_national_feed_was() -> None:
    roll = Roll()
    assert sum(roll.size(place) for place in range(roll.gateways)) == roll.points == 440_000
    assert {len(roll.tags(place)) for place in range(roll.gateways)} == {62, 63}
    assert len(set(roll.places())) == 7_000
    assert roll.period_s == 44.0
    small = Roll(70, 4_400, 100.0)
    assert small.period_s == roll.period_s
    assert sha256(_flow(small), small.period_s)[1] == small.points
    assert sha256(_flow(small), 2 * small.period_s)[1] == 2 * small.points


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_every_process_says_the_same_bytes(hash_seed: str) -> None:
    """A process of its own each, whose sets and dictionaries hash otherwise."""
    words = [sys.executable, "-m", "device_sim", "country", "--hash", "--duration", "5"]
    said = subprocess.run(
        words, env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == HASH


def test_another_seed_is_another_country() -> None:
    roll = Roll(50, 500, 500.0)
    assert sha256(_flow(roll, 1), 5.0) == sha256(_flow(roll, 1), 5.0)
    assert sha256(_flow(roll, 1), 5.0) != sha256(_flow(roll, 2), 5.0)


def test_a_gateway_more_changes_nobody_elses_values() -> None:
    few, more = Roll(2, 20, 10.0), Roll(3, 30, 15.0)
    assert few.period_s == more.period_s
    bodies = [
        [
            s.outgoing.payload
            for s in islice(_flow(roll).messages(START_MS, 10.0), roll.gateways * 2)
        ]
        for roll in (few, more)
    ]
    told = [[json.loads(body)["values"] for body in each] for each in bodies]
    assert told[0][0] == told[1][0]
    assert [message["LI-001"] for message in told[0][:2]] == [m["LI-001"] for m in told[1][:2]]


def test_every_dialect_in_turn() -> None:
    flow = Flow(Roll(8, 80, 80.0), 1, "b", list(PERSONAS.values()))
    leaves = [each.outgoing.topic.split("/")[-1] for each in flow.messages(START_MS, 1.0)]
    assert leaves == ["telemetry", "neuron", "tb", "senml"] * 2


def test_what_flows_in_is_what_the_level_gains() -> None:
    """Mass balance over an hour, within the noise of two readings."""
    farm = Farm(7, "C00001", Roll(1, 7, 1.0).tags(0), 0.0)
    before = farm.values(0.0)
    after = farm.values(HOUR_S / 4)
    gained = float(after["LI-001"]) - float(before["LI-001"])
    assert gained == pytest.approx(float(before["FI-001"]) * SHARE_AN_HOUR / 4, abs=0.3)


def test_a_warmer_tank_has_the_higher_pressure() -> None:
    """Clausius-Clapeyron: at 20 °C 200 kPa gauge, and more in the afternoon than before dawn."""
    farm = Farm(7, "C00001", Roll(1, 7, 1.0).tags(0), 0.0)
    shown = [farm.values(hour * HOUR_S) for hour in range(48)]
    shown.sort(key=lambda values: float(values["TI-001"]))
    assert float(shown[0]["PI-001"]) < float(shown[-1]["PI-001"]) - 10
    near = min(shown, key=lambda values: abs(float(values["TI-001"]) - 20.0))
    assert float(near["PI-001"]) == pytest.approx(
        200.0 + 8.3 * (float(near["TI-001"]) - 20.0), abs=12
    )


@pytest.mark.parametrize("roll", [(0, 1, 1.0), (2, 1, 1.0), (1, 1, 0.0), (1, 5_000, 1.0)])
def test_a_country_that_cannot_be_is_refused(roll: tuple[int, int, float]) -> None:
    with pytest.raises(BadRoll):
        Roll(*roll)
