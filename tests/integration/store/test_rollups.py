"""Roll-ups are what a recomputation from nothing gives, whatever comes late, twice or never."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from services.domain.reading import Quality, Reading
from services.domain.rollup import HOUR_MS, MINUTE_MS
from services.store import rollup
from services.store.reading_table import insert_readings
from tests.integration.store.rolling import WIDTHS, Place, open_place, recomputed
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables, eventually

NOW = 1_795_000_000_000

WAITING = """
SELECT pid FROM pg_stat_activity
WHERE application_name = 'parkwatch-rollup' AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def place(engines: Engines) -> AsyncIterator[Place]:
    found = await open_place(engines, NOW)
    yield found
    found.rollups.drop()
    await found.connection.close()


def reading(at: int, value: float | None, quality: Quality = Quality.GOOD, point: int = 1, received: int | None = None) -> Reading:  # fmt: skip
    return Reading(point, at, at if received is None else received, value, quality)


async def compare(place: Place, start: int, end: int) -> None:
    for point in (1, 2):
        for width in WIDTHS:
            expected = recomputed(place.sent, point, width)
            assert await place.buckets(point, width, start, end) == expected, (point, width)


def chance_of(chance: random.Random, now: int) -> Reading:
    """A reading as fields send them: live, late, of yesterday, from a clock gone wrong."""
    at = chance.choice(
        [
            now - chance.randrange(2_000),
            now - chance.randrange(2_000),
            now - chance.randrange(5 * MINUTE_MS),
            now - chance.randrange(30 * HOUR_MS),
            now + chance.randrange(20 * MINUTE_MS),
            now + 365 * 24 * HOUR_MS,
        ]
    )
    quality = chance.choice(list(Quality))
    value = None if chance.random() < 0.1 else float(chance.randrange(-50, 50))
    if value is None:
        quality = Quality.BAD
    return Reading(chance.choice((1, 2)), at, now - chance.randrange(500), value, quality)


@pytest.mark.parametrize("seed", range(4))
async def test_they_equal_a_recomputation_at_any_moment(place: Place, seed: int) -> None:
    chance = random.Random(seed)
    begun = NOW - 40 * HOUR_MS
    for turn in range(25):
        batch = [chance_of(chance, place.clock.now_ms()) for _ in range(chance.randrange(1, 40))]
        batch += chance.sample(place.sent, min(len(place.sent), 5))  # what is sent again
        chance.shuffle(batch)
        await place.put(batch)
        place.clock.advance(chance.choice([0.5, 20, 70, 70, 600, 4_000]))
        if chance.random() < 0.2:
            await place.killed_while_rolling()
        elif chance.random() < 0.7:
            await place.roll()
        if turn % 8 == 7:
            await place.roll()
            await compare(place, begun, NOW + 500 * 24 * HOUR_MS)
    await place.roll()
    await compare(place, begun, NOW + 500 * 24 * HOUR_MS)


async def test_a_reading_is_seen_at_once_and_its_minute_stays_the_same_when_rolled(
    place: Place,
) -> None:
    place.clock.advance(70)
    await place.roll()  # the window is open
    now = place.clock.now_ms()
    await place.put([reading(now, 7.0), reading(now + 1, 9.0), reading(now + 2, None, Quality.BAD)])

    minute = now - now % MINUTE_MS
    live = await place.buckets(1, MINUTE_MS, minute, now + 10)
    place.clock.advance(3 * 3600)
    await place.roll()

    assert live == {minute: (7.0, 9.0, 8.0, 2, 1, 9.0, Quality.BAD)}
    assert await place.buckets(1, MINUTE_MS, minute, now + 10) == live
    hour = now - now % HOUR_MS
    assert await place.buckets(1, HOUR_MS, minute, now + 10) == {hour: live[minute]}


async def test_no_sum_overflows(place: Place) -> None:
    minute = NOW - NOW % MINUTE_MS - HOUR_MS
    await place.put([reading(minute + n, 1.7e308) for n in range(3)])
    await place.roll()

    found = await place.buckets(1, HOUR_MS, minute, NOW)

    ((low, high, mean, *_),) = found.values()
    assert (low, high, mean) == (1.7e308, 1.7e308, 1e290)


async def test_readings_of_the_live_window_leave_no_notes(place: Place, engines: Engines) -> None:
    place.clock.advance(70)
    await place.roll()
    now = place.clock.now_ms()
    await place.put([reading(now - n, 1.0) for n in range(10)])
    assert Tables(engines).count("rollup_note") == 0

    await place.put([reading(now - HOUR_MS, 1.0), reading(now - HOUR_MS + 1, 1.0)])
    assert Tables(engines).rows("SELECT points, cardinality(minutes) FROM rollup_note") == [
        ([1], 1)
    ]


async def test_a_batch_under_way_is_not_passed_over_by_a_minute_that_is_closed(
    place: Place, engines: Engines
) -> None:
    """The window waits for who holds it: nothing lies between "live" and "noted"."""
    place.clock.advance(70)
    await place.roll()
    now = place.clock.now_ms()
    place.clock.advance(120)
    async with asyncio.TaskGroup() as group:
        async with place.connection.transaction():
            await insert_readings(place.connection, [reading(now, 3.0)])
            closing = group.create_task(place.roll())
            await asyncio.to_thread(eventually, lambda: Tables(engines).rows(WAITING))
        await closing
    place.sent.append(reading(now, 3.0))

    await compare(place, now - HOUR_MS, now + HOUR_MS)


async def test_notes_taken_together_are_of_so_many_days(
    place: Place, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each day is kept apart, and a transaction that opens too many holds everybody up."""
    monkeypatch.setattr(rollup, "DAYS_AT_ONCE", 3)
    first = NOW - 100 * 24 * HOUR_MS
    for turn, days in enumerate((2, 1, 2, 4)):
        times = [first + (10 * turn + day) * 24 * HOUR_MS for day in range(days)]
        await place.put([reading(at + n, 1.0) for at in times for n in range(2)])
    assert await place.rollups.hold()

    left = []
    while await place.rollups.roll_due(NOW):
        left.append(Tables(engines).count("rollup_note"))

    assert left == [2, 1, 0]
    await compare(place, first, NOW)
