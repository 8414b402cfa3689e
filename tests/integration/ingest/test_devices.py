"""Gateways that misbehave as real ones do: restarts, twins, an emptied buffer; and a broker that
stands still under all of them."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.ingest.test_outages import expect_all, flow
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually

NOW = int(time.time() * 1000)


def test_a_gateway_that_restarts_counts_anew_and_nothing_is_missing(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    for boot in range(3):
        for seq in range(1, 11):
            field.send({"boot": f"b{boot}", "seq": seq, "values": {"GT-101": boot * 10 + seq}})
    eventually(lambda: tables.count("reading") == 30)
    time.sleep(12)
    assert tables.count("gap") == 0
    assert tables.rows("SELECT sum(stored), sum(duplicates) FROM gateway_day") == [(30, 0)]


def test_two_devices_under_one_name_lose_neither_ones_readings(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    """A copied configuration: the same `boot` and the same numbers, other times and values. Each
    reading has a time of its own, so both are kept; the numbers that came twice are counted."""
    for seq in range(1, 51):
        for twin in (0, 1):
            ts = NOW + 2 * seq + twin
            field.send_later({"ts": ts, "boot": "b", "seq": seq, "values": {"GT-101": twin}})
    eventually(lambda: tables.count("reading") == 100)
    assert tables.rows("SELECT repeats FROM gateway_ledger") == [(50,)]
    assert tables.count("gap") == 0


def test_ten_thousand_buffered_messages_come_in_at_once(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    """An hour of an edge buffer as fast as the line gives it: stored once, and nobody is cut."""
    start = NOW - 10_000_000
    for first in range(1, 10_001, 20):
        field.send_later(
            [
                {"ts": start + seq * 1000, "boot": "b", "seq": seq, "values": {"GT-101": seq % 90}}
                for seq in range(first, first + 20)
            ]
        )
    eventually(lambda: tables.count("reading") == 10_000, 90)
    field.await_status(lambda status: status.detail.endswith("; 0 waiting"), 30)
    assert tables.rows("SELECT count(DISTINCT measured_at) FROM reading") == [(10_000,)]
    assert tables.count("gap") == 0
    assert tables.rows("SELECT FROM gateway_condition WHERE kind = 'cut'") == []


@contextmanager
def frozen_broker(engines: Engines) -> Iterator[None]:
    """The broker stands still; its connections stay."""
    pid = engines.pids["broker"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def stand_still(engines: Engines, field: Field, tables: Tables, seconds: float) -> None:
    """Let gateways go on sending into a broker that does not move."""
    sent = flow(field, 1)
    with frozen_broker(engines):
        sent += flow(field, 1, sent)
        time.sleep(seconds - 1)
        assert field.unanswered() > 0, "what waits is with the gateways"
    sent += flow(field, 1, sent)
    expect_all(tables, sent, 60)
    field.await_status(lambda status: status.ready and status.db_ok, 30)
    eventually(lambda: field.unanswered() == 0, 30)
    told = "SELECT kind FROM gateway_event WHERE kind IN ('session_lost', 'gateway_offline')"
    assert tables.rows(told) == []


def test_a_broker_that_stands_still_for_a_moment_costs_nothing(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    stand_still(engines, field, tables, 6)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_broker_that_stands_still_for_a_minute_costs_nothing(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    stand_still(engines, field, tables, 60)
