"""The figures of alarm performance over REST, from alarms that are on record."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.domain import event
from services.domain.alarm import EventKind, Transition
from services.domain.journal import ChainHead, link
from services.domain.judgement import Step
from services.domain.rule import Condition
from services.domain.suppression import Off, OffBoard
from services.store import approval
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.unit.alerts.samples import raised

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORD = """
    INSERT INTO alarm (enterprise, id, point_id, tag, direction, rule, rule_version, condition,
                       "limit", grade, state, value, raised_at, received_at, historical, cleared_at)
    VALUES (%s, %s, %s, 'T', 'high', 'r', 1, 'H', 25, %s, 'unacknowledged', 30.5, %s, %s, %s, %s)
"""


def recorded(
    api: Api, enterprise: str, seconds: list[int], *, historical: bool = False, grade: int = 3
) -> None:
    """Alarms of one point, each over after five seconds."""
    point = api.point(enterprise, f"T-{secrets.token_hex(3)}")["id"]
    with psycopg.connect(api.engines.superuser_url) as connection:
        for second in seconds:
            at = NOON + timedelta(seconds=second)
            values = (enterprise, secrets.token_hex(8), point, grade, at, at, historical)
            connection.execute(RECORD, (*values, at + timedelta(seconds=5)))


def test_a_burst_is_a_flood_of_its_enterprise_and_of_nobody_elses(api: Api) -> None:
    mine, other = api.enterprise(), api.enterprise()
    recorded(api, mine, list(range(0, 240, 20)), grade=4)
    recorded(api, mine, [5], historical=True)
    recorded(api, other, [0])
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}
    found = api.admin.ask("/statistics/alarms", enterprise=mine, **span)
    assert (found["alarms"], found["busiest_ten_minutes"], found["fleeting"]) == (12, 12, 12)
    assert found["floods"] == [
        {"start": "2026-03-01T12:03:20.000Z", "end": "2026-03-01T12:12:20.000Z",
         "alarms": 12, "peak": 12}
    ]  # fmt: skip
    assert found["in_flood"] is False
    assert found["by_hour"] == [{"start": "2026-03-01T12:00:00.000Z", "alarms": 12}]
    assert found["chattering"][0]["count"] == 12
    assert found["top_ten"] == [
        {"enterprise": mine, "tag": "T", "condition": "H", "count": 12, "share": 1.0}
    ]
    assert found["grades"] == {"1": 0, "2": 0, "3": 0, "4": 1}
    assert found["targets"]["per_hour"] == 6
    enterprise = api.person("enterprise", other)
    assert enterprise.ask("/statistics/alarms", **span)["alarms"] == 1
    assert enterprise.ask("/statistics/alarms", enterprise=mine, **span)["alarms"] == 0


def test_without_a_span_it_is_the_last_thirty_days(api: Api) -> None:
    found = api.admin.ask("/statistics/alarms", enterprise=api.enterprise())
    start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
    assert end - start == timedelta(days=30)
    assert (found["alarms"], found["seconds_to_acknowledge"]) == (0, None)


def test_a_span_that_ends_before_it_begins_is_refused(api: Api) -> None:
    asked = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"}
    answer = api.admin.http.get("/statistics/alarms", params=asked)
    refused(answer, 422, "invalid", "start", "end")


JOURNAL = """
    INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
    VALUES (%s, %s, 'a', %s, %s, %s, %s, %s, %s)
