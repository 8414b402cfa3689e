"""Charts: as fine as a screen can draw, from readings or roll-ups, also where readings are gone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.integration.api.conftest import Api

SECOND = timedelta(seconds=1)
LONG_GONE = datetime(2024, 3, 5, tzinfo=UTC)
NEWEST = datetime(2026, 1, 4, 16, 40, tzinfo=UTC)
NUMBER = 2_500

FILL = """
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT %(point)s, at, at, extract(epoch FROM at)::bigint %% 100, 0
FROM generate_series(%(newest)s - %(number)s * interval '1 second', %(newest)s - interval '1 second',
                     '1 second') AS at
"""
GONE = """
INSERT INTO reading_day (day, newest_received_at, dropped_at) VALUES (%(day)s, %(day)s, now());
INSERT INTO rollup_minute (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT %(point)s, minute, minute, 1, 3, 60 * 2, 3, 60, 2, 2
FROM generate_series(%(day)s::timestamptz, %(day)s + interval '1 day' - interval '1 minute',
                     '1 minute') AS minute;
INSERT INTO rollup_hour (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT %(point)s, hour, hour, 1, 3, 3600 * 2, 3, 3600, 120, 2
FROM generate_series(%(day)s::timestamptz, %(day)s + interval '23 hours', '1 hour') AS hour;
"""


class Chart:
    """A point of its own, and the api that is asked about it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.enterprise = api.enterprise()
        self.number = api.point(self.enterprise, "LT-1")["id"]

    def fill(self, statement: str, **values: object) -> None:
        url = self._api.engines.superuser_url
        with psycopg.connect(url) as connection, psycopg.ClientCursor(connection) as cursor:
            cursor.execute(statement.encode(), {"point": self.number, **values})

    def ask(self, start: datetime, end: datetime, **more: str | int) -> dict[str, Any]:
        span = {"start": start.isoformat(), "end": end.isoformat()}
        path = f"/points/{self.enterprise}/LT-1/readings"
        found: dict[str, Any] = self._api.admin.ask(path, **span, **more)
        return found


@pytest.fixture
def chart(api: Api) -> Iterator[Chart]:
    found = Chart(api)
    yield found
    found.fill("DELETE FROM reading_day WHERE dropped_at IS NOT NULL")


def test_pages_of_readings_hold_each_once_in_order(chart: Chart) -> None:
    chart.fill(FILL, newest=NEWEST, number=NUMBER)
    start = NEWEST - timedelta(hours=1)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = chart.ask(start, NEWEST, resolution="raw", limit=1000, **cursor)
        seen += [item["measured_at"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert len(seen) == NUMBER
    assert seen == sorted(set(seen))


def test_no_span_has_more_items_than_a_screen_can_draw(chart: Chart) -> None:
    chart.fill(FILL, newest=NEWEST, number=NUMBER)
    found = {}
    for seconds in (1, 600, 1_999, 2_001, 3_600, 86_400, 30 * 86_400, 3_650 * 86_400):
        answer = chart.ask(NEWEST - seconds * SECOND, NEWEST)
        assert len(answer["items"]) <= 2_000
        assert answer["next"] is None
        found[seconds] = answer["resolution"]

    assert found[1_999] == "raw"
    assert (found[2_001], found[86_400], found[30 * 86_400]) == ("5s", "1m", "1h")


def test_what_is_rolled_up_is_shown_where_the_readings_are_gone(chart: Chart) -> None:
    chart.fill(GONE, day=LONG_GONE)
    end = LONG_GONE + timedelta(minutes=10)

    shown = chart.ask(LONG_GONE, end)

    assert chart.ask(LONG_GONE, end, resolution="raw")["items"] == []
    assert (shown["resolution"], len(shown["items"])) == ("1m", 10)
    assert shown["items"][0] == {
        "measured_at": "2024-03-05T00:00:00.000Z",
        "min": 1, "max": 3, "mean": 2, "count": 60, "bad": 2, "last": 3, "quality": "bad",
    }  # fmt: skip


def test_minutes_and_hours_are_whole_and_come_in_pages(chart: Chart) -> None:
    chart.fill(GONE, day=LONG_GONE)
    start, end = LONG_GONE + timedelta(minutes=90), LONG_GONE + timedelta(hours=3)

    hours = chart.ask(start, end, resolution="1h")
    first = chart.ask(start, end, resolution="1m", limit=50)
    rest = chart.ask(start, end, resolution="1m", limit=50, cursor=first["next"])

    assert [item["count"] for item in hours["items"]] == [3_600, 3_600]
    assert hours["items"][0]["measured_at"] == "2024-03-05T01:00:00.000Z"
    minutes = [item["measured_at"] for item in first["items"] + rest["items"]]
    assert len(minutes) == len(set(minutes)) == 90
    assert rest["next"] is None
