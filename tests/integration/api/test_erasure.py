"""S49: an enterprise leaves the park while the park goes on: closed, kept for thirty days, erased."""

import asyncio
import json
import os
import pwd
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg import sql

from services.alerts.engine import Engine
from services.domain.alarm import ClosedAs, EventKind
from services.domain.audit_export import verify_audit
from services.domain.directory import Directory
from services.domain.journal_export import verify_export
from services.domain.reading import Quality, Reading
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from services.stack.erasure import close, erase
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.store.book import BookReader
from tests.integration.api.conftest import Api
from tests.integration.api.furnished import Furnished, furnish
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually

KEPT = {"journal", "audit", "enterprise"}


@pytest.fixture(scope="module")
def leaver(api: Api) -> Furnished:
    return furnish(api, 7301)


def told(act: Any, api: Api, code: str, yes: bool = True) -> str:
    """What a refused act says."""
    with pytest.raises(Refusal) as refused:
        run(act, api, code, yes)
    return str(refused.value)


def run(act: Any, api: Api, code: str, yes: bool = True) -> None:
    settings = Settings(_env_file=None, database_url=api.engines.superuser_url)
    act(code, yes, settings, os.environ, SystemClock(), Progress())


def traces(api: Api, code: str) -> set[str]:
    """Tables with a row that names it."""
    with psycopg.connect(api.engines.superuser_url) as database:
        names = database.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        looked = sql.SQL("SELECT count(*) FROM {} AS its WHERE its::text LIKE %s")
        return {
            name
            for (name,) in names
            if database.execute(
                looked.format(sql.Identifier(name)), (f"%{code}%",)
            ).fetchone() != (0,)
        }  # fmt: skip


def test_s49_an_enterprise_is_closed_kept_and_erased_and_the_chains_still_verify(
    api: Api, leaver: Furnished
) -> None:
    code, stays = leaver.code, furnish(api, 7302)
    point = api.admin.ask(f"/points/{code}/LT-1A")["id"]
    assert "There is no enterprise" in told(close, api, "E-nowhere")
    assert "Say --yes" in told(close, api, code, yes=False)
    assert "is not closed: close it" in told(erase, api, code)
    assert code in {each["code"] for each in api.admin.items("/enterprises")}
    run(close, api, code)
    assert "was closed on" in told(close, api, code)
    is_gone_for_everybody(api, leaver)
    assert "have to be kept until" in told(erase, api, code)
    assert traces(api, code) > KEPT
    with psycopg.connect(api.engines.superuser_url) as database:
        database.execute(
            "UPDATE enterprise SET deleted_at = now() - interval '31 days' WHERE code = %s", (code,)
        )
    assert "Say --yes" in told(erase, api, code, yes=False)
    run(erase, api, code)
    assert traces(api, code) == KEPT
    with psycopg.connect(api.engines.superuser_url) as database:
        for table in ("reading", "interlock_change", "rollup_minute"):
            statement = sql.SQL("SELECT count(*) FROM {} WHERE point_id = %s")
            row = database.execute(statement.format(sql.Identifier(table)), (point,)).fetchone()
            assert row == (0,)
    the_chains_verify(api, code)
    again = api.admin.http.post("/enterprises", json={"code": code, "name": "another"})
    assert again.status_code == 409, "the code, and the journal with it, is given to nobody"
    assert stays.person.http.get(f"/enterprises/{stays.code}").status_code == 200
    assert len(stays.person.items("/points")) == 6


def test_s49_what_stands_of_an_enterprise_that_is_closed_is_withdrawn(api: Api) -> None:
    """The engine hears of it as of any change of the register, and judges nothing of it any more."""
    code, now = furnish(api, 7303).code, SystemClock().now_ms()
    book, engine = BookReader(api.engines.database_url("alerts")), Engine(Directory())
    with asyncio.Runner() as loop:
        whole = loop.run(book.poll())
        assert whole is not None
        engine.apply_book(whole, now)
        point = next(
            each.id
            for each in engine.directory.by_id.values()
            if (each.enterprise, each.tag) == (code, "LT-1A")
        )
        engine.judge([Reading(point, now, now, 95.0, Quality.GOOD)], now)
        assert {each.point_id for each in engine.open_alarms()} == {point}
        run(close, api, code)
        change = loop.run(book.poll(engine.directory))
        assert change is not None
        told = engine.apply_book(change, now + 1_000).transitions
        loop.run(book.close())
    assert [(each.event, each.alarm.closed_as) for each in told] == [
        (EventKind.WITHDRAWN, ClosedAs.WITHDRAWN)
    ]
    assert engine.open_alarms() == []
    rest = engine.directory
    assert code not in {each.enterprise for each in rest.by_id.values()}
    assert code not in {each.enterprise for each in rest.suppressions.values()}
    assert code not in {each.enterprise for each in rest.groups.by_key.values()}
    assert code not in {each.enterprise for each in rest.permits.values()}


def is_gone_for_everybody(api: Api, leaver: Furnished) -> None:
    """Within what a change of the register takes, and its people cannot come in."""
    code = leaver.code

    def gone() -> bool:
        lists = ("/enterprises", "/points", "/hazard-sources", "/interlocks", "/places", "/groups")
        return code not in json.dumps([api.admin.items(path) for path in lists])

    eventually(gone, 10.0, "the api shows it no more")
    assert api.admin.http.get(f"/enterprises/{code}").status_code == 404
    eventually(lambda: leaver.person.http.get("/me").status_code == 401, 10.0, "its people are out")
    name = leaver.names["username"]
    form = {"username": name, "password": "whatever it was"}
    assert httpx2.post(f"{api.url}/api/v1/auth/token", data=form, verify=NO_TLS).status_code == 401


def the_chains_verify(api: Api, code: str) -> None:
    """The enterprise's journal as the park's, and both acts stand in the audit."""
    lines = api.admin.http.get("/journal/export", params={"enterprise": code}).text.splitlines()
    assert len(lines) == 3
    assert verify_export(lines).complaints == ()
    lines = api.admin.http.get("/audit/export").text.splitlines()
    assert verify_audit(lines).faults == ()
    who = pwd.getpwuid(os.getuid()).pw_name
    rows = {each["what"]: each for each in api.admin.items("/audit", enterprise=code, actor=who)}
    assert rows.keys() == {"parkwatch tenant close", "parkwatch tenant erase"}
    counted = json.loads(rows["parkwatch tenant erase"]["body"])["object"]
    assert int(counted["reading"]) == 121
    assert int(counted["point"]) == 6
