"""Rules tried on the stored past over REST: a process of its own, over the real database."""

import threading
from datetime import UTC, datetime, timedelta

import httpx2
import psycopg

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

START = datetime(2026, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def store(api: Api, point: int, *readings: tuple[float, float], ahead_s: float = 0.0) -> None:
    """Readings by (minute of the story, value), as ingest stores them."""
    rows = [
        (point, START + timedelta(minutes=at, seconds=ahead_s), START + timedelta(minutes=at), value, 0)
        for at, value in readings
    ]  # fmt: skip
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
            " VALUES (%s, %s, %s, %s, %s)",
            rows,
        )


def body(code: str, *limits: tuple[str, float], **more: object) -> Json:
    rules = [
        {"enterprise": code, "tag": "LI-1", "condition": condition, "limit": limit, "grade": 2}
        for condition, limit in limits
    ]
    return {"start": START.isoformat(), "end": (START + DAY).isoformat(), "rules": rules, **more}


def test_it_tells_which_alarms_would_appear_and_which_would_vanish(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "LI-1")["id"]
    today = {"enterprise": code, "tag": "LI-1", "condition": "H", "limit": 80, "grade": 3}
    made = api.admin.register("/rules", today)
    store(api, point, (0, 50), (60, 82), (70, 50), (600, 95), (610, 50), (1200, 5), (1210, 50))
    store(api, point, (0, 99), (2000, 99), ahead_s=3600)

    found = api.admin.tell("/rules/backtest", body(code, ("H", 90), ("L", 10)))
    assert (found["points"], found["readings"], found["left_out"]) == (1, 7, 1)
    assert found["today"]["by_grade"] == [0, 0, 2, 0]
    assert found["proposed"]["by_grade"] == [0, 2, 0, 0]
    (new,) = found["appears"]
    assert (new["tag"], new["condition"], new["value"]) == ("LI-1", "L", 5.0)
    (gone,) = found["vanishes"]
    assert (gone["condition"], gone["limit"]) == ("H", 80.0)
    assert (gone["raised_at"], gone["ended_at"]) == (
        "2026-01-10T01:00:00.000Z",
        "2026-01-10T01:10:00.000Z",
    )
    assert [r["limit"] for r in api.admin.items("/rules", enterprise=code)] == [80]

    without = body(code, enterprise=code, without=[made["id"]])
    eventually(lambda: api.admin.ask(f"/points/{code}/LI-1")["judged"], 10.0, "it is judged")
    none = api.admin.tell("/rules/backtest", without)
    assert (none["today"]["alarms"], none["proposed"]["alarms"]) == (2, 0)
    assert none["vanishing"] == 2


def test_what_cannot_be_tried_is_refused_in_a_sentence(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "LI-1")
    api.point(code, "XV-1", kind="valve", unit="1")

    def said(*words: str, **change: object) -> None:
        answer = api.admin.http.post("/rules/backtest", json=body(code, ("H", 90)) | change)
        refused(answer, 422, "invalid", *words)

    said("start", end=START.isoformat())
    said("92 days", end=(START + 93 * DAY).isoformat())
    said("without", "r-nowhere", without=["r-nowhere"])
    said("rules", rules=[])
    state = {"enterprise": code, "tag": "XV-1", "condition": "H", "limit": 1, "grade": 1}
    said("XV-1", "states", rules=[state])
    said("no point", rules=[state | {"tag": "nowhere"}])
    rate = {"kind": "rate", "enterprise": code, "tag": "LI-1", "limit_per_min": 1, "grade": 3}
    said("rules.0.limit_per_min", "greater than 0", rules=[rate | {"limit_per_min": 0}])
    said("rules.0.tag", "no point", rules=[rate | {"tag": "nowhere"}])
    said("rules.0.id", "d-nowhere", rules=[rate | {"id": "d-nowhere"}])
    said("limits_only", "rules.0", rules=[rate], limits_only=True)
    operator = api.person("operator")
    answer = operator.http.post("/rules/backtest", json=body(code, ("H", 90)))
    refused(answer, 403, "forbidden", "operator")
    operator.close()


def bad(api: Api, point: int, *minutes: float) -> None:
    """Readings without a value, by minute of the story."""
    with psycopg.connect(api.engines.superuser_url) as connection:
        for minute in minutes:
            at = START + timedelta(minutes=minute)
            connection.execute(
                "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
                " VALUES (%s, %s, %s, NULL, 2)",
                (point, at, at),
            )


