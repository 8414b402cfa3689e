"""What a chart asks of a store full of readings is answered from indexes, and from few pages."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from services.api.resolution import step_for
from services.domain.retention import DAY_MS
from services.domain.rollup import HOUR_MS, MINUTE_MS
from services.runtime.clock import to_datetime
from services.store.queries import Queries
from tests.living.engines_alone import Engines

END = 1_795_000_000_000 // DAY_MS * DAY_MS
DAYS = 30
POINTS = 20

SEED = """
INSERT INTO rollup_minute (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT point, minute, minute, 0, 1, 30, 1, 60, 0, 0
FROM generate_series(%(start)s::timestamptz, %(end)s - interval '1 minute', '1 minute') AS minute,
     generate_series(1, %(points)s) AS point;
INSERT INTO rollup_hour (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT point_id, date_trunc('hour', bucket, 'UTC'), max(last_at), 0, 1, sum(total), 1, sum(number), 0, 0
FROM rollup_minute GROUP BY 1, 2;
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT point, at, at, 1, 0
FROM generate_series(%(end)s - interval '1 hour', %(end)s, '1 second') AS at,
     generate_series(1, %(points)s) AS point;
"""


WATCHED = b"""
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on;
SET auto_explain.log_format = json;
SET client_min_messages = log;
SET ROLE pw_api;
SET parkwatch.tenant = '*';
"""
"""The api asks by functions, whose plans only the server can tell."""


@pytest.fixture(scope="module")
def seeded(engines: Engines) -> Iterator[psycopg.Connection[Any]]:
    """Thirty days of twenty points' minutes and hours, and an hour of their readings at 1 Hz."""
    engines.empty()
    values = {"start": to_datetime(END - DAYS * DAY_MS), "end": to_datetime(END), "points": POINTS}
    with psycopg.ClientCursor(psycopg.connect(engines.superuser_url, autocommit=True)) as cursor:
        cursor.execute(SEED, values)
        cursor.execute("ANALYZE reading, rollup_minute, rollup_hour")
        cursor.connection.close()
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(WATCHED)
        yield connection
    engines.empty()


def pages_of(connection: psycopg.Connection[Any], name: str, start: int, width_ms: int) -> int:
    """Pages that the api's own statement touches; it may read no table from end to end."""
    whole = HOUR_MS if name == "hours" else MINUTE_MS
    rolled, horizon = END - 10 * MINUTE_MS, END + 10 * MINUTE_MS
    moments = {
        "start": start // whole * whole,
        "end": END,
        "rolled": rolled,
        "horizon": horizon,
        "raw_start": max(start, rolled),
        "raw_end": END,
        "live_start": rolled // HOUR_MS * HOUR_MS,
        "live_end": END + HOUR_MS,
        "after_at": start,
    }
    values: dict[str, Any] = {key: to_datetime(at) for key, at in moments.items()}
    values |= {"point_id": 7, "limit": 2_001, "width": timedelta(milliseconds=width_ms)}
    values |= {"after_value": float("-inf"), "after_quality": -1}
    plan = plan_below(connection, Queries.load("api_readings")[name], values)
    assert "Seq Scan" not in set(kinds(plan)), name
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def plan_below(
    connection: psycopg.Connection[Any], statement: bytes, values: dict[str, Any]
) -> dict[str, Any]:
    """The plan of the query inside the function that the api's statement calls with its own rights:
    the largest of those that the server tells of."""
    told: list[dict[str, Any]] = []

    def hear(said: psycopg.errors.Diagnostic) -> None:
        text = said.message_primary or ""
        if "plan:" in text:
            told.append(json.loads(text.partition("plan:")[2])["Plan"])

    connection.add_notice_handler(hear)
    try:
        connection.execute(statement, values, prepare=False)
    finally:
        connection.remove_notice_handler(hear)
    *inside, _called = told  # what is called ends last
    return max(inside, key=lambda each: each["Shared Hit Blocks"] + each["Shared Read Blocks"])


def kinds(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for below in plan.get("Plans", []):
        yield from kinds(below)


def test_thirty_days_of_a_point_come_from_its_hours(
    seeded: psycopg.Connection[Any],
) -> None:
    name, width = step_for(timedelta(days=DAYS))
    assert name == "1h"
    # One page a row at worst, 720 hours and what is not rolled up yet: 10 minutes at 1 Hz.
    assert (
        pages_of(seeded, "hours", END - DAYS * DAY_MS, width // timedelta(milliseconds=1)) < 2_200
    )


def test_a_week_of_a_point_comes_from_its_minutes(seeded: psycopg.Connection[Any]) -> None:
    name, width = step_for(timedelta(days=7))
    assert name == "15m"
    assert (
        pages_of(seeded, "minutes", END - 7 * DAY_MS, width // timedelta(milliseconds=1)) < 12_000
    )


@pytest.mark.parametrize("name", ["raw", "count", "steps"])
def test_half_an_hour_of_a_point_comes_from_its_readings(
    seeded: psycopg.Connection[Any], name: str
) -> None:
    assert pages_of(seeded, name, END - HOUR_MS // 2, 1_000) < 2_200
