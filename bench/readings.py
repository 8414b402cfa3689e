"""What a chart and a table ask for: thirty days of a point at 1 Hz, and the newest of 10,000 points.

The thirty days are written straight into the store, and rolled up by ingest as late data are.
Beside each answer over HTTP stands the time of its statement alone, asked of the same database.
"""

import json
import math
import time
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from bench.latency import summary
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage
from services.store.queries import Queries
from tests.living.outcome import eventually

POINTS = 10_000
DAYS = 30
SPANS = {"1h": 3_600, "1d": 86_400, "7d": 7 * 86_400, "30d": DAYS * 86_400}
ASKED = 100
WARM_UP = 5
ROLLED_S = 120.0
TARGET_MS = {"30d": 50.0, "values": 100.0}
PAGE = 1_000

_FILL: LiteralString = """
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT %(point)s, at, at, 20 + 5 * sin(extract(epoch FROM at) / 3600) + random(), 0
FROM generate_series(now() - %(days)s * interval '1 day', now(), interval '1 second') AS at
"""
_NOTE: LiteralString = """
INSERT INTO rollup_note (points, minutes)
SELECT array_agg(point_id), array_agg(bucket)
FROM (SELECT DISTINCT point_id, date_trunc('minute', measured_at, 'UTC') AS bucket FROM reading
      WHERE point_id = %(point)s) AS minute
GROUP BY date_trunc('day', bucket, 'UTC')
"""
_WAITING: LiteralString = "SELECT count(*) FROM rollup_note"
_ANALYZE: LiteralString = "ANALYZE reading, rollup_minute, rollup_hour"
_HOURS: LiteralString = """
SELECT %(point)s AS point_id, rolled, horizon, greatest(rolled, now() - interval '30 days') AS raw_start,
       least(horizon, now()) AS raw_end, date_trunc('hour', now(), 'UTC') - interval '30 days' AS start,
       now() AS "end", date_trunc('hour', rolled, 'UTC') AS live_start,
       date_trunc('hour', horizon, 'UTC') + interval '1 hour' AS live_end,
       interval '1 hour' AS width, 2001 AS limit
FROM rollup_window
"""


def fill(site: Site, tag: str, days: int = DAYS) -> dict[str, float]:
    """So many days of a point at 1 Hz, and how long it took to write and to roll them up."""
    values = {"point": site.ids[tag], "days": days}
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        begun = time.perf_counter()
        connection.execute(_FILL, values)
        written = time.perf_counter()
        connection.execute(_NOTE, values)
        eventually(
            lambda: connection.execute(_WAITING).fetchone() == (0,), ROLLED_S, "it is rolled up"
        )
        rolled = time.perf_counter()
        connection.execute(_ANALYZE)
    return {"written_s": round(written - begun, 1), "rolled_up_s": round(rolled - written, 1)}


def say_all(site: Site) -> None:
    """One reading of each point, over the broker."""
    place = site.places[0]
    gateway = place.gateway
    client = Client(CallbackAPIVersion.VERSION2, client_id=gateway.client_id)
    client.username_pw_set(gateway.username, gateway.password)
    client.connect("127.0.0.1", gateway.mqtt_port)
    client.loop_start()
    now = time.time_ns() // 1_000_000
    for first in range(0, len(place.tags), 100):
        values = dict.fromkeys(place.tags[first : first + 100], 50.5)
        payload = json.dumps({"ts": now, "values": values})
        client.publish(gateway.topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    eventually(lambda: not unheard(site), 30.0, "the api knows all newest values")


def unheard(site: Site) -> int:
    """How many points the api has no value of."""
    return sum(each["value"] is None for each in all_values(site))


def all_values(site: Site) -> list[dict[str, Any]]:
    """The newest value of each point, page by page."""
    return site.park.admin.items("/values", enterprise=site.enterprise.code, limit=PAGE)


def timed(site: Site, ask: Callable[[], object], times: int = ASKED) -> dict[str, Any]:
    """Percentiles of asking so often, warm; and what the api and the database work for one
    answer (`cpu_ms`), which neighbours on the machine disturb least."""
    for _ in range(WARM_UP):
        ask()
    taken, usage = [], Usage(site.stack)
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    spent = usage.spent()
    p95 = sorted(taken)[math.ceil(0.95 * times) - 1]
    return summary(taken, times) | {
        "p95_ms": round(p95 * 1000, 2),
        "cpu_ms": round((spent["api"] + spent["database"]) / times * 1000, 1),
        "neighbours_cores": round(spent["neighbours"] / sum(taken), 2),
    }


def chart(site: Site, tag: str, seconds: int) -> dict[str, Any]:
    """Charts of one span: how they are resolved, and how long they take."""
    path = f"/points/{site.enterprise.code}/{tag}/readings"

    def ask() -> dict[str, Any]:
        now = time.time()
        span = {"start": _text(now - seconds), "end": _text(now)}
        found: dict[str, Any] = site.park.admin.ask(path, resolution="auto", **span)
        return found

    found = ask()
    shown = {"resolution": found["resolution"], "items": len(found["items"])}
    assert found["next"] is None
    assert 0 < shown["items"] <= 2_000
    return shown | timed(site, ask)


def _text(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def statement_alone(site: Site, tag: str) -> dict[str, Any]:
    """The ceiling: thirty days of hours, asked of the database directly."""
    statement = Queries.load("api_readings")["hours"]
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        cursor = connection.execute(_HOURS, {"point": site.ids[tag]})
        row = cursor.fetchone()
        assert row is not None
        assert cursor.description is not None
        values = dict(zip([column.name for column in cursor.description], row, strict=True))
        return timed(site, lambda: connection.execute(statement, values, prepare=False).fetchall())


def main() -> None:
    """Measure and keep the result."""
    report = Report("readings")
    with measured_stack() as stack:
        site = Site(stack, gateways=1, tags=POINTS, alarms=0)
        tag = site.places[0].tags[0]
        filled = fill(site, tag)
        say_all(site)
        charts = {name: chart(site, tag, seconds) for name, seconds in SPANS.items()}
        alone = statement_alone(site, tag)
        values = timed(site, lambda: all_values(site), ASKED // 4)
        site.close()
    for name, found in charts.items():
        print(
            f"readings, {name} at 1 Hz, auto: {found['items']} items of {found['resolution']}, "
            f"p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms "
            f"(cpu {found['cpu_ms']} ms, neighbours {found['neighbours_cores']} cores)"
        )
    print(f"… its statement alone for 30d: p95 {alone['p95_ms']} ms")
    print(
        f"newest values of {POINTS:,} points: p50 {values['p50_ms']}, p95 {values['p95_ms']} ms "
        f"(cpu {values['cpu_ms']} ms, neighbours {values['neighbours_cores']} cores)"
    )
    report.write(
        {
            "points": POINTS,
            "days": DAYS,
            "filled": filled,
            "charts": charts,
            "statement_alone_30d": alone,
            "values": values | {"page": PAGE},
            "target_p95_ms": TARGET_MS,
        }
    )


if __name__ == "__main__":
    main()
