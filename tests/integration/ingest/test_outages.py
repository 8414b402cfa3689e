"""What the field sends while something is down is stored afterwards, once."""

import os
import signal
import time

import psycopg
import pytest

from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually, running_ingest

PER_SECOND = 200
NOW = int(time.time() * 1000)


def flow(field: Field, seconds: float, first: int = 0) -> int:
    """200 messages a second, each with one reading of its own time and value; how many."""
    start, sent = time.monotonic(), 0
    while (elapsed := time.monotonic() - start) < seconds:
        while sent < elapsed * PER_SECOND:
            number = first + sent
            field.send_later({"ts": NOW + number, "values": {"GT-101": number % 90}})
            sent += 1
        time.sleep(0.01)
    return sent


def expect_all(tables: Tables, sent: int, within_s: float) -> None:
    """Every reading is stored, each once, and nothing else is."""
    eventually(lambda: tables.count("reading") >= sent, within_s)
    assert tables.count("reading") == sent
    assert tables.rows("SELECT count(DISTINCT measured_at) FROM reading") == [(sent,)]
    assert tables.count("dead_letter") == 0


def outage(engines: Engines, field: Field, tables: Tables, seconds: float, within_s: float) -> None:
    sent = flow(field, 1)
    with engines.frozen_database():
        sent += flow(field, seconds, sent)
    sent += flow(field, 1, sent)
    expect_all(tables, sent, within_s)


def test_a_frozen_database_loses_nothing_and_doubles_nothing(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    outage(engines, field, tables, 18, 30)
    field.await_status(lambda status: status.db_ok)


@pytest.mark.long
def test_a_long_freeze_with_more_messages_than_the_window(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    outage(engines, field, tables, 65, 60)


def test_messages_without_a_time_survive_a_freeze(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    with engines.frozen_database():
        for number in range(500):
            field.send_later({"boot": "b", "seq": number, "values": {"GT-101": number}})
            field.send_later({"values": {"GT-101": 1000 + number}})
        time.sleep(12)

    eventually(lambda: tables.count("reading") >= 1000, 30)
    field.await_status(lambda status: "; 0 waiting" in status.detail)
    named = "SELECT count(*), count(DISTINCT value) FROM reading WHERE value < 1000"
    assert tables.rows(named) == [(500, 500)]
    nameless = "SELECT count(DISTINCT value) FROM reading WHERE value >= 1000"
    assert tables.rows(nameless) == [(500,)]
    twice = "SELECT count(*) FROM reading WHERE value >= 1000 AND flags & 8 = 0"
    assert tables.rows(twice) == [(500,)], "a second one is marked as given again by the broker"


def test_a_killed_ingest_loses_nothing_and_doubles_nothing(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    sent = 0
    for _ in range(3):
        sent += flow(field, 0.7, sent)
        ingest.kill()
        sent += flow(field, 0.3, sent)
        ingest.restart()
    expect_all(tables, sent, 30)


def test_a_killed_database_loses_nothing_and_doubles_nothing(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    sent = flow(field, 1)
    os.kill(engines.pids["database"], signal.SIGKILL)
    sent += flow(field, 3, sent)
    eventually(lambda: _answers(tables), 60)
    sent += flow(field, 1, sent)
    expect_all(tables, sent, 30)


def test_a_killed_broker_loses_nothing_that_it_acknowledged(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    for number in range(200):
        field.send({"ts": NOW + number, "values": {"GT-101": 1}})
    os.kill(engines.pids["broker"], signal.SIGKILL)
    expect_all(tables, 200, 40)

    field.await_status(lambda status: status.ready, 30)
    field.send({"ts": NOW + 200, "values": {"GT-101": 1}})
    expect_all(tables, 201, 20)


def test_started_while_the_database_is_frozen_it_hears_the_field_and_stores_later(
    engines: Engines, tables: Tables, field: Field
) -> None:
    with engines.frozen_database(), running_ingest(engines) as ingest:
        field.await_status(lambda status: status.ready and not status.db_ok, 20)
        assert ingest.stop() == 0
    with running_ingest(engines):
        with engines.frozen_database():
            field.await_status(lambda status: status.ready, 20)
            field.send({"ts": NOW, "values": {"GT-101": 1}})
        expect_all(tables, 1, 20)
    assert tables.count("unregistered_tag") == 0


def test_told_to_stop_while_the_database_is_frozen_it_ends_in_time(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    with engines.frozen_database():
        field.send({"ts": NOW, "values": {"GT-101": 1}})
        time.sleep(1)
        assert ingest.stop() == 0
    ingest.restart()
    expect_all(tables, 1, 20)


def _answers(tables: Tables) -> bool:
    try:
        return tables.count("book") == 1
    except psycopg.OperationalError:
        return False
