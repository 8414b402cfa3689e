"""Readings in columns, where TimescaleDB's own licence has them: nowhere that these tests run yet.

What the Apache edition cannot do is skipped with its reason, and so never green.
"""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.integration.store.keeping import TODAY, Store, open_store, put_ago
from tests.living.engines_alone import Engines


@pytest.fixture
async def store(engines: Engines) -> AsyncIterator[Store]:
    async with open_store(engines) as found:
        yield found


def has_columns(store: Store) -> bool:
    return store.tables.rows("SELECT current_setting('timescaledb.license')") == [("timescale",)]


async def test_columns_are_made_where_the_edition_has_them(store: Store) -> None:
    if not has_columns(store):
        pytest.skip("this edition of TimescaleDB has no columnstore: not proved here")
    await put_ago(store, 40)
    await put_ago(store, 3)
    store.place.clock.set_wall(TODAY)

    await store.round()

    compressed = (
        "SELECT is_compressed FROM timescaledb_information.chunks"
        " WHERE hypertable_name = 'reading' ORDER BY range_start"
    )
    assert store.tables.rows(compressed) == [(True,), (False,)]
    await put_ago(store, 40, received=0)
    assert store.tables.count("reading") == 3


async def test_the_edition_without_columns_is_not_asked_for_them(store: Store) -> None:
    if has_columns(store):
        pytest.skip("this edition of TimescaleDB has the columnstore")
    await put_ago(store, 40)
    assert await store.shelf.hold()

    assert await store.shelf.compress(TODAY) == 0
    with pytest.raises(psycopg.errors.RaiseException, match="no columnstore"):
        await store.place.connection.execute("SELECT compress_reading_day(now())")
