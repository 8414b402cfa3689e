"""Database and broker on disks of their own, which fill up, and a broker whose store is damaged."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.api.broker_store import BrokerStore
from services.api.database import Database
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.domain.store_room import of_broker
from services.runtime.clock import SystemClock
from services.watcher.broker import Broker as Canary
from services.watcher.broker import Unreachable
from services.watcher.rounds import TOPIC
from services.watcher.verdict import Call, Verdict
from tests.living.engines_alone import Engines, engines_alone
from tests.living.ingest_alone import Field, Tables, eventually, running_ingest
from tests.living.own_disk import can_mount, fill, free, seen_by

# Its disks are of memory, so that a full one holds up nobody; it moves hundreds of megabytes.
pytestmark = pytest.mark.patient

NOW = int(time.time() * 1000)
READY_S = 45.0
ALARMED_WITHIN_S = 60.0
"""That the broker's disk is full is an alarm within this time from when it was."""
LARGE = "x" * 200_000

DISKS = {"postgres": "420m", "broker": "64m"}
"""The broker's store ends at half of what is free at its start: some 32 MiB."""


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """On disks of their own."""
    if not can_mount(Path("/tmp") / f"pw-trial-{os.getpid()}"):
        pytest.skip("this machine lets nobody mount a file system of his own")
    with engines_alone(disks=DISKS) as running:
        yield running


def disk(engines: Engines, engine: str, folder: str) -> Path:
    """A folder on a disk of theirs; seen with the eyes of an engine that lives on meanwhile."""
    return seen_by(engines.pids[engine], engines.data_dir / folder)


def message(seq: int, **more: str) -> dict[str, object]:
    return {"ts": NOW + seq, "boot": "b", "seq": seq, "values": {"GT-101": seq % 90}, **more}


def left_over(field: Field) -> int:
    """How much the broker has not acknowledged once it took nothing more for three seconds."""
    left, still = field.unanswered(), 0
    for _ in range(200):
        time.sleep(0.1)
        now = field.unanswered()
        left, still = now, still + 1 if now == left else 0
        if still == 30:
            break
    return left


def expect_all(tables: Tables, sent: int, within_s: float = 90.0) -> None:
    eventually(lambda: tables.count("reading") >= sent, within_s)
    assert tables.rows("SELECT count(*), count(DISTINCT measured_at) FROM reading") == [
        (sent, sent)
    ]


def test_beyond_the_brokers_end_gateways_are_refused_and_send_again(
    engines: Engines, tables: Tables, field: Field
) -> None:
    with running_ingest(engines) as ingest:
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        ingest.process.send_signal(signal.SIGSTOP)
        for seq in range(1, 251):
            field.send_later(message(seq, note=LARGE))
        assert 0 < left_over(field) < 250, "some are kept, the rest is not acknowledged"
        ingest.process.send_signal(signal.SIGCONT)
        expect_all(tables, 250)
        eventually(lambda: field.unanswered() == 0, 60)


def test_at_the_stores_end_ingest_still_comes_in_and_empties_it(
    engines: Engines, tables: Tables, field: Field
) -> None:
    with running_ingest(engines) as ingest:
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        share = asyncio.run(looked_at(engines))
        assert share < 0.5
        ingest.kill()
        for seq in range(1, 251):
            field.send_later(message(seq, note=LARGE))
        eventually(lambda: asyncio.run(looked_at(engines)) > 0.95, 30)
        assert 0 < field.unanswered() < 250, "some are kept, the rest is not acknowledged"
        ingest.restart()
        expect_all(tables, 250)
        eventually(lambda: field.unanswered() == 0, 60)
    assert asyncio.run(looked_at(engines)) < 0.5
    told = "SELECT kind FROM gateway_event WHERE gateway = '' AND kind LIKE 'broker_store%' ORDER BY id"
    assert tables.rows(told)[-2:] == [("broker_store_full",), ("broker_store_well",)]


@contextmanager
def watching(engines: Engines, place: Path) -> Iterator[Callable[[], int | None]]:
    """An api that looks at the broker's store and its disk again and again: the grade of the alarm
    for it."""
    clock = SystemClock()
    database = Database(engines.database_url("api"), clock)
    vitals = Vitals(clock, database, Replica())
    url = engines.services["api"]["PARKWATCH_BROKER_ADMIN_URL"]
    disk_of = shutil.disk_usage
    store = BrokerStore(url, database, vitals, clock, lambda _: disk_of(place).free)

    def look() -> int | None:
        runner.run(store.look())
        shortage = None if vitals.broker_store is None else of_broker(vitals.broker_store)
        return None if shortage is None else shortage.grade

    with asyncio.Runner() as runner:
        assert runner.run(database.probe())
        yield look
        database.close()


