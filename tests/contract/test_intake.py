"""One suite for every Intake: TimescaleDB, and the one in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.runtime.clock import SystemClock
from services.runtime.feed import Delivery
from services.store import bundle
from services.store.intake import Intake, Parcel, Receipt, Unfit
from services.store.memory_intake import MemoryIntake
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

NOW = 1_795_000_000_000


@dataclass(frozen=True, slots=True)
class Subject:
    """An intake under test, and what it holds."""

    intake: Intake
    directory: Directory
    tables: Tables | None

    def parcel(
        self, payload: str | bytes, at: int = NOW, again: bool = False, gateway: str = "g"
    ) -> Parcel:
        raw = payload.encode() if isinstance(payload, str) else payload
        topic = f"pw/v1/acme/{gateway}/telemetry"
        delivery = Delivery(1, 1, 1, topic, raw, at, again)
        return Parcel(delivery, translate(self.directory, topic, raw, at, again))

    def register(self, number: int, tag: str, kind: PointKind = PointKind.TOXIC_GAS) -> None:
        self.directory.put(Point(number, "acme", tag, kind, "ppm", 0.0, 100.0))
        if self.tables is not None:
            self.tables.register(number, tag, kind)

    def readings(self) -> list[tuple[int, float | None, int, int]]:
        """Point, value, quality and flags of what is stored, in order."""
        if self.tables is not None:
            found = self.tables.rows("SELECT point_id, value, quality, flags FROM reading")
        else:
            assert isinstance(self.intake, MemoryIntake)
            held = self.intake.readings.values()
            found = [(each.point_id, each.value, each.quality, each.flags) for each in held]
        rows = [(a, b, int(c), int(d)) for a, b, c, d in found]
        return sorted(rows, key=lambda row: (row[0], row[1] is None, row[1] or 0.0, row[3]))

    def letters(self) -> list[tuple[str, str, str]]:
        """Enterprise, gateway and reason of the dead letters."""
        if self.tables is not None:
            query = "SELECT enterprise, gateway, reason FROM dead_letter ORDER BY id"
            return [(a, b, c) for a, b, c in self.tables.rows(query)]
        assert isinstance(self.intake, MemoryIntake)
        return [(each.enterprise, each.gateway, each.reason) for each in self.intake.letters]

    def conflicts(self) -> dict[str, int]:
        """Of each gateway the values stored beside another of their instant."""
        if self.tables is not None:
            query = "SELECT gateway, conflicts FROM gateway_vitals WHERE conflicts > 0"
            return {a: int(b) for a, b in self.tables.rows(query)}
        assert isinstance(self.intake, MemoryIntake)
        return {gateway: number for (_, gateway), number in self.intake.conflicts.items() if number}

    def tags(self) -> list[tuple[str, str | None, int]]:
        """Tag, last value and count of the list of unregistered tags."""
        if self.tables is not None:
            query = "SELECT tag, last_value, count FROM unregistered_tag ORDER BY tag"
            return [(a, b, c) for a, b, c in self.tables.rows(query)]
        assert isinstance(self.intake, MemoryIntake)
        held = self.intake.tags.values()
        return sorted((each.tag, each.last_value, each.count) for each in held)


@pytest.fixture(params=["memory", "database"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        found = Subject(MemoryIntake(), Directory(), None)
        found.register(1, "GT-101")
        yield found
        return
    engines: Engines = request.getfixturevalue("engines")
    engines.empty()
    intake = PostgresIntake(engines.database_url("ingest"))
    found = Subject(intake, Directory(), Tables(engines))
    found.register(1, "GT-101")
    yield found
    intake.close()


async def test_a_batch_is_stored_and_its_receipt_adds_up(subject: Subject) -> None:
    receipt = await subject.intake.store(
        [
            subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":1}}}}'),
            subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":1,"NEW":5}}}}'),
            subject.parcel('{"values":{"GT-101":true}}'),
            subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":null}}}}'),
        ]
    )

    assert receipt == Receipt(stored=2, repeats=1, kept=1, dead_letters=1, conflicts=1)
    assert subject.readings() == [(1, 1.0, 0, 0), (1, None, 2, 0)]


async def test_a_batch_stored_again_changes_nothing_but_the_letters(subject: Subject) -> None:
    batch = [subject.parcel(f'{{"ts":{NOW + n},"values":{{"GT-101":{n}}}}}') for n in range(5)]
    await subject.intake.store(batch)
    before = subject.readings()

    receipt = await subject.intake.store(batch)

    assert receipt == Receipt(stored=0, repeats=5)
    assert subject.readings() == before


async def test_values_of_the_same_instant_that_differ_are_all_kept(subject: Subject) -> None:
    values = ("1", "1", "2", "null", "null", '{"v":1,"q":"uncertain"}')
    batch = [subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":{v}}}}}') for v in values]

    receipt = await subject.intake.store(batch)

    assert (receipt.stored, receipt.repeats) == (4, 2)


async def test_values_beside_another_of_their_instant_are_counted(subject: Subject) -> None:
    def sent(at: int, **values: float) -> Parcel:
        pairs = ",".join(f'"{tag}":{value}' for tag, value in values.items())
        return subject.parcel(f'{{"ts":{at},"values":{{{pairs}}}}}')

    subject.register(7, "GT-1")
    subject.register(8, "GT-2")
    first = await subject.intake.store([sent(NOW, **{"GT-1": 1, "GT-2": 1})])
    assert first.conflicts == 0
    again = await subject.intake.store([sent(NOW, **{"GT-1": 1, "GT-2": 2})])
    assert (again.stored, again.repeats, again.conflicts) == (1, 1, 1)
    batch = [sent(NOW + 5, **{"GT-1": value}) for value in (1, 2, 2, 3)]
    assert (await subject.intake.store(batch)).conflicts == 2
    assert (await subject.intake.store(batch)).conflicts == 0
    late = await subject.intake.store([sent(NOW - 9, **{"GT-1": 4}), sent(NOW, **{"GT-1": 9})])
    assert (late.stored, late.conflicts) == (2, 1)
    assert (await subject.intake.store([sent(NOW + 9, **{"GT-1": 1})])).conflicts == 0


async def test_what_comes_without_a_time_contradicts_nobody(subject: Subject) -> None:
    def sent(value: float, ts: int | None = None) -> Parcel:
        time = "" if ts is None else f'"ts":{ts},'
        return subject.parcel(f'{{{time}"values":{{"GT-101":{value}}}}}', NOW)

    assert (await subject.intake.store([sent(1), sent(2), sent(3)])).conflicts == 0
    assert (await subject.intake.store([sent(4)])).conflicts == 0
    assert (await subject.intake.store([sent(5, NOW)])).conflicts == 0
    assert (await subject.intake.store([sent(6, NOW)])).conflicts == 1
    assert len(subject.readings()) == 6


@pytest.mark.parametrize("base", [NOW, None], ids=["late", "now"])
async def test_of_two_gateways_the_later_one_is_told_of_a_conflict(
    subject: Subject, base: int | None
) -> None:
    now = base or SystemClock().now_ms() - 60_000

    def sent(gateway: str, at: int, value: float) -> Parcel:
        payload = f'{{"ts":{now + at},"values":{{"GT-101":{value}}}}}'
        return subject.parcel(payload, now + at, gateway=gateway)

    for at in range(10):
        await subject.intake.store([sent("ga", at, 1)])
        receipt = await subject.intake.store([sent("gb", at, 2)])
        assert (receipt.stored, receipt.conflicts) == (1, 1)
    assert subject.conflicts() == {"gb": 10}
    assert (await subject.intake.store([sent("ga", 3, 3)])).conflicts == 1
    assert (await subject.intake.store([sent("gb", 20, 1), sent("ga", 20, 2)])).conflicts == 1
    assert subject.conflicts() == {"ga": 2, "gb": 10}
    mixed = [("ga", 3, 1), ("ga", 3, 4), ("gb", 3, 5), ("ga", 3, 5), ("gb", 20, 3), ("ga", 30, 1)]
    assert (await subject.intake.store([sent(*each) for each in mixed])).conflicts == 3
    assert subject.conflicts() == {"ga": 3, "gb": 12}


async def test_numbers_at_the_edges_come_back_as_they_were(subject: Subject) -> None:
    edges = (0.0, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 0.1, -273.15)
    batch = [subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":{v!r}}}}}') for v in edges]

    await subject.intake.store(batch)

    assert [each[1] for each in subject.readings()] == sorted(edges)


async def test_without_a_time_boot_and_seq_decide(subject: Subject) -> None:
    first = subject.parcel('{"boot":"a","seq":1,"values":{"GT-101":1}}', NOW)
    again = subject.parcel('{"boot":"a","seq":1,"values":{"GT-101":1}}', NOW + 9, True)
    other = subject.parcel('{"boot":"a","seq":2,"values":{"GT-101":1}}', NOW + 9)

    one = await subject.intake.store([first, again])
    two = await subject.intake.store([again, other])

    assert (one.stored, one.repeats) == (1, 1)
    assert (two.stored, two.repeats) == (1, 1)
    assert subject.readings() == [(1, 1.0, 0, 4), (1, 1.0, 0, 4)]


async def test_the_same_boot_and_seq_of_another_gateway_are_another_message(
    subject: Subject,
) -> None:
    payload = '{"boot":"a","seq":1,"values":{"GT-101":1}}'

    receipt = await subject.intake.store(
        [subject.parcel(payload, NOW), subject.parcel(payload, NOW + 1, gateway="h")]
    )

    assert receipt.stored == 2


async def test_without_any_identity_twice_is_better_than_never(subject: Subject) -> None:
    receipt = await subject.intake.store(
        [
            subject.parcel('{"values":{"GT-101":1}}', NOW),
            subject.parcel('{"values":{"GT-101":1}}', NOW + 9, True),
        ]
    )

    assert receipt.stored == 2
    assert [each[3] for each in subject.readings()] == [4, 12]


async def test_dead_letters_keep_owner_and_reason(subject: Subject) -> None:
    nul = bytes(range(256)) * 1100
    await subject.intake.store([subject.parcel(nul), subject.parcel("{}")])

    letters = subject.letters()

    assert [each[:2] for each in letters] == [("acme", "g"), ("acme", "g")]
    assert "281600 bytes" in letters[0][2]
    assert "missing" in letters[1][2]


async def test_an_unregistered_tag_is_counted_and_its_readings_adopted(subject: Subject) -> None:
    await subject.intake.store([subject.parcel(f'{{"ts":{NOW},"values":{{"N":1,"M":null}}}}')])
    await subject.intake.store([subject.parcel(f'{{"ts":{NOW + 1},"values":{{"N":"off"}}}}')])
    await subject.intake.store([subject.parcel(f'{{"ts":{NOW + 2},"values":{{"N":200}}}}')])
    assert subject.tags() == [("M", None, 1), ("N", "200.0", 3)]
    assert not await subject.intake.adopt(subject.directory, 2)

    subject.register(2, "N")
    while await subject.intake.adopt(subject.directory, 2):
        pass

    assert subject.readings() == [(2, 1.0, 0, 0), (2, 200.0, 0, 16)]
    assert subject.tags() == [("M", None, 1)]
    ((_, _, reason),) = subject.letters()
    assert "1 values" in reason


async def test_the_list_of_unregistered_tags_has_an_end(subject: Subject) -> None:
    many = ",".join(f'"T{n:04}":1' for n in range(bundle.TAGS_PER_GATEWAY))
    await subject.intake.store([subject.parcel(f'{{"ts":{NOW},"values":{{{many}}}}}')])

    receipt = await subject.intake.store(
        [
            subject.parcel(f'{{"ts":{NOW + 1},"values":{{"T0000":2,"LATE":1,"GT-101":7}}}}'),
            subject.parcel(f'{{"ts":{NOW + 1},"values":{{"OTHER":2}}}}', gateway="h"),
        ]
    )

    assert receipt == Receipt(stored=1, kept=2, dead_letters=1)
    assert len(subject.tags()) == bundle.TAGS_PER_GATEWAY + 1
    ((_, _, reason),) = subject.letters()
    assert "'LATE' and 0 more found no room" in reason


async def test_nobody_knows_a_transaction_that_never_was(subject: Subject) -> None:
    assert await subject.intake.fate("4000000000") is None


DAY_MS = 86_400_000


def days_apart(number: int, first: int = 0) -> str:
    """A message with a reading on each of so many days, the newest ones before now."""
    items = [f'{{"ts":{NOW - n * DAY_MS},"values":{{"GT-101":1}}}}' for n in range(first, number)]
    return f"[{','.join(items)}]"


async def test_a_batch_over_too_many_days_is_refused_whole_and_what_was_possible_still_is(
    subject: Subject,
) -> None:
    """Each day is kept apart, and to open thousands at once holds everybody else up."""
    half, most = bundle.MOST_DAYS // 2, bundle.MOST_DAYS
    wide = [subject.parcel(days_apart(half)), subject.parcel(days_apart(most + 1, half))]

    with pytest.raises(Unfit, match=f"on {most + 1} days, and at most {most}"):
        await subject.intake.store(wide)
    assert subject.readings() == []

    for each in wide:
        assert (await subject.intake.store([each])).dead_letters == 0
    assert len(subject.readings()) == most + 1
