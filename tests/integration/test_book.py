"""Following the register, on the real database."""

import time
from dataclasses import asdict

import psycopg
import pytest
from psycopg.types.json import Jsonb

from services.domain.directory import Directory
from services.domain.maintenance import Maintenance, MaintenanceKind
from services.store.book import BookReader
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

RULE = """
INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade, deadband, on_delay_s,
                  valid_from, created_by, book_version)
SELECT 'acme', %s, 1, %s, 'HH', 50, 1, 0.5, 1.5, to_timestamp(1000), 'me', version FROM book
"""
WORK = Maintenance(MaintenanceKind.BUMP_TEST, 7_000, 8_000, "wang", "季度功能测试", 3)


@pytest.fixture
def tables(engines: Engines) -> Tables:
    engines.empty()
    found = Tables(engines)
    found.register(1, "GT-101", low=0, high=100)
    return found


async def test_the_first_look_brings_the_whole_book_and_the_next_only_changes(
    engines: Engines, tables: Tables
) -> None:
    tables.run(RULE, "r1", "GT-101")
    book, directory = BookReader(engines.database_url("alerts")), Directory()

    first = await book.poll()
    assert first is not None
    first.apply(directory)
    point = directory.find("acme", "GT-101")
    assert point is not None
    (rule,) = directory.in_force(point.id)
    assert (rule.limit, rule.deadband, rule.on_delay_ms, rule.valid_from) == (50, 0.5, 1500, 10**6)
    assert await book.poll() is None

    tables.register(2, "GT-102")
    tables.run(RULE, "r2", "GT-102")
    second = await book.poll()
    assert second is not None
    assert [each.id for each in second.points] == [2]
    assert [each.id for each in second.rules] == ["r2"]
    await book.close()


async def test_of_the_whole_what_is_known_comes_as_the_same_object(
    engines: Engines, tables: Tables
) -> None:
    tables.run(RULE, "r1", "GT-101")
    directory = Directory()
    reader = BookReader(engines.database_url("alerts"))
    first = await reader.poll()
    await reader.close()
    assert first is not None
    first.apply(directory)
    tables.run("UPDATE book SET version = version + 1")
    tables.run("UPDATE rule SET valid_to = to_timestamp(2000.5)")
    tables.run("UPDATE point SET exercise_from = to_timestamp(5), exercise_until = to_timestamp(6)")
    tables.run("UPDATE point SET maintenance = %s", Jsonb(asdict(WORK)))
    tables.register(2, "GT-102")
    tables.run(RULE, "r2", "GT-102")

    again = BookReader(engines.database_url("alerts"))
    whole = await again.poll(directory)
    await again.close()

    assert whole is not None
    assert {each.id: each.exercise for each in whole.points} == {1: (5_000, 6_000), 2: None}
    assert {each.id: each.maintenance for each in whole.points} == {1: WORK, 2: None}
    assert {each.id: each.valid_to for each in whole.rules} == {"r1": 2_000_500, "r2": None}
    whole.apply(directory)
    third = BookReader(engines.database_url("alerts"))
    same = await third.poll(directory)
    await third.close()
    assert same is not None
    assert all(directory.by_id[each.id] is each for each in same.points)
    assert all(any(mine is each for mine in directory.rules[each.point_id]) for each in same.rules)


async def test_a_point_that_goes_is_told(engines: Engines, tables: Tables) -> None:
    book, directory = BookReader(engines.database_url("ingest")), Directory()
    first = await book.poll()
    assert first is not None
    first.apply(directory)

    tables.run("UPDATE book SET version = version + 1")
    tables.run("UPDATE point SET deleted_at = now(), book_version = (SELECT version FROM book)")
    change = await book.poll()

    assert change is not None
    change.apply(directory)
    assert directory.by_id == {}
    await book.close()


async def test_a_frozen_database_is_noticed_and_found_again(
    engines: Engines, tables: Tables
) -> None:
    book = BookReader(engines.database_url("ingest"))
    await book.poll()

    with engines.frozen_database():
        begun = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            await book.poll()
        assert time.monotonic() - begun < 4
    tables.register(3, "GT-103")
    change = await book.poll()

    assert change is not None
    assert [each.id for each in change.points] == [3]
    await book.close()
