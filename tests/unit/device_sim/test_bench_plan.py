"""The simulated gateway on the test-bench: calm between its limits, and wrong in one thing only."""

from collections.abc import Mapping
from typing import Any

import pytest

from device_sim.bench.plan import AHEAD_MS, STRANGER, Fault, NoPlan, Plan, quiet_of

GAS: Mapping[str, Any] = {"tag": "GT-1", "range_low": 0, "range_high": 100, "states": None}
LEVEL: Mapping[str, Any] = {"tag": "LI-1", "range_low": 0, "range_high": 5, "states": None}
DOOR: Mapping[str, Any] = {"tag": "ESD-1", "states": ["in_service", "tripped"]}
HIGH = [{"condition": "H", "limit": 25}, {"condition": "HH", "limit": 50}]
RAISE = {"do": "raise", "tag": "GT-1", "limit": 25}


def plan(fault: Fault = Fault.NONE) -> Plan:
    quiet = [quiet_of(GAS, HIGH), quiet_of(LEVEL, []), quiet_of(DOOR, [])]
    return Plan(quiet, fault, "GT-1")


def number(found: Mapping[str, object], tag: str) -> float:
    value = found[tag]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("tick", range(20))
def test_the_good_one_stays_within_ranges_and_limits(tick: int) -> None:
    found = plan().values(tick, None)
    assert set(found) == {"GT-1", "LI-1", "ESD-1"}
    assert 0 < number(found, "GT-1") < 24
    assert 0 < number(found, "LI-1") < 5
    assert found["ESD-1"] == "in_service"


def test_a_low_limit_is_kept_clear_of_too() -> None:
    oxygen = {"tag": "O2-1", "range_low": 0, "range_high": 30, "states": None}
    quiet = quiet_of(oxygen, [{"condition": "L", "limit": 19.5}, {"condition": "H", "limit": 23.5}])
    assert (quiet.low, quiet.high) == (19.5, 23.5)


def test_asked_to_raise_it_reaches_the_limit_and_comes_back() -> None:
    good = plan()
    assert good.values(0, RAISE)["GT-1"] == 25
    assert number(good.values(1, {**RAISE, "do": "lower"}), "GT-1") < 24
    assert number(plan(Fault.NO_ALARM).values(0, RAISE), "GT-1") < 24


def test_each_fault_spoils_its_own_thing() -> None:
    assert STRANGER in plan(Fault.UNKNOWN_TAG).values(0, None)
    strayed = plan(Fault.RANGE).values(0, None)
    assert number(strayed, "LI-1") > 5
    assert number(strayed, "GT-1") < 24
    assert plan(Fault.CLOCK).stamp(1_000) == 1_000 + AHEAD_MS
    assert plan(Fault.QOS0).stamp(1_000) == 1_000


def test_without_another_point_nothing_can_leave_its_range() -> None:
    with pytest.raises(NoPlan, match="no other point"):
        Plan([quiet_of(GAS, HIGH)], Fault.RANGE, "GT-1")
