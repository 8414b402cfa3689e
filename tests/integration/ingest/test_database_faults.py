"""The database hinders ingest: locks, one frozen backend, a deadlock, no connection left. Ingest
waits or tries again, says that it does, and stores each reading once."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest

from tests.integration.ingest.test_outages import expect_all, flow
from tests.integration.ingest.test_process_faults import (
    expect_each_once,
    locked,
    send_some,
    waits_for_a_lock,
)
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually, running_ingest

SAID_S = 10.0
"""What is blocked is said to be within this time from when it was."""

OTHER_WITHIN_MS = 5_000
"""Within this time from when a connection stands still another one has stored what came."""

WRITER = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'parkwatch-ingest %'"


def hold(
    engines: Engines, field: Field, tables: Tables, table: str, seconds: float, more: str = ""
) -> None:
    """Let a flow run into a lock on a table, and see that it is said and that all arrives."""
    sent = flow(field, 1)
    expect_all(tables, sent, 20)
    with locked(engines, table):
        began = time.monotonic()
        sent += flow(field, 1, sent)
        field.await_status(lambda status: not status.db_ok, SAID_S - (time.monotonic() - began))
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    sent += flow(field, 1, sent)
    expect_all(tables, sent, 60)
    field.await_status(lambda status: status.db_ok, 20)


@pytest.mark.patient
def test_a_lock_on_the_readings_is_said_and_waited_for(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    hold(engines, field, tables, "reading", 0)


@pytest.mark.long
def test_a_minutes_lock_on_the_readings(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    hold(engines, field, tables, "reading", 60)


def test_no_new_chunk_can_be_made_for_a_while(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    """A late back-fill over many days needs a chunk for each, while a job holds the table."""
    now = int(time.time() * 1000)
    with locked(engines, "reading", "SHARE UPDATE EXCLUSIVE"):
        for days in range(1, 31):
            values = [
                {"ts": now - days * 86_400_000 - n, "values": {"GT-101": n}} for n in range(9)
            ]
            field.send_later(values)
        eventually(lambda: waits_for_a_lock(tables))
        time.sleep(2)
    eventually(lambda: tables.count("reading") == 270, 60)
    assert tables.count("dead_letter") == 0
    assert tables.rows("SELECT count(DISTINCT measured_at::date) >= 30 FROM reading") == [(True,)]
    field.await_status(lambda status: status.db_ok, 20)


@pytest.mark.patient
def test_one_frozen_backend_is_left_for_another_connection(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    send_some(field, 1)
    eventually(lambda: tables.count("reading") == 2)
    ((pid,),) = tables.rows(WRITER)
    os.kill(pid, signal.SIGSTOP)
    stopped_at = now_ms()
    try:
        send_some(field, 20)
        stored = field.await_status(lambda status: (status.commit_at or 0) > stopped_at, 40)
        assert stored.commit_at is not None
        assert stored.commit_at - stopped_at <= OTHER_WITHIN_MS
        expect_each_once(tables, 20)
        assert [found for (found,) in tables.rows(WRITER) if found != pid]
    finally:
        os.kill(pid, signal.SIGCONT)
    field.await_status(lambda status: status.db_ok, 20)
    assert tables.rows("SELECT count(*) FROM reading") == [(40,)]


def test_the_victim_of_a_deadlock_tries_again(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    """A batch takes its ledger first and the figures of the day last; somebody does the reverse."""
    send_some(field, 1)
    eventually(lambda: tables.count("reading") == 2)
    before = deadlocks(tables)
    with psycopg.connect(engines.superuser_url) as connection:
        connection.execute("SET deadlock_timeout = '60s'")
        connection.execute("SELECT FROM gateway_day FOR UPDATE")
        send_some(field, 20)
        eventually(lambda: waits_for_a_lock(tables))
        connection.execute("SELECT FROM gateway_ledger FOR UPDATE")
        connection.rollback()
    expect_each_once(tables, 20)
    eventually(lambda: deadlocks(tables) > before, 20)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def deadlocks(tables: Tables) -> int:
    ((count,),) = tables.rows("SELECT sum(deadlocks) FROM pg_stat_database")
    return int(count)


@contextmanager
def every_connection(engines: Engines) -> Iterator[int]:
    """Somebody with the consoles' own role opens as many connections as he gets; how many."""
    with ExitStack() as held:
        count = 0
        try:
            while count < 200:
                opened: psycopg.Connection[Any] = psycopg.connect(engines.database_url("api"))
                held.enter_context(opened)
                count += 1
        except psycopg.OperationalError:
            pass
        yield count


def test_however_many_connections_the_consoles_take_ingest_has_its_own(
    engines: Engines, tables: Tables, field: Field
) -> None:
    with every_connection(engines) as taken:
        assert 10 < taken < 50
        with running_ingest(engines):
            field.await_status(lambda status: status.ready and status.db_ok, 45)
            send_some(field, 5)
            expect_each_once(tables, 5)


def test_what_is_committed_is_on_the_disk_and_a_disk_that_fails_stops_the_database(
    tables: Tables,
) -> None:
    """PostgreSQL panics at an error of fsync, and recovers from its log: nobody turned that off."""
    names = ["fsync", "full_page_writes", "synchronous_commit", "data_sync_retry", "data_checksums"]
    found = dict(tables.rows("SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", names))
    assert found == dict.fromkeys(names, "on") | {"data_sync_retry": "off"}
