"""One suite for readings that are stored later than they came: adopted ones, and letters read again."""

from collections.abc import AsyncIterator
from dataclasses import astuple

import msgspec
import pytest

from services.domain.directory import Directory
from services.domain.point import PointKind
from services.domain.reading import Quality
from services.domain.reading_count import ReadingCount
from services.ingest.aside import Aside
from services.ingest.chores import Chores
from services.runtime.clock import ManualClock
from services.runtime.feed import Delivery
from services.store import bundle
from services.store.bundle import MOST_DAYS
from services.store.diverted_tables import refused
from services.store.intake import Parcel, Unfit
from services.store.letter_request import LetterFilter
from services.store.memory_intake import MemoryIntake
from services.store.memory_set_aside import MemorySetAside
from services.store.postgres_intake import PostgresIntake
from services.store.postgres_set_aside import PostgresSetAside
from services.wire.translate import translate
from tests.contract.aside import DAY, NOW, Subject
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables


@pytest.fixture(params=["memory", "database"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        memory = MemoryIntake()
        found = Subject(memory, MemorySetAside(memory), Directory(), None)
        found.register(1, "GT-101")
        yield found
        return
    engines: Engines = request.getfixturevalue("engines")
    engines.empty()
    tables = Tables(engines)
    tables.run("TRUNCATE gateway_event, judge_again, gateway_day, gateway_vitals")
    intake = PostgresIntake(engines.database_url("ingest"))
    found = Subject(intake, PostgresSetAside(intake), Directory(), tables)
    found.register(1, "GT-101")
    yield found
    intake.close()


def many(tag: str, value: object, number: int, first: int = NOW, step: int = 1) -> str:
    """A message a value, `step` ms from each other."""
    items = (f'{{"ts":{first + n * step},"values":{{"{tag}":{value}}}}}' for n in range(number))
    return f"[{','.join(items)}]"


async def test_what_was_adopted_as_the_wrong_kind_is_used_once_the_kind_is_mended(
    subject: Subject,
) -> None:
    for day in range(2):
        for place, gateway in enumerate("gh"):
            at = NOW + day * DAY
            text = many("XV-1001", "true", 1_500, at + place * 5_000)
            await subject.intake.store([subject.parcel(text, at + 9, gateway=gateway)])
    subject.register(2, "XV-1001", PointKind.TOXIC_GAS)
    while await subject.intake.adopt(subject.directory, 5_000):
        pass
    refused_all = ReadingCount(messages=1, received=1_500, dead_letters=1_500)
    assert subject.figures() == [refused_all] * 4
    subject.unregister(2)
    subject.register(2, "XV-1001", PointKind.VALVE)

    subject.ask(LetterFilter("acme"))
    while not subject.progress()[0][3]:
        await subject.set_aside.reprocess(subject.directory, 50)
        assert all(min(astuple(each)) >= 0 and each.adds_up for each in subject.figures())

    assert subject.reasons() == []
    assert subject.figures() == [ReadingCount(messages=1, received=1_500, stored=1_500)] * 4
    readings = subject.readings()
    assert (len(readings), {each[:2] for each in readings}) == (6_000, {(2, 1.0)})


async def test_a_letter_of_too_many_days_ends_as_one_that_cannot_be_read_again(
    subject: Subject,
) -> None:
    """It would open all its days in one transaction, and again, and hold everybody up."""
    wide = subject.parcel(many("GT-101", 1, MOST_DAYS + 1, NOW - MOST_DAYS * DAY, DAY))
    fit = subject.parcel(many("GT-101", 2, 3))
    await subject.intake.store([refused(each, "so it said") for each in (fit, wide, fit)])
    subject.ask(LetterFilter("acme"))
    with pytest.raises(Unfit, match=f"on {MOST_DAYS + 1} days"):
        await subject.set_aside.reprocess(subject.directory, 50)
    clock = ManualClock(NOW)
    chores = Chores(subject.set_aside, Aside(0, clock), clock)

    for _ in range(20):
        await chores.turn(subject.directory, crowded=False)
        clock.advance(1)

    (reason,) = subject.reasons()
    assert f"its readings lie on {MOST_DAYS + 1} days" in reason
    assert subject.progress() == [(3, 2, 3, True)]
    assert len(subject.readings()) == 3
    assert subject.sums() == {"received": 370, "stored": 3, "dead_letters": 367}


async def test_letters_are_read_again_in_portions_bounded_by_their_readings(
    subject: Subject,
) -> None:
    sizes = (2_000, 2_500, 2_000, 5_500)
    letters = [
        refused(subject.parcel(many("GT-101", 1, size, NOW + n * 10_000)), "so it said")
        for n, size in enumerate(sizes)
    ]
    await subject.intake.store(letters)
    subject.ask(LetterFilter("acme"))

    seen = []
    while await subject.set_aside.reprocess(subject.directory, 50):
        seen += subject.progress()

    assert seen == [(2, 2, 4_500, False), (3, 3, 6_500, False), (4, 4, 12_000, True)]
    assert subject.sums() == {"received": 12_000, "stored": 12_000}


async def test_values_used_later_beside_others_of_their_instant_are_counted(
    subject: Subject,
) -> None:
    letter = subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":5}}}}', gateway="h")
    await subject.intake.store(
        [
            subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":1,"NEW":1}}}}'),
            subject.parcel(f'{{"ts":{NOW},"values":{{"NEW":2}}}}'),
            refused(letter, "so it said"),
        ]
    )
    assert subject.conflicts() == {}

    subject.register(2, "NEW")
    await subject.intake.adopt(subject.directory, 10)
    assert subject.conflicts() == {"g": 1}
    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()

    assert subject.conflicts() == {"g": 1, "h": 1}


async def test_of_several_senders_used_later_together_each_answers_for_what_it_sent(
    subject: Subject,
) -> None:
    """The first of an instant contradicts nobody; of the others not the last one alone."""
    sent = [(gateway, number) for number, gateway in enumerate("gkh")]
    for gateway, number in sent:
        kept = subject.parcel(f'{{"ts":{NOW},"values":{{"NEW":{number}}}}}', gateway=gateway)
        letter = subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":{number}}}}}', gateway=gateway)
        await subject.intake.store([kept, refused(letter, "so it said")])
    subject.register(2, "NEW")

    await subject.intake.adopt(subject.directory, 10)
    assert subject.conflicts() == {"k": 1, "h": 1}

    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()
    assert subject.conflicts() == {"k": 2, "h": 2}


async def test_who_sends_an_instant_after_it_was_used_later_is_told_of_the_conflict(
    subject: Subject,
) -> None:
    def sent(tag: str, at: int, value: int, gateway: str = "g") -> Parcel:
        payload = f'{{"ts":{NOW + at},"values":{{"{tag}":{value}}}}}'
        return subject.parcel(payload, NOW + at, gateway=gateway)

    await subject.intake.store([sent("NEW", 50, 1), refused(sent("GT-101", 50, 1), "so it said")])
    subject.register(2, "NEW")
    await subject.intake.store([sent("NEW", 0, 1), sent("GT-101", 0, 1)])
    await subject.intake.adopt(subject.directory, 10)
    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()
    assert len(subject.readings()) == 4
    assert subject.conflicts() == {}

    receipt = await subject.intake.store([sent("NEW", 50, 2, "h"), sent("GT-101", 50, 2, "h")])

    assert receipt.conflicts == 2
    assert subject.conflicts() == {"h": 2}


async def test_days_of_a_tag_that_was_the_wrong_kind_come_back_however_many(
    subject: Subject,
) -> None:
    """A replayed past: a value a day for years, of which each letter must be one that can be used."""
    days = 2 * MOST_DAYS + 10
    await subject.intake.store(
        [subject.parcel(many("XV-1", "true", days, NOW - days * DAY, DAY), NOW)]
    )
    subject.register(2, "XV-1", PointKind.TOXIC_GAS)
    while await subject.intake.adopt(subject.directory, 5_000):
        pass
    subject.unregister(2)
    subject.register(2, "XV-1", PointKind.VALVE)
    subject.ask(LetterFilter("acme"))
    clock = ManualClock(NOW)
    chores = Chores(subject.set_aside, Aside(0, clock), clock)

    for _ in range(20):
        await chores.turn(subject.directory, crowded=False)
        clock.advance(1)

    assert subject.reasons() == []
    assert len(subject.readings()) == days
    assert subject.sums() == {"received": days, "stored": days}


async def test_a_letter_of_which_only_the_beginning_is_kept_keeps_its_size_and_reason(
    subject: Subject,
) -> None:
    """Its beginning might even be read: what was refused whole is not used in part."""
    text = f'{{"ts":{NOW},"values":{{"GT-101":5}}}}'
    await subject.intake.store([subject.parcel(text.ljust(300_000)), subject.parcel("no JSON")])
    before = subject.reasons()
    assert [each.partition(":")[0] for each in before] == [
        "The payload has 300000 bytes, the limit is 262144",
        "The payload is not JSON (character 0",
    ]
    assert subject.sizes() == [300_000, 7]

    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()

    assert subject.reasons() == before
    assert subject.readings() == []
    assert subject.sums() == {"received": 2, "dead_letters": 2}


async def test_room_for_kept_readings_is_taken_by_those_that_are_kept_now(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "KEPT_PER_GATEWAY", 4)
    for _ in range(5):
        receipt = await subject.intake.store([subject.parcel(many("NEW", 1, 3), again=True)])
    assert (receipt.kept, receipt.overflow) == (1, 2)
    await subject.intake.store([subject.parcel(many("NEW", 2, 3))])
    figures = {"received": 18, "waiting": 4}
    assert figures.items() <= subject.sums().items()

    subject.let_kept_go(NOW + 3)

    assert "waiting" not in subject.sums()
    receipt = await subject.intake.store([subject.parcel(many("NEW", 3, 4, NOW + 9))])
    assert (receipt.kept, receipt.overflow) == (4, 0)
    assert subject.sums()["waiting"] == 4


async def test_a_unit_that_contradicts_the_points_is_not_forgotten_until_its_tag_is_adopted(
    subject: Subject,
) -> None:
    units = ("Cel", "ppm", None, "x" * 17, "a\x00", "")
    records = [
        {"n": "NEW", "v": n, "t": (NOW + n) / 1000} | ({} if unit is None else {"u": unit})
        for n, unit in enumerate(units)
    ]
    pack = [*records, {"n": "NEW", "vb": True, "t": (NOW + 10) / 1000, "u": "Cel"}]
    payload = msgspec.json.encode(pack)
    topic = "pw/v1/acme/g/senml"
    found = translate(subject.directory, topic, payload, NOW)
    await subject.intake.store([Parcel(Delivery(1, 1, 1, topic, payload, NOW), found)])
    subject.register(2, "NEW")

    await subject.intake.adopt(subject.directory, 100)

    uncertain, good = int(Quality.UNCERTAIN), int(Quality.GOOD)
    assert subject.qualities() == [uncertain, good, good, uncertain, uncertain, good]
    (reason,) = subject.reasons()
    assert "1 values" in reason
