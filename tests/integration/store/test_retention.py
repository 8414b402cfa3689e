"""Readings that had their time go, their roll-ups stay, and late ones are added to these."""

import random
from collections.abc import AsyncIterator

import psycopg
import pytest

from services.domain.reading import Reading
from services.domain.retention import DAY_MS
from services.domain.rollup import HOUR_MS
from services.runtime.clock import to_datetime
from tests.integration.store.keeping import TODAY, Store, open_store, put_ago
from tests.integration.store.rolling import WIDTHS, recomputed
from tests.integration.store.test_rollups import chance_of, reading
from tests.living.engines_alone import Engines

FAR = 2_000 * DAY_MS


@pytest.fixture
async def store(engines: Engines) -> AsyncIterator[Store]:
    async with open_store(engines) as found:
        yield found


async def test_old_days_go_and_a_replayed_past_stays(store: Store) -> None:
    for ago in (99, 95, 50, 1):
        await put_ago(store, ago)
    await put_ago(store, 400, received=2)
    store.place.clock.set_wall(TODAY)

    await store.round()

    assert store.days() == [400, 50, 1]
    for width in WIDTHS:
        expected = recomputed(store.place.sent, 1, width)
        assert await store.place.buckets(1, width, TODAY - FAR, TODAY) == expected


async def test_late_readings_of_a_dropped_day_are_added_to_what_it_came_to(store: Store) -> None:
    place, chance = store.place, random.Random(1)
    begun = place.clock.now_ms()
    await place.put([chance_of(chance, begun) for _ in range(300)])
    place.clock.advance(31 * HOUR_MS / 1000)
    await place.roll()
    place.clock.set_wall(TODAY)
    await store.round()
    assert not [ago for ago in store.days() if ago in range(98, 103)]

    for _ in range(3):  # each time some more of the same minutes, rolled up anew
        late = [chance_of(chance, begun) for _ in range(100)]
        for index, each in enumerate(late):
            late[index] = Reading(
                each.point_id, each.measured_at + 1, TODAY, each.value, each.quality
            )
        fresh = {(r.point_id, r.measured_at, r.value, r.quality) for r in place.sent}
        late = [r for r in late if (r.point_id, r.measured_at, r.value, r.quality) not in fresh]
        await place.put(late)
        place.clock.advance(1)
        await place.roll()

    for point in (1, 2):
        for width in WIDTHS:
            expected = recomputed(place.sent, point, width)
            found = await place.buckets(point, width, begun - FAR, TODAY + FAR)
            assert found.keys() == expected.keys()
            for bucket, row in expected.items():
                assert found[bucket] == pytest.approx(row), (point, width, bucket)


async def test_when_room_is_short_days_go_early_until_there_is_some_and_it_is_said(
    store: Store,
) -> None:
    for ago in (80, 60, 40, 20):
        await put_ago(store, ago)
    store.place.clock.set_wall(TODAY)
    store.free = [0.15, 0.18, 0.25]

    await store.round()

    assert store.days() == [40, 20]
    assert store.kinds() == [
        "storage_tight", "readings_dropped_early", "readings_dropped_early",
    ]  # fmt: skip


async def test_however_short_room_is_the_last_thirty_days_stay(store: Store) -> None:
    for ago in (40, 29):
        await put_ago(store, ago)
    await put_ago(store, 500, received=29)
    store.place.clock.set_wall(TODAY)
    store.free = [0.01]

    await store.round()

    assert store.days() == [500, 29]
    assert store.kinds() == ["storage_full", "readings_dropped_early"]


async def test_a_day_waits_while_late_readings_are_not_rolled_up(store: Store) -> None:
    await put_ago(store, 95)
    store.place.clock.set_wall(TODAY)
    await store.place.put([reading(TODAY - 200 * DAY_MS, 1.0, received=TODAY)])

    await store.round()
    assert 95 in store.days()

    await store.place.roll()
    await store.round()
    assert store.days() == [200]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reading",
        "TRUNCATE reading",
        "SELECT drop_chunks('reading', older_than => now())",
        "SELECT drop_chunks('rollup_minute', older_than => now())",
        "DELETE FROM journal",
        "DELETE FROM alarm",
        "DELETE FROM rollup_hour",
    ],
)
async def test_ingest_may_drop_nothing_by_itself(store: Store, statement: str) -> None:
    await put_ago(store, 95)
    with pytest.raises(psycopg.Error, match=r"permission denied|must be owner"):
        await store.place.connection.execute(statement.encode())


