"""The real database and the real broker: made, guarded, ended, killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.runtime.settings import inherited_environment
from services.stack.cache import Cache, engines_home
from services.stack.host import machine
from services.stack.packages import MOSQUITTO
from tests.integration.stack.running import Engines, folder

pytestmark = pytest.mark.stack

CLIENTS = Cache(engines_home(inherited_environment())).path(MOSQUITTO.entry(machine())) / "usr/bin"


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with folder("厂区 data") as data:
        running = Engines(data).start()
        yield running
        assert running.end() == 0
        running.eventually_gone(within=0)


@pytest.fixture
def own() -> Iterator[Engines]:
    """One that the test may kill."""
    with folder() as data:
        running = Engines(data)
        yield running
        running.end(signal.SIGKILL)
        running.eventually_gone()


def query(engines: Engines, service: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(engines.value(service, "DATABASE_URL"), connect_timeout=5) as connection:
        # The api's role sees and changes what its transaction names; here, the whole park's.
        connection.execute("SET LOCAL parkwatch.tenant = '*'")
        return connection.execute(statement.encode()).fetchall()


def publish(engines: Engines, user: str, password: str, topic: str) -> int:
    command = [str(CLIENTS / "mosquitto_pub"), "-p", engines.settings["MQTT_PORT"], "-u", user]
    words = ["-P", password, "-q", "1", "-t", topic, "-m", "x"]
    return subprocess.run([*command, *words], capture_output=True, check=False).returncode


def test_each_service_has_a_role_of_its_own(engines: Engines) -> None:
    for service in ("ingest", "alerts", "api"):
        assert query(engines, service, "SELECT current_user") == [(f"pw_{service}",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(engines, "ingest", "DELETE FROM reading RETURNING 1")


def test_readings_are_in_a_hypertable(engines: Engines) -> None:
    named = "SELECT hypertable_name FROM timescaledb_information.hypertables"
    assert ("reading",) in query(engines, "api", named)


def test_a_commit_is_on_the_disk_when_it_is_answered(engines: Engines) -> None:
    assert query(engines, "ingest", "SHOW synchronous_commit") == [("on",)]
    assert query(engines, "ingest", "SHOW fsync") == [("on",)]


def test_no_one_comes_in_without_the_right_password(engines: Engines) -> None:
    url = engines.value("ingest", "DATABASE_URL")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url, password="x", connect_timeout=5)
    assert publish(engines, "svc-ingest", "wrong", "pw/int/v1/status/ingest") != 0
    password = (engines.data / "secrets" / "svc-ingest").read_text().strip()
    assert publish(engines, "svc-ingest", password, "pw/int/v1/status/ingest") == 0


def test_only_the_api_is_told_how_to_let_gateways_in(engines: Engines) -> None:
    assert engines.value("api", "BROKER_USERS_FILE") == str(engines.data / "broker/gateways.conf")
    before_api = "".join(engines.said[: engines.said.index("# api\n")])
    for secret in ("BROKER_ADMIN_URL", "BROKER_USERS_FILE", "BROKER_LOG_FILE", "TOKEN_KEY"):
        assert secret not in before_api


def test_a_second_start_on_the_same_data_says_so_and_stops(engines: Engines) -> None:
    second = Engines(engines.data)
    said = "".join(second.launch())
    assert second.end() == 1
    assert "already runs on" in said
    assert "Traceback" not in said


def test_a_taken_port_is_said_in_one_sentence(engines: Engines, own: Engines) -> None:
    taken = engines.settings["MQTT_PORT"]
    other = Engines(own.data, MQTT_PORT=taken)
    said = other.launch()
    assert other.end() == 1
    assert len(said) == 1
    assert f"Port {taken} on 127.0.0.1, wanted for the gateways' MQTT, is taken" in said[0]


def test_two_stacks_run_side_by_side(engines: Engines, own: Engines) -> None:
    own.start()
    assert query(own, "api", "SELECT 1") == query(engines, "api", "SELECT 1")


def test_killed_it_leaves_no_orphan_and_starts_again_with_its_data(own: Engines) -> None:
    own.start()
    register = "INSERT INTO enterprise (code, name, book_version) VALUES ('acme', 'Acme', 1)"
    query(own, "api", register + " RETURNING code")
    assert own.process is not None
    own.process.kill()
    own.process.wait()
    # At once: the new one waits for the end of what the old one left.
    own.start()
    assert query(own, "api", "SELECT code FROM enterprise") == [("acme",)]


def test_its_whole_group_killed_leaves_no_orphan(own: Engines) -> None:
    own.start()
    assert own.process is not None
    os.killpg(own.process.pid, signal.SIGKILL)
    own.process.wait()
    own.eventually_gone()


def test_a_frozen_database_is_left_alone_and_still_ends_with_the_stack(own: Engines) -> None:
    own.start()
    for pid in postgres_processes(own.pid("database")):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.0)
    assert own.end() == 0
    own.eventually_gone(within=0)


@pytest.mark.parametrize("name", ["database", "broker"])
def test_an_engine_that_dies_comes_back(own: Engines, name: str) -> None:
    own.start()
    first = own.pid(name)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while not serves(own, name, first):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def serves(engines: Engines, name: str, but_not: int) -> bool:
    """Whether another process than that one does the engine's work."""
    try:
        if engines.pid(name) == but_not:
            return False
        if name == "database":
            return query(engines, "api", "SELECT 1") == [(1,)]
    except (OSError, psycopg.OperationalError):
        return False
    password = Path(engines.data / "secrets" / "svc-api").read_text().strip()
    return publish(engines, "svc-api", password, "pw/int/v1/status/api") == 0


def postgres_processes(postmaster: int) -> list[int]:
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *(int(pid) for pid in children)]
