"""The test-bench on the living system: the good gateway passes, each bad one fails for its own
reason. Gateways are tried side by side, so all of it takes as long as one."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass

import pytest

from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Json, Park
from tests.living.stack import PARKWATCH, Stack

pytestmark = [pytest.mark.stack]

DURATION_S, CUT_S, PERIOD_S = 24, 4, 0.5
FAILS = {
    "credentials": ("credentials", "refused"),
    "qos0": ("qos", "qos_0"),
    "unknown-tag": ("tags", "unregistered"),
    "range": ("plausible", "outside"),
    "clock": ("clock", "ahead"),
    "no-resend": ("resend", "missing"),
    "no-alarm": ("alarm", "not_tripped"),
}
UNHEARD = {"qos", "tags", "plausible", "clock", "resend", "alarm"}


@dataclass
class Playing:
    """A simulated gateway that is on the bench."""

    fault: str
    gateway: Gateway
    process: "subprocess.Popen[str]"

    def result(self, enterprise: Enterprise) -> Json:
        """What the bench found, once the simulator is done."""
        said, _ = self.process.communicate(timeout=DURATION_S + 60)
        expected = 0 if self.fault == "none" else 1
        assert self.process.returncode == expected, f"{self.fault}: {said}"
        path = f"/enterprises/{enterprise.code}/gateways/{self.gateway.code}/conformance"
        (run,) = enterprise.door.items(path)
        found: Json = enterprise.door.ask(f"{path}/{run['id']}", lang="en")
        return found


def register(enterprise: Enterprise, number: int) -> Gateway:
    """A gateway with two points, and its detector's limit."""
    gateway = enterprise.gateway(f"gw-{number}")
    gas, level = f"GT-{number}", f"LI-{number}"
    enterprise.point(
        gas, "combustible_gas", "%LEL", range_low=0, range_high=100, gateway=gateway.code
    )
    enterprise.point(level, "level", "%", range_low=0, range_high=100, gateway=gateway.code)
    enterprise.rule(gas, "H", 25, 2, deadband=1)
    return gateway


def play(stack: Stack, gateway: Gateway, number: int, fault: str) -> Playing:
    """It goes on the bench with this fault."""
    words = [str(PARKWATCH), "sim", "conformance", "--enterprise", gateway.enterprise]
    words += ["--gateway", gateway.code, "--fault", fault, "--tag", f"GT-{number}"]
    words += ["--duration", str(DURATION_S), "--cut", str(CUT_S), "--period", str(PERIOD_S)]
    words += ["--url", stack.url, "--port", str(gateway.mqtt_port)]
    secrets = {
        "PARKWATCH_GATEWAY_PASSWORD": gateway.password,
        "PARKWATCH_USER_PASSWORD": stack.admin_password,
    }
    process = subprocess.Popen(
        words,
        cwd=stack.folder,
        env=os.environ | secrets,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Playing(fault, gateway, process)


def try_all(stack: Stack, park: Park, faults: list[str]) -> tuple[Enterprise, dict[str, Json]]:
    enterprise = park.enterprise()
    gateways = [register(enterprise, number) for number in range(len(faults))]
    enterprise.in_force()
    playing = [
        play(stack, gateway, number, fault)
        for number, (gateway, fault) in enumerate(zip(gateways, faults, strict=True))
    ]
    return enterprise, {each.fault: each.result(enterprise) for each in playing}


def assert_as_it_should(fault: str, found: Json) -> None:
    marks = {item["item"]: item["mark"] for item in found["items"]}
    codes = {item["item"]: (item["code"], item["text"]) for item in found["items"]}
    if fault == "none":
        assert set(marks.values()) == {"passed"}, f"{codes}"
        assert found["outcome"] == "passed"
        return
    item, code = FAILS[fault]
    failed = {name for name, mark in marks.items() if mark == "failed"}
    assert failed == {item}, f"{fault}: {codes}"
    assert codes[item][0] == code, f"{fault}: {codes}"
    others = {mark for name, mark in marks.items() if name != item}
    assert others == ({"not_tried"} if fault == "credentials" else {"passed"}), f"{fault}: {codes}"
    assert found["outcome"] == "failed"


def assert_is_a_record(found: Json) -> None:
    assert hashlib.sha256(found["record"].encode()).hexdigest() == found["sha256"]
    record = json.loads(found["record"])
    assert [each["mark"] for each in record["items"]] == [each["mark"] for each in found["items"]]
    assert all(each["zh"] and each["en"] for each in record["items"])


def assert_its_alarms_are_exercises(enterprise: Enterprise) -> None:
    """On every screen, on record, and in no figure."""

    def recorded() -> list[Json]:
        found = [each for each in enterprise.alarms() if each["condition"] == "H"]
        return found if found and all(each["recorded"] for each in found) else []

    alarms = eventually(recorded, 15.0, "the exercise is on record")
    assert {each["exercise"] for each in alarms} == {True}
    counted = enterprise.door.ask("/statistics/alarms", enterprise=enterprise.code)
    assert all(each["condition"] != "H" for each in counted["top_ten"])


def test_the_good_one_passes_and_a_bad_one_fails_for_its_own_reason(
    stack: Stack, park: Park
) -> None:
    enterprise, found = try_all(stack, park, ["none", "qos0", "no-resend"])
    for fault, each in found.items():
        assert_as_it_should(fault, each)
        assert_is_a_record(each)
    assert_its_alarms_are_exercises(enterprise)


@pytest.mark.long
def test_each_fault_fails_its_own_item_and_no_other(stack: Stack, park: Park) -> None:
    _, found = try_all(stack, park, ["none", *FAILS])
    for fault, each in found.items():
        assert_as_it_should(fault, each)
        assert_is_a_record(each)