@pytest.mark.parametrize(("measured", "received"), [(29, 29), (95, 29), (400, 0)])
async def test_whoever_asks_nothing_of_the_last_thirty_days_is_dropped(
    store: Store, measured: int, received: int
) -> None:
    await put_ago(store, measured, received)
    store.tables.run("UPDATE reading_day SET newest_received_at = now() - interval '1 year'")
    day = to_datetime((TODAY - measured * DAY_MS) // DAY_MS * DAY_MS)

    with pytest.raises(psycopg.errors.RaiseException, match="kept by law"):
        await store.place.connection.execute("SELECT drop_reading_day(%s)", (day,))


async def test_roll_ups_of_three_years_and_rows_of_thirty_days_are_not_dropped(
    store: Store,
) -> None:
    connection = store.place.connection
    with pytest.raises(psycopg.errors.RaiseException, match="three years"):
        await connection.execute("SELECT drop_rollups(now() - interval '1095 days')")
    with pytest.raises(psycopg.errors.RaiseException, match="30 days"):
        await connection.execute(
            "SELECT forget_rows('gateway_event', now() - interval '29 days', 1)"
        )
    with pytest.raises(psycopg.errors.RaiseException, match="nothing is forgotten"):
        await connection.execute("SELECT forget_rows('journal', now() - interval '1 year', 1)")
    with pytest.raises(psycopg.errors.RaiseException, match="400 days"):
        await connection.execute("SELECT forget_rows('gap', now() - interval '399 days', 1)")
    with pytest.raises(psycopg.errors.RaiseException, match="1095 days"):
        await connection.execute(
            "SELECT forget_rows('gateway_day', now() - interval '1000 days', 1)"
        )


async def test_what_nobody_must_keep_is_forgotten_after_its_time(store: Store) -> None:
    for days in (400, 100, 40, 10):
        store.tables.run(
            "INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)"
            " SELECT 'acme', 'g', at, at, 'publish_denied', %s, 1"
            " FROM (SELECT now() - make_interval(days => %s) AS at) AS moment",
            str(days),
            days,
        )
    store.place.clock.set_wall(TODAY)
    left = "SELECT detail FROM gateway_event WHERE enterprise = 'acme' ORDER BY id"

    await store.round()
    assert store.tables.rows(left) == [("100",), ("40",), ("10",)]

    store.free = [0.15]
    await store.round()
    assert store.tables.rows(left) == [("10",)]


async def test_gaps_that_are_over_and_old_figures_go_and_open_gaps_stay(store: Store) -> None:
    """However short room is, they stay their time: they prove what was not lost."""
    for days, closed in ((450, 420), (450, 390), (450, 40), (900, None)):
        store.tables.run(
            "INSERT INTO gap (enterprise, gateway, boot, from_seq, to_seq, seen_at, opened_at,"
            " closed_at) SELECT 'acme', 'g', %s, 1, 1, at, at, now() - make_interval(days => %s)"
            " FROM (SELECT now() - make_interval(days => %s) AS at) AS moment",
            str(closed),
            closed,
            days,
        )
    for days in (1_200, 1_050, 10):
        store.tables.run(
            "INSERT INTO gateway_day (enterprise, gateway, day, received, stored)"
            " SELECT 'acme', 'g', current_date - %s, %s, %s",
            days,
            days,
            days,
        )
    store.place.clock.set_wall(TODAY)
    store.free = [0.15]

    await store.round()

    assert store.tables.rows("SELECT boot FROM gap ORDER BY id") == [("390",), ("40",), ("None",)]
    figures = "SELECT stored FROM gateway_day ORDER BY day"
    assert store.tables.rows(figures) == [(1_050,), (10,)]


async def test_roll_ups_go_after_three_years_but_not_those_of_a_replayed_past(
    store: Store,
) -> None:
    await put_ago(store, 1_300, received=1_300)
    await put_ago(store, 1_500, received=3)
    store.place.clock.set_wall(TODAY)

    await store.round()

    assert store.days() == [1_500]
    hours = await store.place.buckets(1, HOUR_MS, TODAY - FAR, TODAY)
    assert [(TODAY - at) // DAY_MS for at in hours] == [1_500]
