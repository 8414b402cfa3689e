"""Losses over the real broker and database: found, told, filled; and figures that add up."""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from services.api.broker_access import BrokerAccess, username
from services.api.password import new_gateway_password
from services.store import register
from services.wire.bus import Status
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import (
    Field,
    Ingest,
    Tables,
    eventually,
    forget_session,
    running_ingest,
)

NOW = int(time.time() * 1000)
FOUND_S = 60.0
"""What is missing is found within this time; after its grace, in fact."""


def let_in(engines: Engines, name: str) -> str:
    """Let a gateway of acme in at the broker, and nobody else's; its password."""
    settings = engines.services["api"]
    access = BrokerAccess(
        Path(settings["PARKWATCH_BROKER_USERS_FILE"]), settings["PARKWATCH_BROKER_ADMIN_URL"]
    )
    password, hashed = new_gateway_password()
    now = datetime.now(UTC)
    gateway = register.Gateway("acme", name, username("acme", name), hashed, now, None)
    asyncio.run(access.put([gateway]))
    return password


class Gateway:
    """A gateway's ear: the acks on its downlink, with the moment they came."""

    def __init__(self, engines: Engines, name: str) -> None:
        self.acks: list[tuple[float, dict[str, Any]]] = []
        address = engines.broker("api")
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(f"acme.{name}", let_in(engines, name))
        self._client.on_message = self._hear
        self._client.connect(address.host, address.port)
        granted = threading.Event()
        self._client.on_subscribe = lambda *_: granted.set()
        self._client.loop_start()
        self._client.subscribe(f"pw/down/v1/acme/{name}/ack")
        assert granted.wait(5)

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.acks.append((time.monotonic(), json.loads(message.payload)))

    def last(self) -> dict[str, Any] | None:
        return self.acks[-1][1] if self.acks else None

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def gateway(engines: Engines) -> Iterator[Gateway]:
    found = Gateway(engines, "gw1")
    yield found
    found.close()


def message(seq: int, boot: str = "f3a9") -> dict[str, Any]:
    return {"ts": NOW + seq, "boot": boot, "seq": seq, "values": {"GT-101": seq % 90}}


def gaps(tables: Tables) -> list[tuple[Any, ...]]:
    return tables.rows(
        "SELECT from_seq, to_seq, closed_at IS NULL FROM gap WHERE opened_at IS NOT NULL ORDER BY 1"
    )


def events(tables: Tables, kind: str) -> list[tuple[Any, ...]]:
    query = "SELECT gateway, detail FROM gateway_event WHERE kind = %s ORDER BY id"
    return tables.rows(query, kind)


def figures(tables: Tables) -> tuple[int, int, int]:
    """Received, stored and duplicate readings of all gateways; each row must add up."""
    rows = tables.rows(
        "SELECT received, stored, duplicates, dead_letters, waiting, apart, not_kept"
        " FROM gateway_day"
    )
    assert all(row[0] == sum(row[1:]) for row in rows), rows
    received, stored, duplicates = (sum(row[n] for row in rows) for n in range(3))
    return received, stored, duplicates


def test_what_is_missing_is_asked_for_found_and_closed_by_late_data(
    ingest: Ingest, field: Field, tables: Tables, gateway: Gateway
) -> None:
    for seq in (1, 2, 5):
        field.send(message(seq))
    wanted = {"boot": "f3a9", "seq": 5, "missing": [[3, 4]]}
    eventually(lambda: gateway.last() == wanted)

    eventually(lambda: gaps(tables) == [(3, 4, True)], FOUND_S)
    assert events(tables, "messages_missing") == [("gw1", "'f3a9' 3-4")]

    field.send(message(4))
    eventually(lambda: gaps(tables) == [(3, 3, True)])
    field.send(message(3))
    eventually(lambda: gaps(tables) == [(3, 3, False)])
    eventually(lambda: gateway.last() == {"boot": "f3a9", "seq": 5, "missing": []})
    assert figures(tables) == (5, 5, 0)


def test_acks_come_at_most_once_a_second_and_the_last_says_it_all(
    ingest: Ingest, field: Field, tables: Tables, gateway: Gateway
) -> None:
    for seq in range(1, 41):
        field.send(message(seq))
        time.sleep(0.06)
    field.send({"ts": NOW, "values": {"GT-101": 1}}, "pw/v1/acme/gw2/telemetry")

    eventually(lambda: gateway.last() == {"boot": "f3a9", "seq": 40, "missing": []})
    moments = [at for at, _ in gateway.acks]
    between = [b - a for a, b in itertools.pairwise(moments)]
    assert len(moments) >= 3
    assert min(between) > 0.9


@contextmanager
def looking(tables: Tables) -> Iterator[list[int]]:
    """Somebody who adds the figures up all the while; how many times it was done."""
    stop, looks, wrong = threading.Event(), [0], list[BaseException]()

    def look() -> None:
        while not stop.is_set():
            try:
                figures(tables)
            except AssertionError as error:
                wrong.append(error)
            looks[0] += 1
            stop.wait(0.05)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()
    assert not wrong


