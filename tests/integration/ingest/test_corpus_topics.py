"""Cases 59 to 66 at a place in a batch: what stands beside a strange topic is stored."""

import itertools
from collections.abc import AsyncIterator

import pytest

from services.domain.directory import Directory
from services.runtime.feed import Delivery
from services.store.intake import Parcel
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.corpus.case import directory
from tests.corpus.test_topics import AT, GOOD, STRANGE
from tests.integration.ingest.test_corpus_formats import neighbour, tables
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

__all__ = ["tables"]

GATEWAY = "pw/v1/acme/gw1/telemetry"
CLAIM = b'{"enterprise":"other","gateway":"gw9","node":"n9",' + GOOD[1:]
NUMBERS = itertools.count(1)


@pytest.fixture
async def intake(engines: Engines) -> AsyncIterator[PostgresIntake]:
    found = PostgresIntake(engines.database_url("ingest"))
    yield found
    found.close()


def parcel(book: Directory, topic: str, payload: bytes, retained: bool = False) -> Parcel:
    number = next(NUMBERS)
    delivery = Delivery(number, 1, number, topic, payload, AT + 1_000, retained=retained)
    return Parcel(delivery, translate(book, topic, payload, AT + 1_000, retained=retained))


def good(book: Directory, first: int, count: int = 8) -> list[Parcel]:
    return [parcel(book, GATEWAY, neighbour(AT - first - i)) for i in range(count)]


async def test_all_strange_topics_in_one_batch_with_good_messages(
    intake: PostgresIntake, tables: Tables
) -> None:
    book = directory()
    strange = [parcel(book, topic, GOOD) for _, topic, _, _ in STRANGE]
    mixed = [each for two in zip(good(book, 1, len(strange)), strange, strict=True) for each in two]

    receipt = await intake.store(mixed)

    assert (receipt.stored, receipt.dead_letters) == (len(strange), len(strange))
    letters = tables.rows("SELECT enterprise, gateway FROM dead_letter")
    assert sorted(letters) == sorted((enterprise, gateway) for _, _, enterprise, gateway in STRANGE)


@pytest.mark.long
@pytest.mark.parametrize("position", [0, 4, 8], ids=["first", "middle", "last"])
async def test_every_topic_at_a_place_in_a_batch(
    intake: PostgresIntake, tables: Tables, position: int
) -> None:
    book = directory()
    cases = [(parcel(book, topic, GOOD), 0, 1) for _, topic, _, _ in STRANGE]
    cases.append((parcel(book, GATEWAY, CLAIM), 1, 0))  # 59: the topic says whose it is
    cases.append((parcel(book, GATEWAY, GOOD, retained=True), 0, 0))  # 66: read when it was sent
    for number, (case, stored, letters) in enumerate(cases):
        around = good(book, number * 10 + 1)
        receipt = await intake.store([*around[:position], case, *around[position:]])
        assert (receipt.stored, receipt.dead_letters) == (8 + stored, letters), case.delivery.topic
    assert tables.rows("SELECT DISTINCT enterprise FROM gateway_day WHERE stored > 0") == [
        ("acme",)
    ]
