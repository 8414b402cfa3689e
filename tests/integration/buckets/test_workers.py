"""Several workers of ingest: each hears its own buckets, and a bucket goes over with its queue."""

import signal
import time

import pytest

from services.ingest.bucket_holder import SETTLED_S
from tests.integration.buckets.crew import LEASE_S, Crew, Flow, Worker
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables, eventually

TAKEN_OVER_S = LEASE_S + 16.0
COMES_AGAIN_S = 45.0
"""What the old worker had not acknowledged comes again after `ack_wait`."""


def epochs(tables: Tables) -> dict[int, int]:
    return dict(tables.rows("SELECT bucket, epoch FROM bucket_lease"))


@pytest.mark.long
def test_two_workers_share_the_field_and_a_third_takes_a_killed_ones_place(
    crew: Crew, flow: Flow, tables: Tables
) -> None:
    low, high = crew.worker("0-7"), crew.worker("8-15")
    flow.await_whole_field(30)
    before = epochs(tables)
    flow.start()
    eventually(lambda: min(flow.stored().values()) > 3, 20)

    low.kill()
    third = crew.worker("0-15")
    flow.await_silence_of(range(8))
    others = flow.stored()
    eventually(lambda: all(flow.stored()[n] > others[n] for n in range(8, 16)), 10)
    flow.await_whole_field(TAKEN_OVER_S)

    eventually(lambda: all(flow.stored()[n] > others[n] for n in range(16)), COMES_AGAIN_S)
    time.sleep(1)
    flow.halt()
    flow.expect_all(COMES_AGAIN_S)
    after = epochs(tables)
    assert all(after[bucket] == before[bucket] + 1 for bucket in (*range(8), 16))
    assert all(after[bucket] == before[bucket] for bucket in range(8, 16))
    assert (high.stop(), third.stop()) == (0, 0)


@pytest.mark.long
def test_a_worker_that_was_frozen_writes_nothing_after_its_relief(
    crew: Crew, flow: Flow, tables: Tables
) -> None:
    frozen = crew.worker("0-15")
    flow.await_whole_field(30)
    flow.start()
    eventually(lambda: min(flow.stored().values()) > 3, 20)

    frozen.send(signal.SIGSTOP)
    relief = crew.worker("0-15")
    flow.await_whole_field(TAKEN_OVER_S)
    taken = epochs(tables)
    frozen.send(signal.SIGCONT)
    eventually(lambda: "a bucket has gone to another worker" in frozen.said, 15)

    time.sleep(1)
    assert "disconnected from the broker" not in relief.said, "its sessions are left alone"
    flow.halt()
    flow.expect_all(COMES_AGAIN_S)
    assert epochs(tables) == taken, "it does not take them back"
    assert relief.stop() == 0
    flow.await_whole_field(15)
    assert frozen.stop() == 0


@pytest.mark.long
def test_with_the_database_away_nobody_takes_over(
    mapping_engines: Engines, crew: Crew, flow: Flow, tables: Tables
) -> None:
    crew.worker("0-15")
    flow.await_whole_field(30)
    standby = crew.worker("0-15")
    flow.start()
    eventually(lambda: min(flow.stored().values()) > 3, 20)
    before = epochs(tables)

    with mapping_engines.frozen_database():
        time.sleep(LEASE_S + 4)
        flow.await_whole_field(3)

    time.sleep(SETTLED_S)
    flow.halt()
    flow.expect_all(COMES_AGAIN_S)
    assert epochs(tables) == before
    assert "a bucket is ours" not in standby.said


def test_one_that_is_told_to_stop_hands_over_at_once_and_a_frozen_one_is_relieved(
    crew: Crew, flow: Flow, tables: Tables
) -> None:
    first = crew.worker("0-15")
    flow.await_whole_field(30)
    second = crew.worker("0-15")
    flow.start()
    eventually(lambda: min(flow.stored().values()) > 3, 20)

    assert first.stop() == 0
    flow.await_whole_field(LEASE_S - 2)
    relieved_of_a_frozen_one(second, crew, flow)


def relieved_of_a_frozen_one(frozen: Worker, crew: Crew, flow: Flow) -> None:
    """The short form of the proof above: a third takes over, and who wakes up writes nothing."""
    frozen.send(signal.SIGSTOP)
    relief = crew.worker("0-15")
    time.sleep(0.5)  # what it said last has come
    flow.await_silence_of(range(8))
    flow.await_whole_field(TAKEN_OVER_S)
    frozen.send(signal.SIGCONT)
    eventually(lambda: "a bucket has gone to another worker" in frozen.said, 15)

    time.sleep(1)
    flow.halt()
    flow.expect_all(COMES_AGAIN_S)
    assert relief.stop() == 0
