"""How much of the past rules that are more than a limit may be told: beyond it, a sentence."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.domain.backtest import Backtest
from services.domain.detector_past import DetectorTrial, Watched
from services.domain.detector_rule import DetectorKind, DetectorRule
from services.domain.point import Point, PointKind
from services.runtime.clock import to_ms
from services.store import backtest as store
from services.store.deadline import connect
from services.store.tenant import EVERY
from tests.living.engines_alone import Engines

START = datetime(2026, 1, 10, tzinfo=UTC)
LEVEL = Point(1, "acme", "LI-1", PointKind.LEVEL, "%")


def bad_quality(delay_ms: int) -> Watched:
    points = {"point": LEVEL.id}
    rule = DetectorRule("d1", 1, "acme", DetectorKind.BAD_QUALITY, points, {}, 3, delay_ms)
    return Watched(rule, {"point": LEVEL})


async def tried(engines: Engines, trial: DetectorTrial, until_s: float) -> Backtest:
    connection = await connect(engines.database_url("api"), application="test")
    try:
        start, end = to_ms(START), to_ms(START + timedelta(hours=1))
        until = start + round(until_s * 1000)
        return await store.backtest(connection, [], start, end, [trial], until, tenant=EVERY)
    finally:
        await connection.close()


def test_it_is_counted_for_each_way_of_judging_and_silence_only_as_far_as_it_is_known(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.empty()
    with psycopg.connect(engines.superuser_url) as connection:
        for second in (0, 10):
            at = START + timedelta(seconds=second)
            row = (at, at, None if second else 5.0, 2 if second else 0)
            connection.execute("INSERT INTO reading VALUES (1, %s, %s, %s, %s, 0)", row)
    now, later = bad_quality(0), bad_quality(60_000)
    monkeypatch.setattr(store, "MAX_WATCHED", 3)
    with pytest.raises(store.TooMuch, match=r"more than 3 readings.*limits only"):
        asyncio.run(tried(engines, DetectorTrial(now, later), 3_600))
    assert asyncio.run(tried(engines, DetectorTrial(now, now), 3_600)).today.alarms == 1
    assert asyncio.run(tried(engines, DetectorTrial(None, later), 69)).proposed.alarms == 0
    assert asyncio.run(tried(engines, DetectorTrial(None, later), 70)).proposed.alarms == 1
