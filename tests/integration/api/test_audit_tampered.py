"""P13: whatever is done to the audit behind the api's back is found, row by row and at its end; and
whatever is taken out whole is on record (S43, S44)."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from services.domain.audit import AuditRow, Deed, link, verify
from services.domain.audit_export import first_line, last_line, row_line, verify_audit
from services.domain.journal import ChainHead
from services.runtime.clock import to_ms
from tests.integration.api.desk import desk_over
from tests.integration.api.test_audit import of, signed_in
from tests.living.engines_alone import Engines

Database = psycopg.Connection[Any]
LENGTH = 12
NUMBERS = list(range(1, LENGTH + 1))
"""How many rows are added, and from which number on: after the last one that is there."""
_HEAD = b"SELECT seq, hash FROM audit_head"
_ADD = b"""
INSERT INTO audit (seq, at, actor, what, concerns, request_id, body, previous, hash)
VALUES (%s, to_timestamp(%s / 1000.0), %s, %s, %s, %s, %s, %s, %s)
"""
_ROWS = b"""
SELECT seq, at, actor, what, concerns, request_id, body, previous, hash FROM audit
WHERE seq > %s ORDER BY seq
"""
AGAIN = "body = {body}, hash = sha256(previous || convert_to({body}, 'UTF8'))"
TAMPERED = {
    "who it was": "UPDATE audit SET actor = 'nobody' WHERE seq = {n}",
    "what the column says it was about": "UPDATE audit SET concerns = 'E-other' WHERE seq = {n}",
    "when": "UPDATE audit SET at = at + interval '1 day' WHERE seq = {n}",
    "all of it, with its hash made anew": "UPDATE audit SET actor = 'nobody', "
    + AGAIN.format(body="replace(body, 'who', 'why')") + " WHERE seq = {n}",
    "what it follows": "UPDATE audit SET previous = sha256('x'), hash = sha256(sha256('x') || "
    "convert_to(body, 'UTF8')) WHERE seq = {n}",
    "that it was at all": "DELETE FROM audit WHERE seq = {n}",
    "that it and all behind it were": "DELETE FROM audit WHERE seq >= {n}",
    "its place": "UPDATE audit SET seq = seq + 1000000 WHERE seq IN ({n}, {n} + 1); UPDATE audit SET"
    " seq = CASE seq - 1000000 WHEN {n} THEN {n} + 1 ELSE {n} END WHERE seq > 1000000",
}  # fmt: skip
"""What somebody may want to have been otherwise, who owns the database and switched its guard off."""


@pytest.fixture
def chain(engines: Engines) -> Iterator[tuple[Database, ChainHead]]:
    """A chain with a dozen rows more, its guard switched off, and where those begin; undone."""
    with psycopg.connect(engines.superuser_url) as database:
        row = database.execute(_HEAD + b" FOR UPDATE").fetchone()
        assert row is not None
        begin = head = ChainHead(row[0], bytes(row[1]))
        for number in NUMBERS:
            deed = Deed(f"who-{number}", "admin", None, "10.0.0.7", f"r{number}", "POST /users")
            made = link(head, deed, 1_767_542_400_000 + number, [])
            values = (made.seq, made.at, made.actor, made.what, made.concerns, made.request_id,
                      made.body, made.previous, made.hash)  # fmt: skip
            database.execute(_ADD, values)
            head = ChainHead(made.seq, made.hash)
        database.execute("UPDATE audit_head SET seq = %s, hash = %s", (head.seq, head.hash))
        database.execute("SET LOCAL session_replication_role = replica")
        yield database, begin
        database.rollback()


def read(database: Database, begin: ChainHead) -> tuple[list[AuditRow], ChainHead]:
    """The rows behind `begin`, and where the chain says that it ends."""
    rows = [
        AuditRow(
            seq, to_ms(at), actor, what, concerns, request, body, bytes(previous), bytes(hash_)
        )
        for seq, at, actor, what, concerns, request, body, previous, hash_ in database.execute(
            _ROWS, (begin.seq,)
        ).fetchall()
    ]
    end = database.execute(_HEAD).fetchone()
    assert end is not None
    return rows, ChainHead(end[0], bytes(end[1]))


def faults(database: Database, begin: ChainHead) -> list[object]:
    """What a verification of those rows finds, their end held to the chain's."""
    rows, end = read(database, begin)
    report = verify(rows, begin)
    return [*report.findings, *([] if report.head == end else ["cut off"])]


