"""Ingest itself is struck: killed at a chosen moment, paused, blocked, without file descriptors,
flooded. What the field sent is stored once all the same."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.api.database import Database
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.runtime.clock import SystemClock
from tests.integration.ingest.test_outages import expect_all, flow
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually, running_ingest
from tests.living.proxy import Proxy

NOW = int(time.time() * 1000)
READY_S = 45.0
COMES_AGAIN_S = 40.0
SHOWN_WITHIN_S = 30.0
"""That it stands still is shown within this time from when it did."""

BLOCKS_ITS_LOOP = """
import signal, time
from services.ingest.run import main
from services.runtime.settings import Settings

signal.signal(signal.SIGUSR1, lambda *_: time.sleep(10))
main(Settings())
"""


def send_some(field: Field, count: int) -> None:
    """Messages known by their times and, as many, by `boot` and `seq` alone."""
    for number in range(1, count + 1):
        field.send({"ts": NOW + number, "values": {"GT-101": number}})
        field.send({"boot": "b", "seq": number, "values": {"GT-101": -number}})


def expect_each_once(tables: Tables, count: int) -> None:
    """All that `send_some` sent is there, each value once, and nothing is missing."""
    eventually(lambda: tables.count("reading") >= 2 * count, COMES_AGAIN_S)
    assert tables.rows("SELECT count(*), count(DISTINCT value) FROM reading") == [
        (2 * count, 2 * count)
    ]
    assert tables.rows("SELECT FROM gap WHERE opened_at IS NOT NULL") == []


@contextmanager
def locked(
    engines: Engines, table: str, mode: str = "ACCESS EXCLUSIVE"
) -> Iterator[psycopg.Connection[Any]]:
    """Somebody holds this table, for himself alone if nothing else is said."""
    with psycopg.connect(engines.superuser_url) as connection:
        connection.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
        yield connection
        connection.rollback()


def waits_for_a_lock(tables: Tables) -> bool:
    return bool(
        tables.rows(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name LIKE 'parkwatch-ingest%'"
        )
    )


def test_killed_between_commit_and_acknowledgement(
    engines: Engines, tables: Tables, field: Field
) -> None:
    """Its acknowledgements go into a cut cable: the broker gives all of it again."""
    with Proxy(engines.broker("ingest").port) as cable:
        through = cable.address(engines.services["ingest"]["PARKWATCH_MQTT_URL"])
        with running_ingest(engines, MQTT_URL=through) as ingest:
            field.await_status(lambda status: status.ready and status.db_ok, READY_S)
            # One batch, however slow the field: it hears all of it at once when it goes on.
            os.kill(ingest.process.pid, signal.SIGSTOP)
            send_some(field, 20)
            with engines.frozen_database():
                os.kill(ingest.process.pid, signal.SIGCONT)
                # All of it: what it had not heard before the cut is given to it once, not again.
                field.await_status(lambda status: sum(status.in_flight.values()) == 40, 20)
                cable.cut()
            eventually(lambda: tables.count("reading") == 40, 20)
            ingest.kill()
    with running_ingest(engines):
        # What comes again may have come to the one that is killed, just before.
        again = "SELECT FROM gateway_day HAVING sum(duplicates) >= 40 AND sum(stored) = 40"
        eventually(lambda: tables.rows(again), COMES_AGAIN_S)
        expect_each_once(tables, 20)


def test_killed_between_reading_and_commit(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    """In the middle of its transaction: nothing of it is there, and all of it comes again."""
    with locked(engines, "reading"):
        send_some(field, 20)
        eventually(lambda: waits_for_a_lock(tables))
        ingest.kill()
    assert tables.count("reading") == 0
    ingest.restart()
    expect_each_once(tables, 20)


def pause(field: Field, tables: Tables, ingest: Ingest, seconds: float) -> None:
    """Let it stand still in a flow of messages."""
    sent = flow(field, 1)
    os.kill(ingest.process.pid, signal.SIGSTOP)
    sent += flow(field, 1, sent)
    time.sleep(seconds - 2)
    sent += flow(field, 1, sent)
    os.kill(ingest.process.pid, signal.SIGCONT)
    sent += flow(field, 1, sent)
    expect_all(tables, sent, 60)
    assert ingest.process.poll() is None, "it is the same process, and not started again"
    field.await_status(lambda status: status.ready and status.db_ok, 30)
    assert tables.rows("SELECT FROM gateway_event WHERE kind = 'session_lost'") == []


def test_paused_for_longer_than_the_broker_waits_for_an_acknowledgement(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    pause(field, tables, ingest, 7)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [5, 45, 120])
def test_paused_for_longer_than_its_keep_alive(
    ingest: Ingest, field: Field, tables: Tables, seconds: int
) -> None:
    pause(field, tables, ingest, seconds)


def test_without_file_descriptors_it_waits_says_so_and_goes_on(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    """Its connections to the database end, and it can open no other."""
    pid = ingest.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    tables.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'parkwatch%'"
    )
    send_some(field, 10)
    field.await_status(lambda status: not status.db_ok, 20)
    assert tables.count("reading") == 0
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)

    expect_each_once(tables, 10)
    assert ingest.process.poll() is None
    field.await_status(lambda status: status.db_ok, 20)


def test_blocked_for_ten_seconds_it_is_silent_and_loses_nothing(
    engines: Engines, tables: Tables, field: Field
) -> None:
    """While its thread goes on hearing the broker. Its silence is what others tell it by."""
    environment = {**os.environ, **engines.services["ingest"]}
    environment["PARKWATCH_DATA_DIR"] = str(engines.data_dir)
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKS_ITS_LOOP], cwd=REPOSITORY, env=environment
    )
    clock = SystemClock()
    vitals = Vitals(clock, Database(engines.database_url("api"), clock), Replica())
    try:
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        blocked_at = time.monotonic()
        process.send_signal(signal.SIGUSR1)
        time.sleep(1.5)
        for each in field.statuses:
            vitals.hear(each)
        assert vitals.is_ready("ingest")
        field.statuses.clear()
        send_some(field, 20)
        left_s = SHOWN_WITHIN_S - (time.monotonic() - blocked_at)
        eventually(lambda: not vitals.is_ready("ingest"), left_s)
        assert field.statuses == []
        assert tables.count("reading") == 0
        expect_each_once(tables, 20)
        field.await_status(lambda status: status.ready and status.db_ok, 20)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait(10)


def memory_mib(pid: int) -> float:
    """What it ever held at once, in MiB."""
    (line,) = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in line
    ]
    return int(line.split()[1]) / 1024


@pytest.mark.long
def test_a_flood_that_nobody_can_store_stays_with_the_broker(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    """400 MB of messages while the database stands still: our queue ends at 128 MiB."""
    text = "x" * 100_000
    with engines.frozen_database():
        for number in range(4_000):
            field.send_later({"ts": NOW + number, "values": {"GT-101": number}, "note": text})
            if number % 50 == 0:
                time.sleep(0.05)
        field.send(b"the last")
        time.sleep(5)
        held = memory_mib(ingest.process.pid)
    eventually(lambda: tables.count("reading") == 4_000, 200)
    assert ingest.process.poll() is None
    print(f"held at most {held:.0f} MiB")
    assert held < 300, f"{held:.0f} MiB"
