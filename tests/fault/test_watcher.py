"""The watcher notices that the chain is dead, whichever part of it died, and says when it lives again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg
import pytest

from services.domain.canary import ENTERPRISE, TAG
from tests.living import processes
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.processes import Process
from tests.living.receiver import Receiver
from tests.living.stack import Stack, living

pytestmark = [pytest.mark.stack, pytest.mark.patient]

BOUND_S = 30.0
HERE = {"OUTGOING_NETWORKS": "127.0.0.1/32"}
QUICK = {"WATCH_INTERVAL_S": "1", "WATCH_SILENCE_S": "4", **HERE}
QUICK_BOUND_S = 7.0
LIVES_AGAIN_S = 60.0


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Where the webhook goes."""
    with Receiver() as made:
        yield made


@pytest.fixture(scope="module")
def watched(receiver: Receiver) -> Iterator[Stack]:
    """A stack whose canary sings each second."""
    with living(WATCH_WEBHOOK=receiver.url, **QUICK) as stack:
        sings(stack)
        yield stack


def age_s(stack: Stack) -> float:
    """Of the canary, by the api."""
    found = httpx2.get(f"{stack.url}/canaryz", verify=NO_TLS, timeout=5.0).json()["age_s"]
    assert isinstance(found, float)
    return found


def sings(stack: Stack, within_s: float = LIVES_AGAIN_S) -> None:
    """Wait until the canary comes out."""

    def heard() -> bool:
        try:
            found = httpx2.get(f"{stack.url}/canaryz", verify=NO_TLS, timeout=5.0).json()
        except httpx2.HTTPError:
            return False
        return any(each["returned"] for each in found["passes"]) and found["age_s"] < 3.0

    eventually(heard, within_s, f"the canary comes out{stack.said()}")


@contextmanager
def frozen(process: Process) -> Iterator[None]:
    process.send(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send(signal.SIGCONT)


def broker_of(stack: Stack) -> Process:
    (found,) = [each for each in stack.processes() if "nats-server" in each.command]
    return found


def supervisor_of(stack: Stack) -> Process:
    assert stack.supervisor is not None
    return Process(stack.supervisor.pid, "")


PARTS: dict[str, Callable[[Stack], Process]] = {
    "broker": broker_of,
    "alerts": lambda stack: stack.service("alerts"),
    "api": lambda stack: stack.service("api"),
    "supervisor": supervisor_of,
}


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, marks=[] if part in ("alerts", "supervisor") else [pytest.mark.long])
        for part in PARTS
    ],
)
def test_whatever_of_the_chain_stands_still_is_screamed_about(
    watched: Stack, receiver: Receiver, part: str
) -> None:
    sings(watched)
    receiver.forget()
    subject = "supervisor" if part == "supervisor" else "chain"
    with frozen(PARTS[part](watched)):
        scream = receiver.wait("scream", subject, QUICK_BOUND_S)
        assert scream["installation"].endswith(str(watched.data_dir))
        if part in ("broker", "api"):
            assert scream["stage"] == part
        if part == "alerts":
            assert (scream["stage"], scream["grade"]) == ("engine", 1)
    receiver.wait("well", subject, LIVES_AGAIN_S)
    sings(watched)


def test_alarms_do_not_wait_for_what_is_stored_and_neither_does_the_canary(
    watched: Stack, receiver: Receiver
) -> None:
    sings(watched)
    receiver.forget()
    with watched.frozen_database(), frozen(watched.service("ingest")):
        time.sleep(QUICK_BOUND_S + 3.0)
        assert receiver.got == []
        assert age_s(watched) < 3.0
    sings(watched)


@pytest.mark.long
def test_an_engine_that_dies_again_and_again_is_screamed_about(
    watched: Stack, receiver: Receiver
) -> None:
    """The supervisor starts it again each time; it never comes to judge anything."""
    sings(watched)
    receiver.forget()
    deadline = time.monotonic() + 2 * QUICK_BOUND_S
    while time.monotonic() < deadline and not receiver.has("scream", "chain"):
        for process in processes.services(watched.processes(), "alerts"):
            process.send(signal.SIGKILL)
        time.sleep(0.1)
    assert receiver.has("scream", "chain")
    receiver.wait("well", "chain", LIVES_AGAIN_S + 30.0)