@pytest.mark.parametrize("what", TAMPERED)
def test_s44_whoever_owns_the_database_changes_no_row_unseen(
    chain: tuple[Database, ChainHead], what: str
) -> None:
    """First, in the middle and last: each by itself."""
    database, begin = chain
    assert faults(database, begin) == []
    last = LENGTH - (what == "its place")
    for place in (1, LENGTH // 2, last):
        with database.transaction(force_rollback=True):
            for statement in TAMPERED[what].format(n=begin.seq + place).split(";"):
                assert database.execute(statement.encode()).rowcount >= 1
            assert faults(database, begin) != [], f"row {place}: {what}"
    assert faults(database, begin) == []


def test_s44_the_guard_refuses_a_hash_that_is_not_its_rows(
    chain: tuple[Database, ChainHead],
) -> None:
    """The check computes it anew, also where the trigger is switched off."""
    database, begin = chain
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction():
        database.execute("UPDATE audit SET body = body || ' ' WHERE seq = %s", (begin.seq + 1,))


def mutations(lines: list[str], chance: random.Random) -> Iterator[list[str]]:
    """One thing changed each: a character, a line taken out, doubled, or put elsewhere."""
    ways: list[Callable[[list[str], int], list[str]]] = [
        lambda those, at: [*those[:at], *those[at + 1 :]],
        lambda those, at: [*those[:at], those[at], *those[at:]],
        lambda those, at: [*those[:at], those[-1], *those[at + 1 : -1], those[at]],
        lambda those, at: those[: at + 1],
    ]
    while True:
        at = chance.randrange(1, len(lines) - 1)
        if chance.random() < 0.7:
            line, place = lines[at], chance.randrange(len(lines[at]) - 1)
            other = chance.choice([c for c in "0a9{}:,x" if c != line[place]])
            yield [*lines[:at], line[:place] + other + line[place + 1 :], *lines[at + 1 :]]
        else:
            yield chance.choice(ways)(list(lines), at)


def test_s44_of_a_thousand_changes_to_an_export_each_one_is_found(
    chain: tuple[Database, ChainHead],
) -> None:
    database, begin = chain
    rows, end = read(database, begin)
    at = "2026-01-04T16:00:00.000Z"
    lines = [first_line(at, begin), *map(row_line, rows), last_line(len(rows), end)]
    assert verify_audit(lines).faults == ()
    seed = random.Random(1767542400)
    unseen = []
    for number, changed in zip(range(1_000), mutations(lines, seed), strict=False):
        if not verify_audit(changed).faults:
            unseen.append((number, [line for line in changed if line not in lines]))
    assert unseen == []


async def test_s43_whatever_is_taken_out_whole_is_on_record(engines: Engines) -> None:
    """An export is of nobody's screen: whoever makes one, of whatever list, has a row."""
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        for role in ("operator", "supervisor", "inspector", "enterprise"):
            who = await signed_in(desk, role, code if role == "enterprise" else None)
            for path, what in (
                ("/points/export", "GET /points/export"),
                ("/journal/export", "GET /journal/export"),
                ("/alarms?format=csv", "GET /alarms"),
            ):
                assert (await who.ask("GET", path)).status_code == 200
                assert (await who.ask("GET", path)).status_code == 200
                [row] = await of(desk, actor=who.username, what=what)
                assert (row["outcome"], row["role"]) == (200, role)
            await who.ask("GET", "/alarms?limit=1")
            assert await of(desk, actor=who.username, what="GET /points") == []


async def test_s43_each_enterprise_that_is_asked_for_is_on_record_and_so_is_a_sheet(
    engines: Engines,
) -> None:
    """Who read one enterprise's and then another's read two; who saw a list and took it, did both."""
    async with desk_over(engines) as desk:
        one, other = await desk.enterprise(), await desk.enterprise()
        who = await signed_in(desk, "operator")
        for path, what in (
            ("/hazard-sources?enterprise={}", "GET /hazard-sources"),
            ("/points/export?enterprise={}", "GET /points/export"),
            ("/journal/export?enterprise={}", "GET /journal/export"),
            ("/alarms?format=csv&enterprise={}", "GET /alarms"),
        ):
            for code in (one, other, one, other):
                assert (await who.ask("GET", path.format(code))).status_code == 200
            rows = await of(desk, actor=who.username, what=what)
            assert sorted(each["enterprise"] for each in rows) == sorted([one, other]), what
        for _ in range(2):
            await who.ask("GET", f"/hazard-sources?format=csv&enterprise={one}")
        rows = await of(desk, actor=who.username, what="GET /hazard-sources", enterprise=one)
        assert sorted(each["object"].get("format", "") for each in rows) == ["", "csv"]


async def test_a_dead_letter_is_taken_out_as_a_file(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        who = await signed_in(desk, "operator")
        for number in (1, 2, 1):
            await who.ask("GET", f"/dead-letters/{code}/{number}/payload")
        rows = await of(desk, actor=who.username)
        taken = [each["object"] for each in rows if each["what"].endswith("/payload")]
        assert sorted(each["letter"] for each in taken) == ["1", "2"]