def screams(engines: Engines) -> bool:
    """Whether the watcher screams, for the broker does not take its canary."""
    address = engines.broker("api")
    url = f"mqtt://{address.username}:{address.password}@{address.host}:{address.port}"
    broker, verdict = Canary(url, "test-canary"), Verdict(silence_s=4.0, repeat_s=60.0)
    for _ in range(20):
        try:
            broker.publish(TOPIC, b"{}")
            verdict.sign(0.0)
        except Unreachable:
            time.sleep(0.25)
        if verdict.look(time.monotonic()) is Call.SCREAM:
            return True
    return False


async def looked_at(engines: Engines) -> float:
    """What an api that looks once sees of the broker's store, after it has kept room in it."""
    clock = SystemClock()
    database = Database(engines.database_url("api"), clock)
    vitals = Vitals(clock, database, Replica())
    url = engines.services["api"]["PARKWATCH_BROKER_ADMIN_URL"]
    assert await database.probe()
    await BrokerStore(url, database, vitals, clock).look()
    database.close()
    assert vitals.broker_store is not None
    return vitals.broker_store.share


def test_with_the_databases_disk_full_nothing_is_acknowledged_and_it_goes_on_by_itself(
    engines: Engines, tables: Tables, field: Field
) -> None:
    place = disk(engines, "broker", "postgres/data")
    with running_ingest(engines):
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        field.send(message(1))
        eventually(lambda: tables.count("reading") == 1)
        fill(place)
        try:
            for seq in range(2, 202):
                field.send_later(message(seq, note=LARGE[:20_000]))
            with_letters = [b"poison" + LARGE.encode() for _ in range(100)]
            for each in with_letters:
                field.send(each)
            field.await_status(lambda status: not status.db_ok, 30)
        finally:
            free(place)
        expect_all(tables, 201)
        eventually(lambda: tables.count("dead_letter") == len(with_letters), 60)
        field.await_status(lambda status: status.db_ok, 30)


def test_with_the_brokers_disk_full_nothing_is_acknowledged_and_it_goes_on_by_itself(
    engines: Engines, tables: Tables, field: Field
) -> None:
    place = disk(engines, "database", "broker")
    with running_ingest(engines), watching(engines, place) as look:
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        field.send(message(1))
        eventually(lambda: tables.count("reading") == 1)
        assert look() is None
        fill(place)
        filled_at = time.monotonic()
        try:
            for seq in range(2, 42):
                field.send_later(message(seq, note=LARGE))
            refused = left_over(field)
            left_s = ALARMED_WITHIN_S - (time.monotonic() - filled_at)
            eventually(lambda: look() == 2, left_s)
            eventually(lambda: screams(engines), left_s)
        finally:
            free(place)
        expect_all(tables, 41)
        assert refused > 0
        eventually(lambda: field.unanswered() == 0, 60)
    told = "SELECT FROM gateway_event WHERE gateway = '' AND kind = 'broker_store_full'"
    assert len(tables.rows(told)) == 1


@pytest.mark.long
@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_broker_with_a_damaged_store_comes_back_and_what_it_lost_is_a_gap(
    engines: Engines, tables: Tables, field: Field, damage: str
) -> None:
    with running_ingest(engines) as ingest:
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        field.send(message(1))
        eventually(lambda: tables.count("reading") == 1)
        ingest.kill()
        for seq in range(2, 52):
            field.send(message(seq))
        broker = engines.pids["broker"]
        store = disk(engines, "database", "broker/store")
        os.kill(broker, signal.SIGSTOP)
        for block in store.rglob("$MQTT_msgs/msgs/*.blk"):
            spoil(block, damage)
        os.kill(broker, signal.SIGKILL)
        ingest.restart()
        field.await_status(lambda status: status.ready and status.db_ok, READY_S)
        again = engines.pids["broker"]
        field.send(message(52))
        eventually(lambda: tables.rows("SELECT FROM gateway_ledger WHERE highest_seq = 52"), 40)
        time.sleep(12)
        stored = tables.count("reading")
        missing = (
            "SELECT coalesce(sum(to_seq - from_seq + 1), 0) FROM gap WHERE opened_at IS NOT NULL"
        )
        assert tables.rows(missing) == [(52 - stored,)]
        assert engines.pids["broker"] == again, "it does not go on dying"


def spoil(block: Path, damage: str) -> None:
    """Lose the second half of a file, or turn a bit in its middle."""
    content = bytearray(block.read_bytes())
    if damage == "truncated":
        block.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 1
        block.write_bytes(content)
