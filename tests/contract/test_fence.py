"""Whoever lost a bucket writes nothing more for it: TimescaleDB with its leases, and the twin."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import psycopg
import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.runtime.feed import Delivery, Lease
from services.store.bucket_lease import LeaseTable
from services.store.intake import Busy, Fenced, Intake, Parcel
from services.store.memory_intake import MemoryIntake
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables, eventually

NOW = 1_795_000_000_000


@dataclass(frozen=True, slots=True)
class Subject:
    """An intake, and how a worker takes a bucket: the epoch under which it has it."""

    intake: Intake
    take: Callable[[int], Awaitable[int]]
    directory: Directory

    def parcel(self, value: int, lease: Lease) -> Parcel:
        topic, raw = "pw/v1/acme/g/telemetry", b'{"values": {"GT-101": %d}}' % value
        delivery = Delivery(1, value, 1, topic, raw, NOW + value, lease=lease)
        return Parcel(delivery, translate(self.directory, topic, raw, NOW + value))


@pytest.fixture(params=["memory", "database"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    directory = Directory()
    directory.put(Point(1, "acme", "GT-101", PointKind.TOXIC_GAS, "ppm", 0.0, 100.0))
    if request.param == "memory":
        memory = MemoryIntake()

        async def take_in_memory(bucket: int) -> int:
            memory.epochs[bucket] = memory.epochs.get(bucket, 0) + 1
            return memory.epochs[bucket]

        yield Subject(memory, take_in_memory, directory)
        return
    engines: Engines = request.getfixturevalue("engines")
    engines.empty()
    Tables(engines).register(1, "GT-101", PointKind.TOXIC_GAS)
    intake = PostgresIntake(engines.database_url("ingest"))

    async def take(bucket: int) -> int:
        table = worker(engines, alone=True)
        epoch = (await table.take([bucket], eager=True))[bucket]
        table.close()
        return epoch

    yield Subject(intake, take, directory)
    intake.close()


def worker(engines: Engines, *, alone: bool = False, owner: str | None = None) -> LeaseTable:
    process = secrets.token_hex(8)
    url = engines.database_url("ingest")
    return LeaseTable(url, owner or process, process, lease_s=15.0, alone=alone)


async def test_what_is_ours_is_stored(subject: Subject) -> None:
    lease = Lease(3, await subject.take(3))
    receipt = await subject.intake.store([subject.parcel(1, lease)])
    assert receipt.stored == 1


async def test_after_a_relief_nothing_of_the_batch_is_stored(subject: Subject) -> None:
    mine, gone = Lease(3, await subject.take(3)), Lease(4, await subject.take(4))
    await subject.take(4)

    with pytest.raises(Fenced) as fenced:
        await subject.intake.store([subject.parcel(1, mine), subject.parcel(2, gone)])

    assert fenced.value.leases == (gone,)
    receipt = await subject.intake.store([subject.parcel(1, mine)])
    assert receipt.stored == 1, "nothing of it was there"


async def test_what_is_not_confirmed_has_to_wait(subject: Subject) -> None:
    lease = Lease(5)
    with pytest.raises(Busy):
        await subject.intake.store([subject.parcel(1, lease)])
    lease.epoch = await subject.take(5)
    assert (await subject.intake.store([subject.parcel(1, lease)])).stored == 1


async def test_a_lease_is_taken_only_when_it_has_run_out_or_was_given_back(
    engines: Engines,
) -> None:
    first, second = worker(engines), worker(engines)
    bucket = 9
    (epoch,) = (await worker(engines, alone=True).take([bucket], eager=True)).values()
    Tables(engines).run("UPDATE bucket_lease SET expires_at = now() - interval '1 s'")

    assert await first.take([bucket], eager=False) == {bucket: epoch + 1}
    assert await second.take([bucket], eager=True) == {}
    Tables(engines).run("UPDATE bucket_lease SET expires_at = now() - interval '1 s'")
    assert await second.take([bucket], settled=False) == {}, "the owner could not renew so far"
    assert await first.renew([bucket]) == {bucket: epoch + 1}
    await first.release()
    assert await second.take([bucket], eager=False) == {bucket: epoch + 2}
    assert await first.renew([bucket]) == {}, "it is told that it lost it"
    for each in (first, second):
        each.close()


async def test_who_comes_back_under_its_name_need_not_wait(engines: Engines) -> None:
    before, after = worker(engines, owner="ingest-0"), worker(engines, owner="ingest-0")
    Tables(engines).run("UPDATE bucket_lease SET expires_at = '-infinity'")
    (epoch,) = (await before.take([7], eager=True)).values()
    assert await after.take([7], eager=False) == {}
    assert await after.take([7], eager=True) == {7: epoch + 1}
    for each in (before, after):
        each.close()


async def test_a_writer_that_stopped_in_the_middle_is_ended_before_the_relief(
    engines: Engines,
) -> None:
    old, new = worker(engines), worker(engines)
    Tables(engines).run("UPDATE bucket_lease SET expires_at = '-infinity'")
    (epoch,) = (await old.take([2], eager=False)).values()
    name = f"parkwatch-ingest {old.process}"
    with psycopg.connect(engines.database_url("ingest"), application_name=name) as frozen:
        frozen.execute("SELECT FROM bucket_lease WHERE bucket = 2 FOR KEY SHARE")
        Tables(engines).run("UPDATE bucket_lease SET expires_at = '-infinity'")
        taken: dict[int, int] = {}
        for _ in range(50):
            taken = taken or await new.take([2], eager=False)
        assert taken == {2: epoch + 1}
        with pytest.raises(psycopg.OperationalError):
            frozen.execute("SELECT")
    eventually(lambda: frozen.closed)
    for each in (old, new):
        each.close()