def test_rules_that_are_more_than_a_limit_are_added_changed_and_removed(api: Api) -> None:
    code = api.enterprise()
    level = api.point(code, "LI-1")["id"]
    twin = api.point(code, "LI-2")["id"]
    fault = {"kind": "bad_quality", "enterprise": code, "tag": "LI-1", "grade": 3}
    apart = {
        "kind": "deviation", "enterprise": code, "tag": "LI-1", "others": ["LI-2"], "limit": 10,
        "smooth_s": 0, "fresh_s": 3600, "grade": 2,
    }  # fmt: skip
    silent, differs = api.admin.register("/rules", fault), api.admin.register("/rules", apart)
    store(api, level, (0, 50), (10, 65), (20, 50), (40, 50), (50, 80), (60, 50))
    store(api, twin, (0, 50), (10, 50), (20, 50), (40, 50), (50, 50), (60, 50))
    bad(api, level, 30, 30.5)

    def tried(*rules: Json, **more: object) -> Json:
        return api.admin.tell("/rules/backtest", body(code) | {"rules": list(rules)} | more)

    changed = tried(differs | {"limit": 20, "grade": 1})
    assert (changed["points"], changed["readings"]) == (1, 14)
    assert changed["today"]["by_grade"] == [0, 2, 1, 0]
    assert changed["proposed"]["by_grade"] == [1, 0, 1, 0]
    assert (changed["appearing"], changed["vanishing"]) == (0, 1)
    (gone,) = changed["vanishes"]
    assert (gone["rule"], gone["condition"], gone["direction"], gone["limit"]) == (
        differs["id"], "deviation", None, None,
    )  # fmt: skip
    assert (gone["value"], gone["raised_at"], gone["ended_at"]) == (
        15.0, "2026-01-10T00:10:00.000Z", "2026-01-10T00:20:00.000Z",
    )  # fmt: skip

    often = {
        "kind": "count", "enterprise": code, "tag": "LI-1", "needed": 2, "span_s": 7200,
        "limit": 60, "grade": 4,
    }  # fmt: skip
    added = tried(often)
    assert added["proposed"]["by_grade"] == [0, 2, 1, 1]
    assert (added["appearing"], added["vanishing"]) == (1, 0)
    (new,) = added["appears"]
    assert (new["rule"], new["condition"]) == ("proposed-0", "count")
    assert (new["value"], new["raised_at"]) == (2.0, "2026-01-10T00:50:00.000Z")

    removed = tried(often, without=[silent["id"]])
    assert removed["proposed"]["by_grade"] == [0, 2, 0, 1]
    (over,) = removed["vanishes"]
    assert (over["rule"], removed["vanishing"]) == (silent["id"], 1)
    assert (over["condition"], over["value"], over["raised_at"], over["ended_at"]) == (
        "bad_quality", None, "2026-01-10T00:30:00.000Z", "2026-01-10T00:40:00.000Z",
    )  # fmt: skip

    limits = api.admin.tell("/rules/backtest", body(code, ("H", 70), limits_only=True))
    assert limits["today"]["alarms"] == 0
    assert limits["proposed"]["by_grade"] == [0, 1, 0, 0]


def test_an_account_has_one_at_a_time_and_the_api_goes_on(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "LI-1")
    answers: list[httpx2.Response] = []

    def ask() -> None:
        answers.append(api.admin.http.post("/rules/backtest", json=body(code, ("H", 90))))

    with (
        psycopg.connect(api.engines.superuser_url) as holder,
        psycopg.connect(api.engines.superuser_url, autocommit=True) as watcher,
    ):
        holder.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        first = threading.Thread(target=ask)
        first.start()

        def is_waiting() -> bool:
            row = watcher.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND application_name = 'parkwatch-backtest'"
            ).fetchone()
            return row is not None and row[0] == 1

        eventually(is_waiting, 30.0, "the first waits for the readings")
        again = api.admin.http.post("/rules/backtest", json=body(code, ("H", 90)))
        refused(again, 429, "too-many-requests", "under way")
        assert api.admin.ask("/me")["role"] == "admin"
        holder.rollback()
        first.join(30.0)
    assert [answer.status_code for answer in answers] == [200]
    assert api.admin.tell("/rules/backtest", body(code, ("H", 90)))["readings"] == 0
