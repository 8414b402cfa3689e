"""The audit over REST: for whom it is, what is read of persons, one chain of many writers, and no
way to change it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.routing import APIRoute

from services.api.asking import Requires
from services.api.openapi import document
from services.api.sealing import SEALS, Sealing
from services.api.trail import MOST_WAITING, SAME_S, Trail
from services.domain.audit import Deed, verify
from services.domain.audit_export import verify_audit
from services.runtime.clock import ManualClock
from services.stack.audit_file import verify_audit_file
from services.store import audit as store
from services.store.tenant import EVERY
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.park import Json
from tests.unit.api.test_routes import ROUTES, calls, methods

PERSONAL = {"phone", "contacts"}


async def of(desk: Desk, **asked: str) -> list[Json]:
    await desk.here.trail.flush()
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    found: list[Json] = (await desk.admin.get(f"/audit?limit=1000&{query}"))["items"]
    return found


async def signed_in(desk: Desk, role: str, enterprise: str | None = None) -> Somebody:
    who = await desk.person(role, enterprise)
    assert (await who.sign_in()).status_code == 200
    return who


async def test_s43_the_audit_is_for_admins_and_regulators_and_reading_it_is_in_it(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        for role in ("operator", "supervisor", "inspector", "enterprise"):
            who = await signed_in(desk, role, code if role == "enterprise" else None)
            refused(await who.ask("GET", "/audit"), 403, "forbidden")
            refused(await who.ask("GET", "/audit/export"), 403, "forbidden")
            [denied] = await of(desk, actor=who.username, what="GET /audit")
            assert (denied["outcome"], denied["role"]) == (403, role)
        regulator = await signed_in(desk, "regulator")
        assert (await regulator.get("/audit?limit=1"))["items"]
        assert len(await of(desk, actor=regulator.username, what="GET /audit")) == 1
        verdict = verify_audit((await regulator.ask("GET", "/audit/export")).text.splitlines())
        assert (verdict.faults, verdict.ended) == ((), True)
        assert verdict.signed is not None


async def test_s43_signing_in_and_what_was_refused_are_in_the_audit(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("operator")
        assert (await who.sign_in(password="not the one")).status_code == 401
        await who.sign_in()
        rows = await of(desk, actor=who.username)
        assert [(each["what"], each["outcome"]) for each in rows] == [
            ("POST /auth/token", 401), ("POST /auth/token", 200)]  # fmt: skip
        (opened,) = rows[1]["changes"]
        assert (opened["table"], opened["did"]) == ("sign_in_session", "insert")


async def test_s45_whatever_strangers_call_themselves_the_audit_takes_it(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        name = f"x{chr(0)}{chr(27)}[2J\n{desk.admin.username}"
        form = {"username": name, "password": "guessed"}
        assert (await desk.http.post("/auth/token", data=form)).status_code == 401
        who = await signed_in(desk, "operator")
        await who.ask("GET", "/users?enterprise=%00")
        await who.ask("GET", "/users/%ED%A0%80/sessions")
        await desk.here.trail.flush()
        rows = (await desk.admin.get("/audit?limit=10"))["items"]
        assert "x\ufffd\ufffd[2J\ufffdadmin" in {each["actor"] for each in rows}
        assert all(each["actor"].isprintable() for each in rows)


async def test_a_row_tells_before_and_after_and_no_secret(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        path = f"/enterprises/{code}"
        named = desk.admin.headers
        desk.admin.headers = {"X-Request-ID": "ticket-4711"}
        await desk.admin.tell("PATCH", path, {"name": "新名"})
        desk.admin.headers = named
        (row,) = await of(desk, request_id="ticket-4711")
        assert (row["what"], row["enterprise"]) == ("PATCH /enterprises/{code}", code)
        (change,) = row["changes"]
        assert (change["before"][0]["name"], change["after"][0]["name"]) == ("企业", "新名")
        who = await desk.person("operator")
        body = {"password": "yet another long one"}
        await desk.admin.tell("PATCH", f"/users/{who.username}", body)
        row = (await of(desk, what="PATCH /users/{username}"))[0]
        assert "argon2" not in row["body"]
        assert row["changes"][0]["after"][0]["password_hash"] == "(another secret)"
        answer = await desk.admin.ask("GET", "/me")
        assert len(answer.headers["x-request-id"]) == 16, "who names none is given one"


async def test_s43_who_reads_of_persons_is_on_record_once_in_a_while(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        who = await signed_in(desk, "supervisor")
        for _ in range(3):
            await who.get(f"/enterprises/{code}")
        assert len(await of(desk, actor=who.username, enterprise=code)) == 1
        desk.clock.advance(SAME_S + 1)
        await who.get(f"/enterprises/{code}")
        assert len(await of(desk, actor=who.username, enterprise=code)) == 2


async def test_a_read_is_answered_while_the_database_is_away_and_its_row_follows(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        who = await signed_in(desk, "supervisor")
        desk.here.database.is_there = False
        assert (await who.get(f"/enterprises/{code}"))["code"] == code
        assert desk.here.trail.waiting >= 1
        assert await desk.here.database.probe()
        assert len(await of(desk, actor=who.username, enterprise=code)) == 1
        assert desk.here.trail.waiting == 0


async def test_s44_where_no_row_can_wait_any_more_nothing_is_told_of_persons(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        desk.here.database.is_there = False
        for number in range(MOST_WAITING + 1):
            desk.here.trail.later(Deed("x", None, None, "", str(number), "flood"))
        assert desk.here.trail.waiting == MOST_WAITING
        for _ in range(2):
            refused(await desk.admin.ask("GET", f"/enterprises/{code}"), 503, "database-away")


async def test_the_chain_of_many_writers_has_no_gap(engines: Engines) -> None:
    async with desk_over(engines) as one, desk_over(engines) as other:
        before = await _head(one)

        async def write(desk: Desk, name: str) -> None:
            for number in range(10):
                deed = Deed(name, None, None, "", f"{name}-{number}", "writing")
                async with desk.here.database.transaction(tenant=EVERY) as connection:
                    await desk.here.trail.note(connection, deed)

        desks = (one, other)
        await asyncio.gather(*(write(desks[n % 2], f"w{n}") for n in range(8)))
        async with one.here.database.transaction(tenant=EVERY) as connection:
            after = await store.head(connection)
            rows = await store.rows(connection, before.seq, after.seq, 1000)
        assert len(rows) == after.seq - before.seq >= 80
        assert verify(rows, before).findings == ()


async def test_s44_each_day_seals_the_audit_and_an_export_is_held_to_it(
    engines: Engines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk_over(engines) as desk:
        folder, secret = tmp_path / "elsewhere", engines.services["api"]["PARKWATCH_JOURNAL_KEY"]
        sealing = Sealing(desk.here.database, desk.clock, folder, secret)
        await sealing.look()
        await desk.enterprise()
        desk.clock.advance(86_400)
        await sealing.look()
        copies = sorted(folder.glob("*.audit"))
        assert [verify_audit_file(copy) for copy in copies] == [0, 0]
        whole = tmp_path / "whole"
        assert (await desk.admin.sign_in()).status_code == 200
        text = (await desk.admin.ask("GET", "/audit/export")).text
        whole.write_text(text, encoding="utf-8")
        assert verify_audit_file(whole, folder / SEALS, sealing.key) == 0
        assert verify_audit_file(whole, None, "00" * 32) == 1
        cut = text.splitlines(keepends=True)
        whole.write_text("".join([*cut[:3], *cut[4:]]), encoding="utf-8")
        assert verify_audit_file(whole, folder / SEALS) == 1
        assert "rows are missing" in capsys.readouterr().out
        whole.write_text('{"type": "journal"}', encoding="utf-8")
        assert verify_audit_file(whole) == 2


async def _head(desk: Desk) -> Any:
    async with desk.here.database.transaction(tenant=EVERY) as connection:
        return await store.head(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
    ],
)
def test_s44_the_api_can_add_and_nothing_else(engines: Engines, statement: str) -> None:
    urls = [engines.database_url("api"), engines.superuser_url]
    for url in urls[:1] if "ALTER" in statement else urls:
        denied = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with psycopg.connect(url) as connection, denied:
            connection.execute(statement.encode())


MACHINES = {
    "audit", "audit_head",  # itself
    "book", "identity_book", "kept_answer", "register_change",  # counters, answers, histories
    "broker_log", "connectivity_hour", "gateway_event", "sign_in_try",  # what the process observes
}  # fmt: skip
"""Tables that the api writes, and nobody's deed is in them."""


