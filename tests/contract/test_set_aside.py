"""One suite for what ingest sets aside: the tables of TimescaleDB, and the one in memory."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.domain.directory import Directory
from services.domain.letter_cap import KEEP_DAYS
from services.domain.point import PointKind
from services.domain.trouble import Condition, Kind
from services.store.diverted_tables import values_of
from services.store.intake import Unfit
from services.store.letter_request import LetterFilter
from services.store.memory_intake import MemoryIntake
from services.store.memory_set_aside import MemorySetAside
from services.store.postgres_intake import PostgresIntake
from services.store.postgres_set_aside import PostgresSetAside
from services.store.set_aside import Apart
from tests.contract.aside import CAP, DAY, NOW, OWNER, TOPIC, Subject
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables


@pytest.fixture(params=["memory", "database"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        memory = MemoryIntake(CAP)
        found = Subject(memory, MemorySetAside(memory), Directory(), None)
        found.register(1, "GT-101")
        yield found
        return
    engines: Engines = request.getfixturevalue("engines")
    engines.empty()
    tables = Tables(engines)
    tables.run("TRUNCATE gateway_event, judge_again, gateway_day")
    intake = PostgresIntake(engines.database_url("ingest"), cap=CAP)
    found = Subject(intake, PostgresSetAside(intake), Directory(), tables)
    found.register(1, "GT-101")
    yield found
    intake.close()


async def test_of_more_letters_than_the_cap_the_rest_is_counted(subject: Subject) -> None:
    receipt = await subject.intake.store([subject.parcel(f"poison {n}") for n in range(5)])
    later = await subject.intake.store([subject.parcel("more")])

    assert (receipt.dead_letters, receipt.dropped) == (5, 2)
    assert (later.dead_letters, later.dropped) == (1, 1)
    assert len(subject.reasons()) == 3
    assert subject.dropped() == (3, len("poison 0") * 2 + len("more"))


async def test_what_was_kept_for_a_tag_is_not_pushed_out_by_the_days_poison(
    subject: Subject,
) -> None:
    new = subject.parcel(f'{{"ts":{NOW},"values":{{"NEW":"tripped"}}}}')
    await subject.intake.store([new, *(subject.parcel(f"poison {n}") for n in range(3))])
    subject.register(2, "NEW")

    await subject.intake.adopt(subject.directory, 10)
    await subject.intake.store([subject.parcel("one more")])

    assert len(subject.reasons()) == CAP.letters + 1
    assert "1 values kept before NEW was registered" in subject.reasons()[-1]
    assert subject.dropped() == (1, 8)
    subject.unregister(2)
    subject.register(2, "NEW", PointKind.INTERLOCK)
    subject.ask(LetterFilter("acme", reason="kept before"))
    await subject.read_all_again()
    assert [each[:2] for each in subject.readings()] == [(2, 1.0)]


async def test_the_cap_counts_bytes_too_and_a_small_one_still_fits(subject: Subject) -> None:
    receipt = await subject.intake.store(
        [subject.parcel(text) for text in ("x" * 900, "y" * 200, "z" * 100)]
    )

    assert (receipt.dead_letters, receipt.dropped) == (3, 1)
    assert subject.dropped() == (1, 200)


async def test_the_next_day_has_a_cap_of_its_own(subject: Subject) -> None:
    await subject.intake.store([subject.parcel("poison") for _ in range(4)])
    receipt = await subject.intake.store([subject.parcel("poison", NOW + DAY) for _ in range(3)])

    assert receipt.dropped == 0
    assert len(subject.reasons()) == 6


async def test_letters_past_their_time_go_in_portions(subject: Subject) -> None:
    await subject.intake.store([subject.parcel("old", NOW) for _ in range(3)])
    await subject.intake.store([subject.parcel("young", NOW + DAY)])
    later = NOW + KEEP_DAYS * DAY + 1

    assert await subject.set_aside.remove_old(NOW + DAY, 2) == 0
    assert await subject.set_aside.remove_old(later, 2) == 2
    assert await subject.set_aside.remove_old(later, 2) == 1
    assert await subject.set_aside.remove_old(later, 2) == 0
    assert len(subject.reasons()) == 1


async def test_what_is_kept_apart_is_taken_in_later_as_if_it_had_come_straight(
    subject: Subject,
) -> None:
    texts = [f'{{"ts":{NOW + n},"values":{{"GT-101":{n},"NEW":1}}}}' for n in range(5)]
    receipt = await subject.intake.store([subject.parcel(text, NOW + 9, True) for text in texts])

    assert (receipt.stored, receipt.diverted, subject.readings()) == (0, 10, [])
    memory = await subject.set_aside.recall()
    assert memory.apart == {OWNER: Apart(5, 10, sum(map(len, texts)))}
    assert await subject.take_all_in(messages=2) == 5

    assert subject.readings() == [(1, float(n), NOW + n, NOW + 9) for n in range(5)]
    assert subject.apart() == 0
    assert (await subject.set_aside.recall()).apart == {}
    assert subject.sums() == {"received": 10, "stored": 5, "waiting": 5}


async def test_a_portion_is_bounded_by_its_readings_but_never_empty(subject: Subject) -> None:
    texts = [f'{{"ts":{NOW + n},"values":{{"GT-101":{n}}}}}' for n in range(4)]
    await subject.intake.store(
        [subject.parcel(text, NOW + n, True) for n, text in enumerate(texts)]
    )

    taken = await subject.set_aside.take_in(subject.directory, 100, 3)
    assert (taken.by_gateway[OWNER].messages, taken.oldest) == (3, NOW + 3)
    taken = await subject.set_aside.take_in(subject.directory, 100, 0)
    assert (taken.by_gateway[OWNER].messages, taken.oldest) == (1, None)


async def test_no_message_counts_twice_whichever_way_it_came_first(subject: Subject) -> None:
    apart = subject.parcel('{"boot":"a","seq":1,"values":{"GT-101":1}}', NOW, apart=True)
    straight = subject.parcel('{"boot":"a","seq":1,"values":{"GT-101":1}}', NOW + 9, again=True)
    other = subject.parcel('{"boot":"a","seq":2,"values":{"GT-101":1}}', NOW + 20, apart=True)
    await subject.intake.store([apart, other])
    await subject.intake.store([straight])

    await subject.take_all_in()

    assert [each[3] for each in subject.readings()] == [NOW + 9, NOW + 20]


async def test_a_message_apart_is_read_with_the_register_of_the_day_it_is_taken_in(
    subject: Subject,
) -> None:
    await subject.intake.store(
        [subject.parcel(f'{{"ts":{NOW},"values":{{"LATE":7}}}}', apart=True)]
    )
    subject.register(2, "LATE")

    await subject.take_all_in()

    assert subject.readings() == [(2, 7.0, NOW, NOW)]


async def test_a_message_apart_that_nobody_can_read_becomes_a_dead_letter(
    subject: Subject,
) -> None:
    await subject.intake.store(
        [subject.parcel(f'{{"ts":{NOW},"values":{{"GT-101":1}}}}', apart=True)]
    )
    await subject.set_aside.take_in(subject.directory, 1, 1, "it is too odd")

    assert subject.reasons() == ["The database refused it: it is too odd."]
    assert subject.apart() == 0
    assert subject.sums() == {"received": 1, "dead_letters": 1}


async def test_letters_are_read_again_with_todays_register(subject: Subject) -> None:
    subject.register(2, "ESD", PointKind.TOXIC_GAS)
    await subject.intake.store(
        [
            subject.parcel(f'{{"ts":{NOW},"values":{{"ESD":"tripped","GT-101":5}}}}', NOW + 1),
            subject.parcel("never of use", NOW + 2),
        ]
    )
    assert len(subject.readings()) == 1
    subject.unregister(2)
    subject.register(2, "ESD", PointKind.INTERLOCK)

    subject.ask(LetterFilter("acme"))
    await subject.read_all_again(letters=1)

    assert subject.readings() == [(1, 5.0, NOW, NOW + 1), (2, 1.0, NOW, NOW + 1)]
    (reason,) = subject.reasons()
    assert "JSON" in reason
    assert subject.progress() == [(2, 1, 1, True)]
    assert subject.sums() == {"received": 3, "stored": 2, "dead_letters": 1}


async def test_reading_again_twice_changes_nothing(subject: Subject) -> None:
    subject.register(2, "ESD", PointKind.TOXIC_GAS)
    text = '{"boot":"a","seq":1,"values":{"ESD":"tripped","GT-101":5,"NEW":1}}'
    await subject.intake.store(
        [subject.parcel(text, NOW), subject.parcel(text, NOW + 5, again=True)]
    )
    before = subject.readings()
    subject.unregister(2)
    subject.register(2, "ESD", PointKind.INTERLOCK)

    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()
    once = subject.readings()
    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()

    assert len(before) == 1
    assert once == [(1, 5.0, NOW, NOW), (2, 1.0, NOW, NOW)]
    assert subject.readings() == once
    assert subject.reasons() == []
    assert subject.progress() == [(2, 2, 1, True), (0, 0, 0, True)]


async def test_only_the_letters_asked_for_are_read_again(subject: Subject) -> None:
    subject.register(2, "ESD", PointKind.TOXIC_GAS)
    texts = [f'{{"ts":{NOW + n},"values":{{"ESD":"tripped"}}}}' for n in range(3)]
    await subject.intake.store([subject.parcel(text, NOW + n) for n, text in enumerate(texts)])
    subject.unregister(2)
    subject.register(2, "ESD", PointKind.INTERLOCK)
    moment = datetime.fromtimestamp((NOW + 1) / 1000, UTC)

    for wanted in (
        LetterFilter("other"),
        LetterFilter("acme", gateway="h"),
        LetterFilter("acme", topic="pw/v1/acme/g/senml"),
        LetterFilter("acme", reason="no such words"),
        LetterFilter("acme", ids=()),
    ):
        subject.ask(wanted)
        await subject.read_all_again()
    assert len(subject.reasons()) == 3
    subject.ask(LetterFilter("acme", until=moment, reason="takes a number", topic=TOPIC))
    await subject.read_all_again()

    assert [each[2] for each in subject.readings()] == [NOW]
    assert len(subject.reasons()) == 2


async def test_what_is_read_again_is_to_be_judged_where_it_was_stored(subject: Subject) -> None:
    subject.register(2, "ESD", PointKind.TOXIC_GAS)
    await subject.intake.store([subject.parcel(f'{{"ts":{NOW},"values":{{"ESD":"tripped"}}}}')])
    subject.unregister(2)
    subject.register(2, "ESD", PointKind.INTERLOCK)

    subject.ask(LetterFilter("acme"))
    await subject.read_all_again()

    assert len(subject.readings()) == 1
    if subject.tables is not None:  # only the database has an engine that follows it
        rows = subject.tables.rows("SELECT point_id, since = until FROM judge_again")
        assert rows == [(2, True)]


async def test_a_letter_that_the_database_refuses_keeps_that_as_its_reason(
    subject: Subject,
) -> None:
    await subject.intake.store([subject.parcel("poison")])
    subject.ask(LetterFilter("acme"))

    await subject.set_aside.reprocess(subject.directory, 1, "it is too odd")

    assert subject.reasons() == ["The database refused it: it is too odd."]


async def test_in_memory_a_refused_value_is_refused_when_it_comes_back_too() -> None:
    memory = MemoryIntake()
    found = Subject(memory, MemorySetAside(memory), Directory(), None)
    found.register(1, "GT-101")
    await memory.store([found.parcel(f'{{"ts":{NOW},"values":{{"GT-101":13}}}}', apart=True)])
    memory.refuse_value = 13

    with pytest.raises(Unfit):
        await found.set_aside.take_in(found.directory, 1, 1)
    assert found.apart() == 1
    assert values_of(memory.apart[0].translation) == 1


async def test_what_is_the_matter_is_told_once_and_known_until_it_is_over(subject: Subject) -> None:
    begun = Condition(OWNER, Kind.OVER_RATE, NOW, 5)
    grown = Condition(OWNER, Kind.OVER_RATE, NOW, 9)
    cut = Condition(OWNER, Kind.CUT, NOW, 1, NOW + 300_000)

    await subject.set_aside.note([begun], NOW + 1)
    await subject.set_aside.note([grown, cut], NOW + 2)
    known = (await subject.set_aside.recall()).conditions
    over = Condition(OWNER, Kind.OVER_RATE, NOW, 9, over=True)
    await subject.set_aside.note([over], NOW + 3)
    left = (await subject.set_aside.recall()).conditions

    assert set(known) == {grown, cut}
    assert left == (cut,)
    assert subject.events() == [("over_rate", "g"), ("gateway_cut", "g")]


async def test_what_began_and_ended_within_a_second_is_told_all_the_same(subject: Subject) -> None:
    over = Condition(OWNER, Kind.ONLY_POISON, NOW, 20, over=True)

    await subject.set_aside.note([over], NOW + 1)

    assert subject.events() == [("only_poison", "g")]
    assert (await subject.set_aside.recall()).conditions == ()
