"""The corpus of payloads and times, in every format, through broker, door and database."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.domain.directory import Directory
from services.domain.reading import ReadingFlag, time_flags
from services.runtime.feed import Delivery
from services.store.intake import Parcel
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.corpus.case import NUMBERS, POINTS, RECEIVED_AFTER_MS, Case, directory
from tests.corpus.payloads import PAYLOADS
from tests.corpus.times import TIMES
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Tables, eventually, forget_session, running_ingest

CASES = [case for case in (*PAYLOADS, *TIMES) if case.carried]
APART_MS = 3_000
"""From one case's time to the next one's; the longest case takes two seconds of it."""
BY_TIME = ReadingFlag.FUTURE | ReadingFlag.OLD

Row = tuple[int, int, float | None, int, int]
"""Point, measured_at, value, quality, flags."""


@pytest.fixture
def tables(engines: Engines) -> Tables:
    """Broker and database emptied, with the points of the corpus and the neighbour's."""
    forget_session(engines)
    engines.empty()
    found = Tables(engines)
    for each in POINTS:
        more = {"unit": each.unit, "low": each.range_low, "high": each.range_high}
        found.register(each.id, each.tag, each.kind.value, **more)
    found.register(9, "NB-1", "level")
    return found


def readings(tables: Tables, where: str) -> Counter[Row]:
    query = (
        "SELECT point_id, (extract(epoch FROM measured_at) * 1000)::bigint, value, quality, flags"
        f" FROM reading WHERE {where}"
    )
    return Counter(tuple(row) for row in tables.rows(query))


def expected(case: Case, at: int, now: int) -> Iterator[Row]:
    """The readings that a case leaves, but those that have their time from the receipt.

    It came at about `now`, so what it is flagged with for its time follows from that.
    """
    for each in case.stored:
        if not each.flags & ReadingFlag.NO_TIME and each.shift is not None:
            measured_at = at + each.shift
            flags = each.flags & ~BY_TIME | time_flags(measured_at, now)
            yield NUMBERS[each.tag], measured_at, each.value, each.quality, flags


def test_every_case_between_good_neighbours(engines: Engines, tables: Tables) -> None:
    now = int(time.time() * 1000)
    start = now - len(CASES) * APART_MS - 60_000
    times = {number: start + number * APART_MS for number in range(len(CASES))}
    with Field(engines) as field, running_ingest(engines):
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
        for number, case in enumerate(CASES):
            field.send_later(
                {"ts": times[number], "values": {"NB-1": 1}}, "pw/v1/acme/nb/telemetry"
            )
            field.send(case.payload(times[number]), f"pw/v1/acme/c{number}/{case.leaf}")
        field.send({"ts": start - 1, "values": {"NB-1": 1}}, "pw/v1/acme/nb/telemetry")
        refused = {
            f"c{i}": case.refused for i, case in enumerate(CASES) if case.refused is not None
        }
        eventually(lambda: tables.count("dead_letter") >= len(refused), 60)
        eventually(lambda: len(readings(tables, "point_id = 9")) == len(CASES) + 1, 20)
        field.await_status(lambda status: "; 0 waiting" in (status.detail or ""), 20)

    reasons = dict(tables.rows("SELECT gateway, reason FROM dead_letter"))
    assert reasons.keys() == refused.keys()
    assert [g for g, word in refused.items() if word not in reasons[g]] == []
    wanted = Counter(itertools.chain(*(expected(c, times[i], now) for i, c in enumerate(CASES))))
    untimed = int(ReadingFlag.NO_TIME)
    assert readings(tables, f"point_id <> 9 AND flags & {untimed} = 0") == wanted
    gas = f"point_id = 1 AND flags & {untimed} <> 0"
    assert {row[2] for row in readings(tables, gas)} == {61, 62, 63, 64, 71, 72, 73, 81, 82, 91, 92}
    strangers = {tag for case in CASES for tag in case.unregistered}
    assert {tag for (tag,) in tables.rows("SELECT tag FROM unregistered_tag")} == strangers


@pytest.mark.long
@pytest.mark.parametrize("position", [0, 4, 8], ids=["first", "middle", "last"])
async def test_every_case_at_a_place_in_a_batch(
    engines: Engines, tables: Tables, position: int
) -> None:
    """In one transaction with eight good messages, which are stored whatever the case is."""
    book, start = directory(), int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
    intake = PostgresIntake(engines.database_url("ingest"))
    numbers = itertools.count(1)
    try:
        for number, case in enumerate((*PAYLOADS, *TIMES)):
            at = start + number * APART_MS
            good = [
                parcel(book, next(numbers), "telemetry", neighbour(at + i), at) for i in range(8)
            ]
            bad = parcel(book, next(numbers), case.leaf, case.payload(at), at)
            receipt = await intake.store([*good[:position], bad, *good[position:]])
            stored = 8 + len(case.stored)
            assert receipt.stored + receipt.repeats == stored, case.name
            assert receipt.kept + receipt.overflow == len(case.unregistered), case.name
            assert receipt.dead_letters == (case.refused is not None), case.name
    finally:
        intake.close()


def neighbour(at: int) -> bytes:
    return b'{"ts":%d,"values":{"AI-27":5}}' % at


def parcel(book: Directory, packet: int, leaf: str, payload: bytes, at: int) -> Parcel:
    topic, received_at = f"pw/v1/acme/gw1/{leaf}", at + RECEIVED_AFTER_MS
    delivery = Delivery(packet, 1, packet, topic, payload, received_at)
    return Parcel(delivery, translate(book, topic, payload, received_at))
