"""The record of interlock states is what a recomputation gives, whatever comes late or never."""

import random
from collections.abc import AsyncIterator

import psycopg
import pytest

from services.domain.point import STATES, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rollup import HOUR_MS, MINUTE_MS
from services.domain.use_rate import Change
from services.store import interlock_record
from services.store.deadline import connect
from services.store.tenant import EVERY, name_tenant
from tests.integration.store.rolling import Place, open_place
from tests.living.engines_alone import Engines

NOW = 1_795_000_000_000
NAMES = STATES[PointKind.INTERLOCK]
HOLDS: dict[int, int | None] = {1: 90_000, 2: None}
"""Point 1 reports every 30 s; point 2 on change."""


@pytest.fixture
async def place(engines: Engines) -> AsyncIterator[Place]:
    found = await open_place(engines, NOW)
    with psycopg.connect(engines.superuser_url) as superuser:
        superuser.execute("UPDATE point SET kind = 'interlock', unit = '1'")
        superuser.execute("UPDATE point SET period_s = 30 WHERE id = 1")
    yield found
    found.rollups.drop()
    await found.connection.close()


def recomputed(readings: list[Reading], point: int) -> list[Change]:
    """From nothing: one value an instant, a gap where it was silent for too long."""
    by_time: dict[int, int | None] = {}
    for each in readings:
        if each.point_id != point:
            continue
        code = int(each.value) if each.is_judged and each.value is not None else None
        known = by_time.get(each.measured_at)
        by_time[each.measured_at] = max((c for c in (code, known) if c is not None), default=None)
    moments, hold, found = sorted(by_time), HOLDS[point], list[Change]()
    for place, at in enumerate(moments):
        told = [Change(at, None if by_time[at] is None else NAMES[by_time[at] or 0])]
        following = moments[place + 1] if place + 1 < len(moments) else None
        if hold is not None and (following is None or following > at + hold):
            told.append(Change(at + hold, None))
        for change in told:
            if not found or found[-1].state != change.state:
                found.append(change)
    return found


async def recorded(place: Place, since: int, until: int) -> dict[int, list[Change]]:
    url = place.engines.database_url("api")
    async with await connect(url, application="test") as connection, connection.transaction():
        await name_tenant(connection, EVERY)
        return await interlock_record.changes(connection, [("acme", 1), ("acme", 2)], since, until)


def chance_of(chance: random.Random, now: int) -> Reading:
    at = chance.choice(
        [now - chance.randrange(2_000)] * 3
        + [now - chance.randrange(5 * MINUTE_MS), now - chance.randrange(30 * HOUR_MS),
           now + chance.randrange(20 * MINUTE_MS)]
    )  # fmt: skip
    quality = chance.choice([Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.BAD])
    value = None if quality is Quality.BAD else float(chance.choice((0, 0, 0, 1, 2, 3, 6)))
    return Reading(chance.choice((1, 2)), at, now, value, quality)


@pytest.mark.parametrize("seed", range(3))
async def test_it_equals_a_recomputation_at_any_moment(place: Place, seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(30):
        now = place.clock.now_ms()
        batch = [chance_of(chance, now) for _ in range(chance.randrange(1, 25))]
        batch += chance.sample(place.sent, min(len(place.sent), 3))
        await place.put(batch)
        place.clock.advance(chance.choice([0.5, 20, 70, 70, 600, 4_000]))
        if chance.random() < 0.2:
            await place.killed_while_rolling()
        elif chance.random() < 0.7:
            await place.roll()
        if turn % 10 == 9:
            await place.roll()
            place.clock.advance(1_300)
            await place.roll()
            found = await recorded(place, NOW - 40 * HOUR_MS, NOW + 40 * 24 * HOUR_MS)
            for point in (1, 2):
                expected = recomputed(place.sent, point)
                assert found[point] == expected, point


async def test_a_question_begins_with_the_state_of_before(place: Place) -> None:
    states = [0.0, 0.0, 3.0, 0.0]
    await place.put(
        [Reading(2, NOW - 60_000 + n * 1_000, NOW, value, Quality.GOOD)
         for n, value in enumerate(states)]
    )  # fmt: skip
    place.clock.advance(120)
    await place.roll()
    found = await recorded(place, NOW - 59_500, NOW - 57_500)
    assert found[2] == [
        Change(NOW - 60_000, "in_service"), Change(NOW - 58_000, "bypass_maintenance")]  # fmt: skip
