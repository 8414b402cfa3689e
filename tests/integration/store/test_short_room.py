"""A database with a small quota: it is told first, and a day goes only after the notice."""

from collections.abc import AsyncIterator

import pytest

from services.domain.retention import NOTICE_S, Room
from services.ingest.retention import PERIOD_S, Retention, Terms, measure
from services.store.retention import Shelf
from tests.integration.store.keeping import TODAY, Store, open_store, put_ago
from tests.living.engines_alone import Engines

SOME = 20_000
"""Readings of a day: some megabytes, so that one day more or less is seen in the quota."""


@pytest.fixture
async def store(engines: Engines) -> AsyncIterator[Store]:
    async with open_store(engines) as found:
        yield found


async def fill(store: Store, ago: int) -> None:
    """A day of readings, so many days ago."""
    await put_ago(store, ago)
    store.tables.run(
        "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
        " SELECT 1, measured_at + make_interval(secs => n / 10.0), received_at, n, 0"
        f" FROM reading, generate_series(1, {SOME}) AS n WHERE value = %s",
        float(ago),
    )


async def keeper(store: Store, free: float) -> Retention:
    """One with a quota of which so much is free now."""
    assert await store.shelf.hold()
    quota = int(await store.shelf.size() / (1 - free))
    look = measure(store.shelf, None, quota)
    return Retention(store.shelf, look, Terms(90, 1_100, 14), store.place.clock)


def seen(keeping: Retention) -> Room | None:
    """What its status says."""
    return keeping.room


async def test_it_is_told_a_minute_before_anything_goes_and_is_over_when_there_is_room(
    store: Store,
) -> None:
    for ago in (80, 60, 20):
        await fill(store, ago)
    store.place.clock.set_wall(TODAY)
    keeping = await keeper(store, 0.18)

    await keeping.turn()
    assert seen(keeping) is Room.TIGHT
    store.place.clock.advance(NOTICE_S - 1)
    await keeping.turn()
    assert store.days() == [80, 60, 20]
    assert store.kinds() == ["storage_tight"]

    store.place.clock.advance(PERIOD_S)
    await keeping.turn()
    assert store.days()[-1] == 20
    assert 80 not in store.days()
    assert seen(keeping) in (Room.ENOUGH, Room.LOW)
    assert set(store.kinds()[1:]) <= {"readings_dropped_early", "storage_well"}


async def test_while_it_only_runs_out_nothing_goes_and_at_the_border_it_is_told_once(
    store: Store,
) -> None:
    await fill(store, 60)
    store.place.clock.set_wall(TODAY)
    keeping = await keeper(store, 0.2499)
    for step in range(4):
        # A little more, a little less: the border is crossed each time.
        store.tables.run("CREATE TABLE IF NOT EXISTS ballast AS SELECT repeat('x', 40000) AS it")
        if step % 2:
            store.tables.run("DROP TABLE ballast")
        store.place.clock.advance(2 * NOTICE_S)
        await keeping.turn()
        assert seen(keeping) is Room.LOW

    assert store.days() == [60]
    assert store.kinds() == ["storage_low"]


async def test_beyond_the_last_thirty_days_nothing_goes_and_it_is_told_as_the_worst(
    store: Store,
) -> None:
    await fill(store, 29)
    store.place.clock.set_wall(TODAY)
    keeping = await keeper(store, 0.05)
    for _ in range(3):
        await keeping.turn()
        store.place.clock.advance(2 * NOTICE_S)

    assert seen(keeping) is Room.FULL
    assert store.days() == [29]
    assert store.kinds() == ["storage_full"]


async def test_who_is_not_the_keeper_does_not_say_how_much_room_there_is(store: Store) -> None:
    keeping = await keeper(store, 0.05)
    await keeping.turn()
    assert seen(keeping) is Room.FULL
    store.shelf.drop()
    other = Shelf(store.place.engines.database_url("ingest"), application="parkwatch-other")
    try:
        assert await other.hold()
        await keeping.turn()
        assert seen(keeping) is None
    finally:
        other.drop()
