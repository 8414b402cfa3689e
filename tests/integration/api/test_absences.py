"""What goes on, and what says so, while the database, the engine or the broker is away."""

import time

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.live import Live
from tests.living.outcome import eventually

pytestmark = [pytest.mark.serial]
ANSWER_S = 4.0
"""A request that needs the database is answered, one way or the other, within this time: the probe
looks each half second, and asks a frozen one twice for a second."""


def test_with_the_database_frozen_alarms_sound_and_are_acknowledged(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "L")["id"]
    operator = api.person("operator")
    with Live(operator) as live:
        with api.engines.frozen_database():
            began = time.monotonic()
            answer = api.admin.http.get("/rules")
            assert time.monotonic() - began <= ANSWER_S
            refused(answer, 503, "database-away", "database")
            beat = live.wait(
                lambda h: h.type == "heartbeat" and h.message["degraded"] == ["database"],
                5.0,
                "a degraded database",
            )
            assert beat.at - began <= 5.0
            said = time.monotonic()
            item = api.engine.raises(3001, code)
            assert live.wait_event("raised", code, "GT-3001", 2.0).at - said <= 0.5
            path, key = f"/alarms/{item.id}/acknowledge", {"Idempotency-Key": "ack"}
            done = operator.http.post(path, json={"note": "go"}, headers=key)
            assert (done.status_code, done.json()["state"]) == (200, "acknowledged")
            live.wait_event("acknowledged", code, "GT-3001", 1.0)
            again = operator.http.post(path, json={"note": "go"}, headers=key)
            assert again.headers["idempotent-replayed"] == "true"
            assert again.json() == done.json()
            api.engine.values({point: (1, 5.0, 0)})
            live.wait(lambda h: h.type == "values" and point in h.message["id"], 3.0, "a value")
            assert operator.items("/alarms", enterprise=code)[0]["recorded"] is False
            assert operator.items("/values", enterprise=code)[0]["value"] == 5.0
            assert operator.ask(f"/points/{code}/L")["id"] == point
            told = operator.ask("/handover", enterprise=code)
            assert (told["record"], told["approvals"], told["degraded"]) == (
                None,
                None,
                ["database"],
            )
            assert sum(each["standing"] for each in told["counts"]) == 1
            drawn = operator.ask("/map", enterprise=code)["features"]
            assert [each["properties"]["why"]["alarm"] for each in drawn] == [item.id]
            with Live(operator) as newcomer:
                assert item.id in str(newcomer.heard[0].message)
            ready = httpx2.get(f"{api.url}/readyz")
            assert (ready.status_code, ready.json()["degraded"]) == (200, ["database"])
            for method, path in (
                ("GET", f"/points/{code}/L/readings"),
                ("GET", "/alarms?state=all"),
                ("GET", "/users"),
                ("GET", "/dead-letters"),
                ("POST", "/enterprises"),
            ):
                asked = time.monotonic()
                body = {"code": "later", "name": "later"} if method == "POST" else None
                answer = api.admin.http.request(method, path, json=body)
                assert time.monotonic() - asked <= ANSWER_S, path
                refused(answer, 503, "database-away")
            form = {"username": "admin", "password": "x"}
            fresh = httpx2.post(f"{api.url}/api/v1/auth/token", data=form, timeout=ANSWER_S)
            refused(fresh, 503, "database-away")
        thawed = time.monotonic()
        live.wait(
            lambda h: h.type == "heartbeat" and h.at > thawed and not h.message["degraded"],
            10.0,
            "all well again",
        )
    eventually(lambda: api.admin.http.get("/rules").status_code == 200, 3.0, "the rules again")
    assert api.enterprise()


def test_what_ingest_and_engine_say_of_the_database_counts(api: Api) -> None:
    api.engine.database_ok = False
    try:
        eventually(lambda: api.ready()["degraded"] == ["database"], 3.0, "a degraded database")
    finally:
        api.engine.database_ok = True
    eventually(lambda: api.ready()["degraded"] == [], 3.0, "all well again")


def test_a_request_in_the_hands_of_a_freezing_database_is_answered(api: Api) -> None:
    for _ in range(3):
        api.admin.ask("/rules")
    with api.engines.frozen_database():
        began = time.monotonic()
        answers = [api.admin.http.get("/rules") for _ in range(4)]
        assert time.monotonic() - began <= ANSWER_S + 1.0, "the first finds out, the rest know"
        assert {a.status_code for a in answers} == {503}
    eventually(lambda: api.admin.http.get("/rules").status_code == 200, 5.0, "the rules again")


def test_what_waits_for_a_lock_keeps_nobody_from_seeing_the_freeze(api: Api) -> None:
    """The api's own look at the register hung in a freezing database, and the probe behind it."""
    api.admin.ask("/rules")
    with (
        psycopg.connect(api.engines.superuser_url) as holder,
        psycopg.connect(api.engines.superuser_url, autocommit=True) as watcher,
    ):
        holder.execute("LOCK TABLE book IN ACCESS EXCLUSIVE MODE")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'book'::regclass"
        eventually(lambda: watcher.execute(waiting).fetchone() != (0,), 5.0, "somebody waits")
        with api.engines.frozen_database():
            began = time.monotonic()
            assert api.admin.http.get("/rules").status_code == 503
            assert time.monotonic() - began <= ANSWER_S
    eventually(lambda: api.admin.http.get("/rules").status_code == 200, 5.0, "the rules again")
