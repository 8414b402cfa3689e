"""A gateway over its rate, a poison flood, and a kill in the middle: nothing lost, nothing twice."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually, running_ingest

NOW = int(time.time() * 1000)
RATE = 20
"""Readings a second and gateway: 1,200 a minute go straight in."""

NOISY, QUIET = "pw/v1/acme/noisy/telemetry", "pw/v1/acme/quiet/telemetry"


@pytest.fixture
def limited(engines: Engines, tables: Tables, field: Field) -> Iterator[Ingest]:
    """Ingest with a small rate."""
    tables.run("TRUNCATE gateway_event, gateway_condition")
    with running_ingest(engines, GATEWAY_RATE=str(RATE)) as found:
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
        yield found


def message(number: int, readings: int) -> list[dict[str, object]]:
    """One message with so many values of GT-101, each with an instant of its own."""
    start = NOW - 600_000 + number * 1000
    return [{"ts": start + each, "values": {"GT-101": number}} for each in range(readings)]


def test_what_is_over_the_rate_is_stored_apart_counted_shown_and_taken_in_once(
    limited: Ingest, field: Field, tables: Tables
) -> None:
    messages, each = 60, 50
    for number in range(messages):
        field.send_later(message(number, each), NOISY)
    field.send({"ts": NOW, "values": {"GT-101": -1}}, QUIET)

    eventually(lambda: tables.rows("SELECT FROM reading WHERE value = -1"), 10)
    eventually(lambda: tables.count("reading") == messages * each + 1, 60)

    assert tables.count("diverted") == 0
    eventually(lambda: tables.rows("SELECT FROM gateway_event WHERE kind = 'over_rate'"), 10)
    ((gateway, count),) = tables.rows(
        "SELECT gateway, count FROM gateway_event WHERE kind = 'over_rate'"
    )
    assert gateway == "noisy"
    assert count == messages * each - RATE * 60
    (figures,) = tables.rows(
        "SELECT sum(received), sum(stored), sum(apart) FROM gateway_day WHERE gateway = 'noisy'"
    )
    assert [int(each) for each in figures] == [messages * each, messages * each, 0]


def test_killed_while_it_diverts_and_takes_in_each_reading_is_there_once(
    limited: Ingest, field: Field, tables: Tables
) -> None:
    messages, each = 120, 50

    def send() -> None:
        for number in range(messages):
            field.send_later(message(number, each), NOISY)

    sent = threading.Thread(target=send)
    sent.start()
    for _ in range(3):
        time.sleep(0.7)
        limited.kill()
        limited.restart()
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
    sent.join()

    eventually(lambda: tables.count("reading") == messages * each, 90)
    field.await_status(lambda status: status.detail.endswith("; 0 waiting"), 30)
    assert tables.count("diverted") == 0
    assert tables.count("reading") == messages * each
    assert tables.count("dead_letter") == 0


def test_messages_without_a_time_of_their_own_are_diverted_and_stored_once(
    limited: Ingest, field: Field, tables: Tables
) -> None:
    for number in range(25):
        field.send_later(message(number, 50), NOISY)
    for number in range(50):
        field.send_later({"boot": "b", "seq": number, "values": {"GT-101": number}}, NOISY)
    eventually(lambda: tables.count("reading") > 25 * 40, 30)
    limited.kill()
    limited.restart()

    eventually(
        lambda: tables.rows("SELECT FROM reading WHERE flags & 4 > 0 HAVING count(*) = 50"), 60
    )
    eventually(lambda: tables.count("reading") == 25 * 50 + 50, 30)


def test_a_poison_flood_is_flagged_and_its_neighbour_does_not_wait(
    limited: Ingest, field: Field, tables: Tables
) -> None:
    stop = threading.Event()
    sent = 0

    def flood() -> None:
        nonlocal sent
        while not stop.is_set():
            field.send(b"\xff poison", NOISY)
            sent += 1

    floods = [threading.Thread(target=flood) for _ in range(4)]
    for each in floods:
        each.start()
    try:
        for number in range(20):
            field.send({"ts": NOW + number, "values": {"GT-101": number}}, QUIET)
            eventually(lambda: tables.count("reading") == number + 1, 5)  # noqa: B023
        eventually(
            lambda: tables.rows("SELECT FROM gateway_condition WHERE kind = 'only_poison'"), 5
        )
    finally:
        stop.set()
        for each in floods:
            each.join()

    eventually(
        lambda: tables.rows(
            "SELECT FROM dead_letter_day GROUP BY () HAVING sum(letters + dropped) >= %s", sent
        ),
        30,
    )
    assert tables.rows("SELECT DISTINCT gateway FROM gateway_condition") == [("noisy",)]
    field.send({"ts": NOW + 99, "values": {"GT-101": 99}}, NOISY)
    eventually(lambda: tables.count("gateway_condition") == 0, 10)
    assert tables.count("reading") == 21
