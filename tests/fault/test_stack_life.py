"""One command starts everything, one signal ends it, and a kill loses nothing and leaves the watcher
alone."""

import signal
import socket
import subprocess
from collections.abc import Iterator

import httpx2
import pytest

from tests.living.field import Flow, send
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Park
from tests.living.stack import Stack, living, new_folder
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

GONE_WITHIN_S = 10.0


@pytest.fixture
def unstarted() -> Iterator[Stack]:
    """An installation that nobody has started yet."""
    stack = Stack(new_folder())
    yield stack
    stack.exterminate()
    stack.remove()


def last_words(supervisor: subprocess.Popen[bytes], stack: Stack, within_s: float) -> str:
    """What a start that must fail said before it ended by itself, not well."""
    assert supervisor.wait(within_s) != 0
    return stack.output.read_text()


def test_a_second_start_on_the_same_folder_says_so_and_stops(
    stack: Stack, unstarted: Stack
) -> None:
    unstarted.data_dir = stack.data_dir
    said = last_words(unstarted.launch(), unstarted, 20.0)
    unstarted.data_dir = unstarted.folder / "data"
    assert str(stack.data_dir) in said
    assert "already runs" in said
    assert "Traceback" not in said
    assert httpx2.get(f"{stack.url}/readyz", verify=NO_TLS).status_code == 200


@pytest.mark.parametrize("taken", ["HTTP_PORT", "MQTT_PORT", "DB_PORT"])
def test_a_taken_port_is_one_sentence(unstarted: Stack, taken: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        unstarted.settings = {taken: port}
        said = last_words(unstarted.launch(), unstarted, 60.0)
    assert port in said
    assert taken in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()[-1]) < 300
    unstarted.assert_gone(within_s=1.0)


def test_two_stacks_side_by_side_share_nothing(stack: Stack, park: Park, store: Store) -> None:
    with living() as other:
        other_park = Park(other)
        mine, theirs = park.enterprise("SIDE"), other_park.enterprise("SIDE")
        gateways = mine.gateway(), theirs.gateway()
        for enterprise in (mine, theirs):
            enterprise.gas_detector("GT-1")
        theirs.in_force()
        with Live(park.admin) as here, Live(other_park.admin) as there:
            send(gateways[0], {"GT-1": 30})
            send(gateways[1], {"GT-1": 60})
            here.wait_event("raised", mine.code, "GT-1", 5.0, grade=2)
            there.wait_event("raised", theirs.code, "GT-1", 5.0, grade=1)
            assert here.events(theirs.code) == []
            assert there.events(mine.code) == []
        eventually(lambda: store.reading_count(mine.code) == 1, 10.0, "the reading here")
        eventually(lambda: Store(other).reading_count(theirs.code) == 1, 10.0, "the reading there")
        other_park.close()
    assert httpx2.get(f"{stack.url}/readyz", verify=NO_TLS).status_code == 200


def test_a_killed_supervisor_leaves_the_watcher_alone_and_loses_nothing(unstarted: Stack) -> None:
    stack = unstarted.start()
    store, park = Store(stack), Park(stack)
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    tags = [f"TI-{number}" for number in range(10)]
    for tag in tags:
        enterprise.point(tag, "temperature", "Cel")
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    gas = enterprise.gateway("gas")
    send(gas, {"GT-101": 55})
    with Flow(gateway, tags, every_s=0.02) as flow:
        eventually(lambda: len(flow.sent) > 1_000, 20.0, "a thousand readings acknowledged")
    supervisor = stack.supervisor
    assert supervisor is not None
    supervisor.kill()
    supervisor.wait()
    left = stack.assert_only_the_watcher_is_left(GONE_WITHIN_S)
    park.close()

    stack.start()
    eventually(lambda: left.state in "Z-", 10.0, "the old watcher gives way to the new one")
    assert stack.service("watcher").pid != left.pid
    admin = Door(stack.url, "admin", stack.admin_password)
    with Live(admin) as live:
        alarms = live.heard[0].message["alarms"]
        assert [(a["tag"], a["state"]) for a in alarms] == [("GT-101", "unacknowledged")]
        eventually(
            lambda: store.reading_count(enterprise.code) == len(flow.sent) + 1,
            20.0,
            f"{len(flow.sent) + 1} readings",
        )
        stored = [row for row in store.readings(enterprise.code) if row[0] != "GT-101"]
        assert sorted(stored, key=str) == sorted(flow.sent, key=str)
        send(gas, {"GT-101": 3})
        live.wait_event("returned", enterprise.code, "GT-101", 5.0)
        assert len(admin.items("/alarms", state="all")) == 1
    admin.close()
    stack.stop(signal.SIGTERM)


def test_a_service_that_dies_is_started_again(stack: Stack, park: Park, store: Store) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.point("TI-1", "temperature", "Cel")
    enterprise.in_force()
    for name in ("ingest", "api", "alerts"):
        before = stack.service(name)
        before.send(signal.SIGKILL)
        eventually(
            lambda name=name, pid=before.pid: any(  # type: ignore[misc]
                f"services.{name}" in process.command and process.pid != pid
                for process in stack.processes()
            ),
            10.0,
            f"{name} runs again",
        )
    eventually(lambda: healthy(stack), 40.0, "the stack is ready again")
    send(gateway, {"TI-1": 1})
    eventually(lambda: store.reading_count(enterprise.code) == 1, 20.0, "a reading stored")


def test_ctrl_c_ends_all_of_it(unstarted: Stack) -> None:
    unstarted.start()
    assert len(unstarted.processes()) >= 5
    unstarted.stop(signal.SIGINT)


def healthy(stack: Stack) -> bool:
    """`/readyz` says 200 and nothing is degraded."""
    try:
        answer = httpx2.get(f"{stack.url}/readyz", verify=NO_TLS, timeout=2.0)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200 and not answer.json().get("degraded")
