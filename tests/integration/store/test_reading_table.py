"""Readings go straight into their table where they can, and are stored once either way."""

import time
from collections.abc import AsyncIterator

import psycopg
import pytest

from services.domain.reading import Quality, Reading
from services.store.reading_table import WARY_BATCHES, Connection, ReadingTable, Stored
from tests.living.engines_alone import Engines

MINUTE = 60_000


@pytest.fixture
async def connection(engines: Engines) -> AsyncIterator[Connection]:
    url = engines.services["ingest"]["PARKWATCH_DATABASE_URL"]
    made = await psycopg.AsyncConnection.connect(url)
    await made.execute(
        "CREATE TEMPORARY TABLE incoming (point_id integer, measured_at timestamptz,"
        " received_at timestamptz, value double precision, quality smallint, flags smallint)"
        " ON COMMIT DELETE ROWS"
    )
    yield made
    await made.rollback()
    await made.close()


def readings(point: int, *values: float, ago_ms: int = 0) -> list[Reading]:
    now = time.time_ns() // 1_000_000 - ago_ms
    return [Reading(point, now + n, now, value, Quality.GOOD) for n, value in enumerate(values)]


async def count(connection: Connection, point: int) -> int:
    row = await (
        await connection.execute("SELECT count(*) FROM reading WHERE point_id = %s", (point,))
    ).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_repeat_is_absorbed_and_the_new_ones_beside_it_are_stored(
    connection: Connection,
) -> None:
    table, first = ReadingTable(), readings(901, 1.0, 2.0)
    assert await table.insert(connection, first) == Stored(2)
    found = await table.insert(connection, [*first, *readings(902, 3.0)])
    assert found == Stored(1, {902: 1})
    assert [await count(connection, point) for point in (901, 902)] == [2, 1]


async def test_repeats_within_a_batch_and_values_that_are_none_are_stored_once(
    connection: Connection,
) -> None:
    (one,) = readings(903, 1.0)
    bad = Reading(903, one.measured_at, one.received_at, None, Quality.BAD)
    found = await ReadingTable().insert(connection, [one, bad, one, bad])
    assert found == Stored(2, {903: 2})


async def test_after_a_repeat_it_is_wary_for_a_while(connection: Connection) -> None:
    table, first = ReadingTable(), readings(904, 1.0)
    await table.insert(connection, first)
    for _ in range(WARY_BATCHES + 3):
        assert (await table.insert(connection, first)).number == 0
    assert await count(connection, 904) == 1


async def test_what_the_live_window_will_not_find_is_noted_for_the_roll_ups(
    connection: Connection,
) -> None:
    late = readings(905, 7.0, ago_ms=3 * 24 * 60 * MINUTE)
    assert await ReadingTable().insert(connection, late) == Stored(1)
    row = await (
        await connection.execute("SELECT count(*) FROM rollup_note WHERE 905 = ANY(points)")
    ).fetchone()
    assert row == (1,)
