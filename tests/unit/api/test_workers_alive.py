"""Several workers of ingest are ready when together they hear the whole field."""

import pytest

from services.api.database import Database
from services.api.replica import Replica
from services.api.vitals import SILENCE_S, Vitals
from services.runtime.clock import ManualClock
from services.wire.bus import Status


def status(worker: str, buckets: range | list[int], of: int = 17, *, ready: bool = True) -> Status:
    return Status("ingest", ready, 0, worker=worker, buckets=list(buckets), buckets_of=of)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def vitals(clock: ManualClock) -> Vitals:
    return Vitals(clock, Database("postgresql://nowhere", clock), Replica())


def test_half_the_field_is_not_enough_and_a_stand_by_adds_nothing(vitals: Vitals) -> None:
    vitals.hear(status("low", [*range(8), 16]))
    vitals.hear(status("standby", []))
    assert not vitals.is_ready("ingest")
    vitals.hear(status("high", range(8, 16)))
    assert vitals.is_ready("ingest")


def test_a_worker_that_fell_silent_hears_nothing(vitals: Vitals, clock: ManualClock) -> None:
    vitals.hear(status("low", [*range(8), 16]))
    vitals.hear(status("high", range(8, 16)))
    clock.advance(SILENCE_S + 0.1)
    vitals.hear(status("high", range(8, 16)))
    assert not vitals.is_ready("ingest")
    vitals.hear(status("third", [*range(8), 16]))
    assert vitals.is_ready("ingest")


def test_without_a_mapping_the_rest_is_the_whole_field(vitals: Vitals) -> None:
    vitals.hear(status("only", [], 1, ready=False))
    assert not vitals.is_ready("ingest")
    vitals.hear(status("only", [16], 1))
    assert vitals.is_ready("ingest")
