"""What an interlock told last counts for an engine without a memory of its own, however long ago."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import psycopg
import pytest

from services.domain.directory import Directory
from services.domain.point import STATES, Point, PointKind
from services.domain.reading import LIVE_HORIZON_MS, Quality
from services.runtime.clock import to_datetime
from services.store.inheritance import inheritance
from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines

HOUR = 3_600_000
CODES = {name: float(code) for code, name in enumerate(STATES[PointKind.INTERLOCK])}


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        yield running


def store(bench: Bench, point: int, told: Iterable[tuple[int, int, float | None, Quality]]) -> None:
    """Readings on record: when measured and received, value and quality."""
    with psycopg.connect(bench.engines.superuser_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                (point, to_datetime(at), to_datetime(came), value, int(quality))
                for at, came, value, quality in told
            ],
        )


async def test_the_last_usable_word_is_read_however_old(bench: Bench) -> None:
    now = now_ms()
    old, wrong, late = now - 40 * HOUR, now - 30 * HOUR, now - 29 * HOUR
    numbers = [bench.register.point(f"ESD-{n}", "1", "interlock") for n in (1, 2)]
    gas = bench.register.point("GT-1")
    for point in (numbers[0], gas):
        store(bench, point, [
            (old - HOUR, old - HOUR, CODES["in_service"], Quality.GOOD),
            (old, old, CODES["removed"], Quality.GOOD),
            (wrong, wrong, None, Quality.BAD),
            (late, late + LIVE_HORIZON_MS + 1, CODES["in_service"], Quality.GOOD),
            (now + HOUR, now + HOUR, CODES["in_service"], Quality.GOOD),
        ])  # fmt: skip
    book = Directory()
    for number, tag in zip(numbers, ("ESD-1", "ESD-2"), strict=True):
        book.put(Point(number, bench.register.enterprise, tag, PointKind.INTERLOCK, "1"))
    book.put(Point(gas, bench.register.enterprise, "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL"))
    async with inheritance(bench.engines.database_url("alerts"), now) as past:
        (told,) = await past.newest_states(book)
    assert (told.point_id, told.measured_at, told.value) == (numbers[0], old, CODES["removed"])


async def test_a_start_from_the_record_knows_a_bypass_of_the_day_before_yesterday(
    bench: Bench,
) -> None:
    old = now_ms() - 40 * HOUR
    point = bench.register.point("ESD-1", "1", "interlock")
    store(bench, point, [(old, old, CODES["removed"], Quality.GOOD)])
    await bench.start()
    await bench.until(lambda: bench.heard.events, 20)
    raised = bench.heard.events[0][2]
    assert (raised.event, raised.alarm.condition) == ("raised", "bypass_unapproved")
    assert (raised.alarm.tag, raised.alarm.raised_at) == ("ESD-1", old)
