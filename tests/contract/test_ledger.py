"""One suite for the loss ledger of every Intake: gaps, answers, and figures that add up."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from services.domain.directory import Directory
from services.domain.formula import GATEWAY, Formula
from services.domain.ledger import BOOTS_MOST, GRACE_MS, HOLES_MOST, Answer
from services.domain.point import Point, PointKind
from services.domain.reading_count import ReadingCount
from services.runtime.clock import ManualClock
from services.runtime.feed import Delivery
from services.store import bundle
from services.store.intake import Intake, Parcel, Receipt, Resumed
from services.store.memory_intake import MemoryIntake
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

NOW = 1_795_000_000_000
"""2026-11-18 11:06:40 UTC."""
DAY = date(2026, 11, 18)
TOP = 2**63 - 1

Gap = tuple[str, str, int, int, str, int]
"""Gateway, boot, first, last, `seen`, `open` or `closed`, and how many came late."""


@dataclass(slots=True)
class Subject:
    """An intake under test, its clock, and what its ledger holds."""

    intake: Intake
    clock: ManualClock
    tables: Tables | None
    directory: Directory = field(default_factory=Directory)

    def register(self, number: int, tag: str) -> None:
        self.directory.put(Point(number, "acme", tag, PointKind.TOXIC_GAS, "ppm", 0.0, 100.0))
        if self.tables is not None:
            self.tables.register(number, tag, PointKind.TOXIC_GAS)

    def parcel(self, payload: Any, gateway: str = "g", **more: Any) -> Parcel:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        topic, at = f"pw/v1/acme/{gateway}/telemetry", self.clock.now_ms()
        delivery = Delivery(1, 1, 1, topic, raw, at)
        return Parcel(delivery, translate(self.directory, topic, raw, at), **more)

    def numbered(self, *seqs: int, boot: str = "b", gateway: str = "g") -> list[Parcel]:
        """Messages with these numbers, each with one reading of its own."""
        return [
            self.parcel(
                {"ts": NOW + seq % 10**6, "boot": boot, "seq": seq, "values": {"A": seq % 97}},
                gateway,
            )
            for seq in seqs
        ]

    async def arrive(self, *seqs: int, boot: str = "b", gateway: str = "g") -> Receipt:
        return await self.intake.store(self.numbered(*seqs, boot=boot, gateway=gateway))

    async def pass_grace(self) -> int:
        """Let the grace pass, and look; how many gaps were opened."""
        self.clock.advance(GRACE_MS / 1000)
        return await self.intake.open_gaps(self.clock.now_ms())

    def gaps(self) -> list[Gap]:
        if self.tables is not None:
            rows = self.tables.rows(
                "SELECT gateway, boot, from_seq, to_seq, CASE WHEN closed_at IS NOT NULL THEN"
                " 'closed' WHEN opened_at IS NOT NULL THEN 'open' ELSE 'seen' END, filled FROM gap"
            )
            return sorted((a, b, c, d, e, f) for a, b, c, d, e, f in rows)
        assert isinstance(self.intake, MemoryIntake)
        found: list[Gap] = []
        for gap in self.intake.ledger.gaps.values():
            seen = "seen" if gap.hole.opened_at is None else "open"
            state = seen if gap.closed_at is None else "closed"
            hole = gap.hole
            found.append((*gap.boot[1:], hole.first, hole.last, state, hole.filled))
        return sorted(found)

    def days(self) -> dict[tuple[str, date], ReadingCount]:
        """The figures by gateway and day; each must add up whenever anyone looks."""
        if self.tables is not None:
            rows = self.tables.rows(
                "SELECT gateway, day, messages, received, stored, duplicates, dead_letters,"
                " waiting, apart, not_kept FROM gateway_day"
            )
            found = {(row[0], row[1]): ReadingCount(*row[2:]) for row in rows}
        else:
            assert isinstance(self.intake, MemoryIntake)
            found = {cell[1:]: count for cell, count in self.intake.ledger.days.items()}
        assert all(count.adds_up for count in found.values()), found
        return found

    def day(self, gateway: str = "g") -> ReadingCount:
        return self.days()[gateway, DAY]

    def boots(self) -> list[str]:
        if self.tables is not None:
            return sorted(row[0] for row in self.tables.rows("SELECT boot FROM gateway_ledger"))
        assert isinstance(self.intake, MemoryIntake)
        return sorted(boot for _, _, boot in self.intake.ledger.ledgers)


@pytest.fixture(params=["memory", "database"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    clock = ManualClock(NOW)
    if request.param == "memory":
        found = Subject(MemoryIntake(clock=clock), clock, None)
        found.register(1, "A")
        yield found
        return
    engines: Engines = request.getfixturevalue("engines")
    engines.empty()
    intake = PostgresIntake(engines.database_url("ingest"), clock=clock)
    found = Subject(intake, clock, Tables(engines))
    found.register(1, "A")
    yield found
    intake.close()


async def test_numbers_in_order_make_no_gap_and_are_answered(subject: Subject) -> None:
    await subject.arrive(1, 2, 3)
    receipt = await subject.arrive(4, 5)

    assert receipt.answers == (Answer("acme", "g", "b", 5, ()),)
    assert await subject.pass_grace() == 0
    assert subject.gaps() == []


async def test_a_message_without_numbers_is_not_answered(subject: Subject) -> None:
    assert (await subject.intake.store([subject.parcel({"values": {"A": 1}})])).answers == ()


async def test_what_we_compute_ourselves_is_stored_and_in_no_figure(subject: Subject) -> None:
    subject.register(2, "D")
    formula = Formula("a + 1.0", (("a", "A"),))
    subject.directory.put(replace(subject.directory.by_id[2], formula=formula))
    computed = subject.parcel({"ts": NOW, "values": {"D": 2}}, gateway=GATEWAY)
    receipt = await subject.intake.store([computed, subject.parcel({"values": {"A": 1}})])
    assert (receipt.stored, receipt.answers, receipt.counted.stored) == (2, (), 1)
    assert [gateway for gateway, _ in subject.days()] == ["g"]
    again = await subject.intake.store([computed])
    assert (again.stored, again.repeats, again.counted) == (0, 1, ReadingCount())


async def test_what_is_missing_is_told_at_once_and_a_gap_after_its_grace(subject: Subject) -> None:
    await subject.arrive(1)
    receipt = await subject.arrive(5)
    assert receipt.answers == (Answer("acme", "g", "b", 5, ((2, 4),)),)
    assert await subject.intake.open_gaps(subject.clock.now_ms()) == 0
    assert subject.gaps() == [("g", "b", 2, 4, "seen", 0)]

    assert await subject.pass_grace() == 1
    assert subject.gaps() == [("g", "b", 2, 4, "open", 0)]
    assert await subject.pass_grace() == 0


async def test_what_comes_in_another_order_within_the_grace_never_was_a_gap(
    subject: Subject,
) -> None:
    await subject.arrive(1)
    await subject.arrive(4, 3)
    await subject.arrive(2)

    assert await subject.pass_grace() == 0
    assert subject.gaps() == []


async def test_late_data_splits_a_gap_and_closes_it(subject: Subject) -> None:
    await subject.arrive(1, 11)
    await subject.pass_grace()

    receipt = await subject.arrive(5, 6)
    assert receipt.answers[0].missing == ((2, 4), (7, 10))
    assert subject.gaps() == [("g", "b", 2, 4, "open", 2), ("g", "b", 7, 10, "open", 0)]

    await subject.arrive(2, 3, 4)
    assert subject.gaps() == [("g", "b", 2, 4, "closed", 5), ("g", "b", 7, 10, "open", 0)]
    await subject.arrive(10, 8)
    await subject.arrive(7, 9)
    assert [gap[4] for gap in subject.gaps()] == ["closed", "closed", "closed"]
    assert sum(gap[5] for gap in subject.gaps()) == 9


async def test_a_new_boot_counts_anew_and_gateways_count_apart(subject: Subject) -> None:
    await subject.arrive(1, 2, 3)
    receipt = await subject.intake.store(
        [
            *subject.numbered(1, 3, boot="c"),
            *subject.numbered(7, 9, gateway="h"),
            *subject.numbered(4),
        ]
    )

    assert set(receipt.answers) == {
        Answer("acme", "g", "c", 3, ((2, 2),)),
        Answer("acme", "h", "b", 9, ((8, 8),)),
        Answer("acme", "g", "b", 4, ()),
    }


async def test_absurd_numbers_cost_one_hole(subject: Subject) -> None:
    await subject.arrive(1, TOP)
    await subject.pass_grace()
    receipt = await subject.arrive(2, 3, 2**31, 0)

    assert receipt.answers == (
        Answer("acme", "g", "b", TOP, ((4, 2**31 - 1), (2**31 + 1, TOP - 1))),
    )
    assert len(subject.gaps()) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"values": {"A": "x" * 99}},
        {"values": {}},
        {"values": [1]},
        {"values": 7},
        {"value": {"A": 1}},
        {"ts": "noon", "values": {"A": 1}},
    ],
)
async def test_a_message_of_which_nothing_could_be_used_is_no_gap(
    subject: Subject, more: dict[str, Any]
) -> None:
    await subject.arrive(1)
    await subject.intake.store([subject.parcel({"boot": "b", "seq": 2} | more)])
    receipt = await subject.arrive(3)

    assert receipt.answers == (Answer("acme", "g", "b", 3, ()),)


async def test_beyond_their_cap_the_lowest_holes_are_given_up_and_that_is_told(
    subject: Subject,
) -> None:
    await subject.arrive(*range(0, HOLES_MOST * 2 + 1, 2))
    await subject.pass_grace()
    await subject.arrive(HOLES_MOST * 2 + 2, HOLES_MOST * 2 + 4)

    gaps = subject.gaps()
    assert (len(gaps), gaps[0][2]) == (HOLES_MOST, 5)
    if subject.tables is not None:
        events = subject.tables.rows("SELECT kind, detail, count FROM gateway_event ORDER BY id")
        assert events == [
            ("messages_missing", "'b' 1, 'b' 3, 'b' 5, 'b' 7, 'b' 9 and 251 more", HOLES_MOST),
            ("gaps_given_up", "'b' 1, 'b' 3", 2),
        ]


async def test_boots_have_an_end_and_those_heard_longest_ago_are_forgotten(
    subject: Subject,
) -> None:
    for number in range(BOOTS_MOST + 2):
        await subject.arrive(1, 3, boot=f"boot-{number:02}")
        subject.clock.advance(1)

    assert subject.boots() == [f"boot-{number:02}" for number in range(2, BOOTS_MOST + 2)]
    assert len(subject.gaps()) == BOOTS_MOST


async def test_the_ledger_goes_on_from_the_store(subject: Subject) -> None:
    await subject.arrive(1, 4)
    await subject.pass_grace()
    if subject.tables is not None:
        url = subject.tables.engines.database_url("ingest")
        other = PostgresIntake(url, clock=subject.clock)
        receipt = await other.store(subject.numbered(2, 5))
        other.close()
    else:
        receipt = await subject.arrive(2, 5)

    assert receipt.answers == (Answer("acme", "g", "b", 5, ((3, 3),)),)
    assert subject.gaps() == [("g", "b", 3, 3, "open", 1)]


async def test_each_fate_of_a_reading_is_counted_once(subject: Subject) -> None:
    await subject.intake.store(
        [
            subject.parcel({"ts": NOW, "values": {"A": 1, "NEW": 2, "OLD": {"v": 1, "q": "x"}}}),
            subject.parcel({"ts": NOW, "values": {"A": 1, "NEW": 2}}),
            subject.parcel(b"\xff garbage"),
            subject.parcel({"ts": NOW, "values": {"A": 5, "B": 6}}, apart=True),
        ]
    )

    assert subject.day() == ReadingCount(
        messages=4,
        received=8,
        stored=1,
        duplicates=2,
        dead_letters=2,
        waiting=1,
        apart=2,
    )


async def test_what_was_set_aside_moves_on_when_it_comes_back(subject: Subject) -> None:
    aside = subject.parcel({"ts": NOW, "boot": "b", "seq": 1, "values": {"A": 5, "A2": True}})
    await subject.intake.store([Parcel(aside.delivery, aside.translation, apart=True)])
    assert (subject.day().received, subject.day().apart) == (2, 2)

    receipt = await subject.intake.store(
        [Parcel(aside.delivery, aside.translation, resumed=Resumed(apart=2))]
    )

    assert subject.day() == ReadingCount(messages=1, received=2, stored=1, waiting=1)
    assert receipt.answers == ()


async def test_adoption_moves_what_waited_on_the_day_it_came(subject: Subject) -> None:
    for value in (1, 1, 200, "on"):
        await subject.intake.store(
            [subject.parcel({"ts": NOW + (value == 200), "values": {"NEW": value}}, "h")]
        )
    assert subject.day("h") == ReadingCount(messages=4, received=4, waiting=3, duplicates=1)

    subject.clock.advance(86_400)
    subject.register(2, "NEW")
    while await subject.intake.adopt(subject.directory, 2):
        subject.days()

    assert subject.day("h") == ReadingCount(
        messages=4, received=4, stored=2, duplicates=1, dead_letters=1
    )


async def test_beyond_the_caps_of_unregistered_tags_all_is_counted(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "KEPT_PER_GATEWAY", 3)
    monkeypatch.setattr(bundle, "TAGS_PER_GATEWAY", 2)

    await subject.intake.store(
        [subject.parcel({"ts": NOW + n, "values": {"P": n, "Q": n, "R": n}}) for n in range(3)]
    )

    assert subject.day() == ReadingCount(
        messages=3, received=9, waiting=3, dead_letters=3, not_kept=3
    )


async def test_at_any_moment_all_that_was_received_is_somewhere(subject: Subject) -> None:
    chance = random.Random(20261122)
    sent: list[Any] = []
    received = 0
    for step in range(60):
        batch = [_anything(chance, sent, step) for _ in range(chance.randint(1, 12))]
        await subject.intake.store(
            [subject.parcel(payload, chance.choice("gh")) for payload in batch]
        )
        received += sum(map(_size, batch))
        if chance.random() < 0.2:
            subject.register(10 + step, f"T{chance.randint(0, 5)}-{step}")
            await subject.intake.adopt(subject.directory, 3)
        subject.clock.advance(chance.choice((0.1, 3_000)))

        assert sum(count.received for count in subject.days().values()) == received

    total = ReadingCount()
    for count in subject.days().values():
        total.add(count)
    assert min(total.stored, total.duplicates, total.dead_letters, total.waiting) > 20


def _anything(chance: random.Random, sent: list[Any], step: int) -> Any:
    """A payload: a new one, one from before, poison, or late data of a tag nobody registered."""
    kind = chance.random()
    if kind < 0.3 and sent:
        return chance.choice(sent)
    if kind < 0.4:
        return b"poison"
    tags = chance.sample(["A", "A", f"T{step % 6}-{step + 3}", "U", "V"], 2)
    values = {tag: chance.choice((1, 2, 300, "tripped", {"v": 1, "q": "?"})) for tag in tags}
    payload = {"boot": "b", "seq": len(sent), "values": values}
    if chance.random() < 0.7:
        payload["ts"] = NOW - chance.randint(0, 50)
    sent.append(payload)
    return payload


def _size(payload: Any) -> int:
    return len(payload["values"]) if isinstance(payload, dict) else 1