"""


@pytest.fixture
def forgotten(api: Api) -> Iterator[None]:
    """Rows that hang together with none are gone afterwards: others look at all of the journal."""
    yield
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute("DELETE FROM journal WHERE at = %s", (NOON,))


@pytest.mark.usefixtures("forgotten")
def test_what_went_off_the_board_without_authority_is_counted_from_the_journal(api: Api) -> None:
    mine, other = api.enterprise(), api.enterprise()

    def off(minutes: int, second: str | None) -> str:
        until = minutes * 60_000
        told = {"how": "shelved", "by": "wang", "reason": "x", "since": 0, "until": until,
                "grade": 2, "approved_by": second}  # fmt: skip
        return json.dumps({"alarm": {"id": "a", "off": told}, "seq": 1})

    with psycopg.connect(api.engines.superuser_url) as connection:
        for enterprise, seq, kind, body in (
            (mine, 1, "shelved", off(30, "li")),
            (mine, 2, "shelved", off(30, None)),
            (mine, 3, "shelved", off(31, "li")),
            (mine, 4, "unshelved", off(31, "li")),
            (other, 1, "shelved", off(31, "li")),
        ):
            values = (enterprise, seq, NOON, NOON, kind, body, bytes(32), bytes(32))
            connection.execute(JOURNAL, values)
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}
    found = api.admin.ask("/statistics/alarms", enterprise=mine, **span)
    assert (found["unauthorised"], found["targets"]["unauthorised"]) == (2, 0)
    assert (found["meaningful"], found["manageable"]["per_day"]) == (False, 300)


@pytest.mark.usefixtures("forgotten")
def test_what_was_born_off_the_board_did_not_sound(api: Api) -> None:
    enterprise = api.enterprise()
    born_off, later_off, plain = (raised(number, enterprise) for number in range(3))
    off = OffBoard(Off.SHELVED, "wang", 'said "off":{', 0, 60_000, 2)
    born_off = replace(born_off, alarm=event.inherited(born_off.alarm, off))
    shelved = Transition(EventKind.SHELVED, event.taken_off(later_off.alarm, off), 9, 9)
    plain = replace(plain, note='it is said of "off":{}')
    with psycopg.connect(api.engines.superuser_url) as connection:
        head = ChainHead()
        for told in (born_off, later_off, plain, shelved):
            row = link(head, told)
            head = ChainHead(row.seq, row.hash)
            values = (enterprise, row.seq, row.alarm_id, NOON, NOON, row.event, row.body)
            connection.execute(ROW, (*values, row.previous, row.hash))
    point = api.point(enterprise, "T-1")["id"]
    with psycopg.connect(api.engines.superuser_url) as connection:
        for told in (born_off, later_off, plain):
            alarm = (enterprise, told.alarm.id, point, 3, NOON, NOON, False, NOON)
            connection.execute(RECORD, alarm)
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}
    found = api.admin.ask("/statistics/alarms", enterprise=enterprise, **span)
    assert found["alarms"] == 2


@pytest.mark.usefixtures("forgotten")
def test_what_was_acknowledged_and_then_shelved_was_acknowledged(api: Api) -> None:
    """By ISA-18.2 shelving takes nothing back: it was answered, and how soon stays known."""
    enterprise = api.enterprise()
    answered, never = (raised(number, enterprise) for number in range(2))
    off = OffBoard(Off.SHELVED, "wang", "x", 0, 60_000, 2)
    seen = event.acknowledged(answered.alarm, "wang", answered.alarm.raised_at + 20_000)
    after = event.taken_off(seen, off)
    told = (
        (answered, 0), (Transition(EventKind.ACKNOWLEDGED, seen, 9, 9), 20),
        (Transition(EventKind.SHELVED, after, 9, 9), 30), (never, 0),
        (Transition(EventKind.SHELVED, event.taken_off(never.alarm, off), 9, 9), 30),
    )  # fmt: skip
    with psycopg.connect(api.engines.superuser_url) as connection:
        head = ChainHead()
        for each, second in told:
            row = link(head, each)
            head = ChainHead(row.seq, row.hash)
            noted = NOON + timedelta(seconds=second)
            values = (enterprise, row.seq, row.alarm_id, NOON, noted, row.event, row.body)
            connection.execute(ROW, (*values, row.previous, row.hash))
    point = api.point(enterprise, "T-1")["id"]
    with psycopg.connect(api.engines.superuser_url) as connection:
        for alarm in (after, never.alarm):
            stands = (enterprise, alarm.id, point, 3, NOON, NOON, False, NOON)
            connection.execute(RECORD, stands)
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}
    found = api.admin.ask("/statistics/alarms", enterprise=enterprise, **span)
    assert (found["alarms"], found["acknowledged"]) == (2, 1)
    assert (found["seconds_to_acknowledge"], found["seconds_to_acknowledge_most"]) == (20, 20)


@pytest.mark.usefixtures("forgotten")
def test_an_alarm_that_was_red_and_came_down_counts_as_red(api: Api) -> None:
    """Its own level is the last one; a shift's sheet would not know of the release at its end."""
    enterprise = api.enterprise()
    rose, plain = (raised(number, enterprise) for number in range(2))
    red = event.escalated(rose.alarm, replace(LEVEL, condition=Condition.HH, grade=1))
    down = event.levelled(red, LEVEL)
    told = (
        rose, plain,
        Transition(EventKind.ESCALATED, red, 9, 9), Transition(EventKind.DEESCALATED, down, 9, 9),
    )  # fmt: skip
    point = api.point(enterprise, "T-1")["id"]
    with psycopg.connect(api.engines.superuser_url) as connection:
        head = ChainHead()
        for each in told:
            row = link(head, each)
            head = ChainHead(row.seq, row.hash)
            values = (enterprise, row.seq, row.alarm_id, NOON, NOON, row.event, row.body)
            connection.execute(ROW, (*values, row.previous, row.hash))
        for alarm in (down, plain.alarm):
            stands = (enterprise, alarm.id, point, alarm.grade, NOON, NOON, False, NOON)
            connection.execute(RECORD, stands)
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}

    found = api.admin.ask("/statistics/alarms", enterprise=enterprise, **span)

    assert found["grades"] == {"1": 0.5, "2": 0.5, "3": 0, "4": 0}


LEVEL = Step(0, "r", 1, Condition.H, 25.0, 2, 30.5)

ROW = """
    INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

APPROVAL = """
    INSERT INTO approval (enterprise, id, action, alarm_id, reason, minutes, applicant, applied_at,
                          expires_at)
    VALUES (%s, %s, 'shelve', 'a', 'x', 1, 'wang', %s, %s)
"""


def test_approvals_are_forgotten_after_their_time_and_not_before(api: Api) -> None:
    enterprise, before = api.enterprise(), NOON
    old, young = secrets.token_hex(12), secrets.token_hex(12)
    with psycopg.connect(api.engines.superuser_url) as connection:
        for identity, at in ((old, before - timedelta(seconds=1)), (young, before)):
            connection.execute(APPROVAL, (enterprise, identity, at, at))

    async def prune() -> None:
        url = api.engines.api_url()
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await approval.prune(connection, before)

    asyncio.run(prune())
    left = api.admin.items("/approvals", enterprise=enterprise)
    assert [each["id"] for each in left] == [young]
