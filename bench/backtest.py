"""How fast rules are tried on the stored past: `python -m bench.backtest [DAYS]`.

500 points, a reading each every 47.5 s, stored as ingest stores them (by time, not by point).
Everything is measured: fetching, sieving, judging by both sets of rules. With fewer days than a
month the result names the share, and what a month would take at that rate.
"""

import asyncio
import math
import sys
import time
from typing import Any, LiteralString

import psycopg

from bench.report import Report
from services.domain.backtest import Backtest, Trial
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, LimitRule
from services.store.backtest import backtest
from services.store.deadline import connect
from services.store.tenant import EVERY
from tests.living.engines_alone import Engines, engines_alone

POINTS = 500
CADENCE_MS = 47_500
DAY_MS = 86_400_000
MONTH = 30
SHORT = 3
TARGET_S = 60.0
START_MS = 1_767_225_600_000
TODAY = ((Condition.HH, 90.0, 1), (Condition.H, 80.0, 2), (Condition.L, 20.0, 3),
         (Condition.LL, 10.0, 4))  # fmt: skip

_FILL: LiteralString = """
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT point, at, at + interval '150 ms',
       50 + 32 * sin(extract(epoch FROM at) / 86400 * 2 * pi() + point) + 2 * random(), 0
FROM generate_series(to_timestamp(%(start)s), to_timestamp(%(end)s) - interval '1 ms',
                     interval '47.5 seconds') AS at,
     generate_series(1, %(points)s) AS point
"""


def fill(engines: Engines, days: int) -> float:
    """A month is 27.3 million readings; how long a day took to write."""
    begun = time.perf_counter()
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        for day in range(days):
            start = (START_MS + day * DAY_MS) / 1000
            values = {"start": start, "end": start + DAY_MS / 1000, "points": POINTS}
            connection.execute(_FILL, values)
        connection.execute("ANALYZE reading")
    return (time.perf_counter() - begun) / days


def trials() -> list[Trial]:
    """Four limits with deadband and delay on each point; proposed: the high ones moved."""
    found = []
    for number in range(1, POINTS + 1):
        point = Point(number, "bench", f"T-{number}", PointKind.ANALOG, "%")
        today = tuple(
            LimitRule(
                f"r{number}{name}", 1, "bench", number, name, limit, grade, 2.0, 60_000, 60_000
            )
            for name, limit, grade in TODAY
        )
        moved = tuple(
            LimitRule(r.id, 2, "bench", number, r.condition, r.limit - 3, r.grade, 2.0, 60_000, 60_000)
            for r in today
        )  # fmt: skip
        found.append(Trial(point, today, moved))
    return found


async def measured(engines: Engines, days: int) -> tuple[Backtest, float]:
    """One back-test over all that is stored."""
    connection = await connect(engines.database_url("api"), application="bench")
    try:
        begun = time.perf_counter()
        found = await backtest(
            connection, trials(), START_MS, START_MS + days * DAY_MS, tenant=EVERY
        )
        return found, time.perf_counter() - begun
    finally:
        await connection.close()


def main() -> None:
    """Measure and keep the result."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else SHORT
    report = Report("backtest")
    with engines_alone() as engines:
        filled = fill(engines, days)
        used = time.process_time()
        found, took = asyncio.run(measured(engines, days))
        used = time.process_time() - used
    month = took * MONTH / days
    expected = POINTS * math.ceil(DAY_MS / CADENCE_MS)
    assert abs(found.readings - expected * days) < expected * 0.01, found.readings
    result: dict[str, Any] = {
        "points": POINTS,
        "days": days,
        "share_of_a_month": round(days / MONTH, 3),
        "readings": found.readings,
        "seconds": round(took, 2),
        "own_cpu_s": round(used, 2),
        "readings_a_second": round(found.readings / took),
        "a_month_would_take_s": round(month, 1),
        "target_s": TARGET_S,
        "alarms_today": found.today.alarms,
        "alarms_proposed": found.proposed.alarms,
        "fill_s_a_day": round(filled, 2),
    }
    report.write(result)
    print(result)


if __name__ == "__main__":
    main()