def test_the_canary_is_in_no_list_count_record_or_figure(watched: Stack) -> None:
    """Every GET of the api that needs no name, every metric, every table."""
    sings(watched)
    # The canary does not wait for the database, which may have been frozen a moment ago.
    eventually(
        lambda: httpx2.get(f"{watched.url}/readyz", verify=NO_TLS).json()["degraded"] == [],
        20.0,
        "all is well again",
    )
    park = Park(watched)
    paths = park.admin.http.get("/openapi.json").json()["paths"]
    asked = 0
    for path, methods in paths.items():
        if "get" in methods and "{" not in path:
            text = park.admin.http.get(path.removeprefix("/api/v1")).text
            assert not names_it(text), path
            asked += 1
    assert asked > 15
    metrics = httpx2.get(f"{watched.url}/metrics", verify=NO_TLS).text
    assert not names_it(metrics.replace("parkwatch_canary_", "its age: "))
    counted = [line for line in metrics.splitlines() if line.startswith("parkwatch_readings_total")]
    assert counted
    assert all(line.endswith(" 0.0") for line in counted), "nobody but the canary ever spoke"
    refused = park.admin.http.post("/enterprises", json={"code": "_Canary", "name": "x"})
    assert refused.status_code == 409, refused.text
    park.close()
    with connected(watched) as connection:
        for table, column in columns(connection):
            assert rows_with_it(connection, table, column) == 0, f"{table}.{column}"
        for table in ("reading", "alarm", "journal", "point_state", "dead_letter", "gateway_event"):
            (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (None,)
            assert rows == 0, table


def names_it(text: str) -> bool:
    return ENTERPRISE in text or TAG in text


Connection = psycopg.Connection[tuple[Any, ...]]


def connected(stack: Stack) -> Connection:
    secret = (stack.data_dir / "secrets" / "postgres").read_text().strip()
    place = f"host=127.0.0.1 port={stack.db_port} dbname=parkwatch user=postgres"
    return psycopg.connect(f"{place} password={secret}", autocommit=True)


def columns(connection: Connection) -> list[tuple[Any, ...]]:
    """Each column of each table of ours that could hold the name."""
    return connection.execute(
        "SELECT format('%I.%I', table_schema, table_name), format('%I', column_name)"
        " FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name)"
        " WHERE table_type = 'BASE TABLE' AND table_schema = 'public'"
        " AND data_type IN ('text', 'jsonb', 'json', 'character varying')"
    ).fetchall()


def rows_with_it(connection: Connection, table: str, column: str) -> int:
    query = f"SELECT count(*) FROM {table} WHERE {column}::text LIKE ANY (%s)"
    like = [f"%{ENTERPRISE.replace('_', chr(92) + '_')}%", f"%{TAG}%"]
    (found,) = connection.execute(query, (like,)).fetchone() or (0,)
    return int(found)


def test_within_half_a_minute_as_it_is_set_out_of_the_box() -> None:
    """The bound itself: the supervisor and with it everything is killed, the watcher survives."""
    with Receiver() as receiver, living(WATCH_WEBHOOK=receiver.url, **HERE) as stack:
        sings(stack)
        assert stack.supervisor is not None
        killed = time.monotonic()
        os.kill(stack.supervisor.pid, signal.SIGKILL)
        stack.supervisor.wait()
        scream = receiver.wait("scream", "chain", BOUND_S)
        assert time.monotonic() - killed <= BOUND_S
        assert scream["stage"] in ("broker", "api")
        receiver.wait("scream", "supervisor", BOUND_S)
        left = stack.assert_only_the_watcher_is_left(1.0)
        Stack.running.remove(stack)

        stack.start()
        receiver.wait("well", "chain", LIVES_AGAIN_S)
        eventually(lambda: left.state in "Z-", 10.0, "the old watcher gave way")
        assert stack.service("watcher").pid != left.pid