def test_a_table_that_the_api_changes_tells_the_audit(engines: Engines) -> None:
    """A new one has its triggers, or is named here."""
    with psycopg.connect(engines.superuser_url) as superuser:
        writable = superuser.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND (has_any_column_privilege('pw_api', oid, 'INSERT')"
            " OR has_any_column_privilege('pw_api', oid, 'UPDATE')"
            " OR has_table_privilege('pw_api', oid, 'DELETE'))"
        ).fetchall()
        told = superuser.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger"
            " WHERE tgname IN ('audit_insert', 'audit_update', 'audit_delete') GROUP BY 1"
        ).fetchall()
    assert {name for (name,) in writable} - MACHINES == {name for name, _ in told}
    assert {count for _, count in told} == {3}


def test_s43_a_route_that_tells_of_persons_says_so() -> None:
    """What answers with a telephone number, users or their sessions is read on record."""
    described = json.loads(document())
    personal = {
        path.removeprefix("/api/v1")
        for path, each in described["paths"].items()
        if "get" in each and PERSONAL & _names(described, each["get"]["responses"].get("200"))
    }
    personal |= {"/users", "/users/{username}/sessions", "/enterprises/{code}/history", "/audit",
                 "/audit/export"}  # fmt: skip
    declared = {r.path for r in ROUTES if "GET" in methods(r) and _is_of_persons(r)}
    assert declared == personal


def _is_of_persons(route: APIRoute) -> bool:
    return any(isinstance(c, Requires) and c.of_persons for c in calls(route.dependant))


def _names(described: Json, shape: Any, known: frozenset[str] = frozenset()) -> set[str]:
    """The names of all properties below this."""
    if isinstance(shape, list):
        return {name for each in shape for name in _names(described, each, known)}
    if not isinstance(shape, dict):
        return set()
    reference = shape.get("$ref")
    if isinstance(reference, str):
        if reference in known:
            return set()
        name = reference.rpartition("/")[2]
        return _names(described, described["components"]["schemas"][name], known | {reference})
    return set(shape.get("properties", {})) | {
        name for each in shape.values() for name in _names(described, each, known)
    }


def test_the_same_is_known_for_a_while_and_forgotten_in_time(engines: Engines) -> None:
    async def told() -> int:
        async with desk_over(engines) as desk:
            clock = ManualClock(0)
            trail = Trail(desk.here.database, clock)
            deed = Deed("who", "regulator", None, "10.0.0.7", "r", "GET /alarms")
            for _ in range(3):
                trail.noticed(deed)
            clock.advance(SAME_S)
            trail.noticed(deed)
            return trail.waiting

    assert asyncio.run(told()) == 2