def test_the_figures_add_up_all_the_while_and_across_kills(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    seq = 0
    with looking(tables) as looks:
        for _ in range(3):
            for _ in range(150):
                seq += 1
                field.send_later(message(seq))
                field.send_later({"ts": NOW - seq, "values": {"NEW": seq, "GT-101": True}})
                time.sleep(0.004)
            ingest.kill()
            field.send(b"poison")
            field.send(message(seq - 5))
            ingest.restart()
        eventually(lambda: tables.count("reading") == seq, 40)
        status = field.await_status(lambda found: found.ready and "; 0 waiting" in found.detail, 40)
    assert status.in_flight == {}
    assert looks[0] > 20

    rows = tables.rows(
        "SELECT sum(received), sum(stored), sum(duplicates), sum(dead_letters), sum(waiting)"
        " FROM gateway_day"
    )
    ((received, stored, duplicates, dead_letters, waiting),) = rows
    once = seq + 2 * seq + 3 + 3
    assert (stored, waiting) == (seq, seq)
    assert received >= once, "all that was sent was received, some of it again"
    assert duplicates >= 3
    assert dead_letters >= seq + 3
    assert received - once == (duplicates - 3) + (dead_letters - seq - 3)

    time.sleep(11)
    assert gaps(tables) == [], "what came again in another order is no loss"
    ((highest, first),) = tables.rows("SELECT highest_seq, first_seq FROM gateway_ledger")
    assert (first, highest) == (1, seq)


def test_while_the_database_is_frozen_what_was_read_is_in_flight(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    with engines.frozen_database():
        for seq in range(1, 21):
            field.send(message(seq))

        def held(status: Status) -> bool:
            return sum(status.in_flight.values()) > 0

        status = field.await_status(held, 20)
        (cell,) = status.in_flight
        assert cell.startswith("acme/gw1/20")
    eventually(lambda: figures(tables)[1] == 20, 40)
    field.await_status(lambda found: found.in_flight == {})


def test_a_session_that_the_broker_lost_while_we_were_away_is_told_and_its_gap_found(
    engines: Engines, tables: Tables, field: Field
) -> None:
    with running_ingest(engines) as ingest:
        field.await_status(lambda status: status.ready, 45)
        field.send(message(1))
        eventually(lambda: tables.count("durable_session") == 1)
        eventually(lambda: tables.count("reading") == 1)
        assert ingest.stop() == 0
        forget_session(engines)
        for seq in (2, 3, 4):
            field.send(message(seq))
        ingest.restart()
        field.await_status(lambda status: status.ready, 45)
        field.send(message(5))

        ((whose, detail),) = eventually(lambda: events(tables, "session_lost"), 20)
        assert whose == "", "of all gateways"
        assert re.match(r"ingest/\d+: last held 20", detail)
        eventually(lambda: gaps(tables) == [(2, 4, True)], FOUND_S)
        field.await_status(lambda status: status.sessions_lost == 1)


def test_an_ordinary_restart_is_no_lost_session(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    eventually(lambda: tables.count("durable_session") == 1)
    ingest.kill()
    ingest.restart()
    field.await_status(lambda status: status.ready and status.db_ok, 45)
    field.send(message(1))
    eventually(lambda: tables.count("reading") == 1)
    time.sleep(2)
    assert events(tables, "session_lost") == []


@pytest.mark.long
def test_a_paused_ingest_comes_back_without_a_gap(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    """Longer than 1.5 times the keep-alive: the broker lets the connection go."""
    for seq in range(1, 51):
        field.send(message(seq))
    os.kill(ingest.process.pid, signal.SIGSTOP)
    for seq in range(51, 301):
        field.send(message(seq))
    time.sleep(30)
    os.kill(ingest.process.pid, signal.SIGCONT)

    eventually(lambda: tables.count("reading") == 300, 40)
    time.sleep(12)
    assert gaps(tables) == []
    figures(tables)


@pytest.mark.long
def test_a_broker_that_comes_back_without_its_store_is_told_and_what_it_lost_is_found(
    engines: Engines, ingest: Ingest, field: Field, tables: Tables
) -> None:
    """What the broker had acknowledged and not given us is gone with its store."""
    field.send(message(1))
    eventually(lambda: tables.count("reading") == 1)
    eventually(lambda: tables.count("durable_session") == 1)
    os.kill(ingest.process.pid, signal.SIGSTOP)
    for seq in (2, 3):
        field.send(message(seq))
    broker = engines.pids["broker"]
    os.kill(broker, signal.SIGSTOP)
    shutil.rmtree(engines.data_dir / "broker" / "store")
    os.kill(broker, signal.SIGKILL)
    os.kill(ingest.process.pid, signal.SIGCONT)

    ((whose, _),) = eventually(lambda: events(tables, "session_lost"), 60)
    assert whose == ""
    field.await_status(lambda status: status.ready, 60)
    field.send(message(4))
    eventually(lambda: tables.count("reading") >= 2, 30)
    time.sleep(12)
    lost = sum(last - first + 1 for first, last, is_open in gaps(tables) if is_open)
    assert lost == 4 - tables.count("reading"), "what did not reach us before is missing, no more"
