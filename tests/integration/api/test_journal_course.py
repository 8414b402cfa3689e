"""The journal of a stretch of time: what stood in it by either clock, whole, and nobody else's."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg

from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind, Transition
from services.domain.journal import ChainHead, link
from services.domain.suppression import Off, OffBoard
from services.runtime.clock import to_datetime
from tests.integration.api.conftest import Api
from tests.living.park import Door, Json
from tests.unit.alerts.samples import NOON, alarm

MINUTE = 60_000
_ALARM = """
INSERT INTO alarm (enterprise, id, point_id, tag, direction, rule, rule_version, condition, "limit",
                   grade, state, value, raised_at, received_at, historical, cleared_at, closed_as)
VALUES (%s, %s, %s, %s, 'high', 'r', 1, 'H', 25, 2, %s, 30.5, %s, %s, false, %s, %s)
"""
_JOURNAL = """
INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Chain:
    """An enterprise's record, written as the recorder writes it."""

    def __init__(self, api: Api) -> None:
        self.api, self.code, self.head = api, api.enterprise(), ChainHead()
        self.point = api.point(self.code, "LT-1", name="罐液位", hazard_source="HS-1")["id"]

    def write(self, *steps: Transition) -> None:
        """One alarm's steps, and the alarm as the last one leaves it."""
        last = steps[-1].alarm
        with psycopg.connect(self.api.engines.superuser_url) as database:
            times = (to_datetime(last.raised_at), to_datetime(last.received_at))
            end = None if last.cleared_at is None else to_datetime(last.cleared_at)
            found = (
                self.code,
                last.id,
                self.point,
                last.tag,
                "unacknowledged",
                *times,
                end,
                last.closed_as,
            )
            database.execute(_ALARM, found)
            for step in steps:
                row = link(self.head, step)
                self.head = ChainHead(row.seq, row.hash)
                values = (row.enterprise, row.seq, row.alarm_id, to_datetime(row.at))
                more = (to_datetime(row.noted_at), row.event, row.body, row.previous, row.hash)
                database.execute(_JOURNAL, (*values, *more))

    def alarm(self, number: int, minute: int, **changes: Any) -> Alarm:
        """One of them, raised at this minute of the hour."""
        at = NOON + minute * MINUTE
        return replace(
            alarm(number, self.code), point_id=self.point, raised_at=at, received_at=at, **changes
        )


def step(
    event: EventKind, of: Alarm, minute: float, noted: float, actor: str | None = None
) -> Transition:
    """Something that happened, in minutes of the hour."""
    at, noted_at = round(NOON + minute * MINUTE), round(NOON + noted * MINUTE)
    return Transition(event, of, at, noted_at, actor)


def closed(of: Alarm, minute: int) -> Alarm:
    return replace(
        of,
        state=AlarmState.NORMAL,
        closed_as=ClosedAs.CLEARED,
        cleared_at=NOON + minute * MINUTE,
    )


def iso(minute: int) -> str:
    return (to_datetime(NOON) + timedelta(minutes=minute)).isoformat()


def course(door: Door, since: int, until: int, **more: Any) -> list[Json]:
    """All pages of what happened."""
    found = door.items("/journal", since=iso(since), until=iso(until), **more)
    return list(found)


def told(found: list[Json]) -> list[tuple[str, str]]:
    return [(each["alarm"]["tag"], each["event"]) for each in found]


def test_what_stood_in_a_stretch_by_either_clock_is_there_from_its_beginning(api: Api) -> None:
    chain = Chain(api)
    before, standing, late = (
        chain.alarm(n, minute) for n, minute in ((1, -60), (2, -30), (3, -20))
    )
    chain.write(
        step(EventKind.RAISED, before, -60, -60),
        step(EventKind.CLEARED, closed(before, -50), -50, -50),
    )
    shelf = OffBoard(Off.SHELVED, "li", "结冰", NOON, NOON + 30 * MINUTE, 2)
    shelved = replace(standing, state=AlarmState.SHELVED, off=shelf)
    chain.write(
        step(EventKind.RAISED, standing, -30, -30), step(EventKind.SHELVED, shelved, 5, 5, "li")
    )
    # Over before the hour, and the consoles heard of it within.
    chain.write(
        step(EventKind.RAISED, late, -20, 10), step(EventKind.CLEARED, closed(late, -10), -10, 10.5)
    )
    after = chain.alarm(4, 70)
    chain.write(step(EventKind.RAISED, after, 70, 70))
    found = course(api.admin, 0, 60, enterprise=chain.code)
    assert told(found) == [
        ("GT-2", "raised"), ("GT-2", "shelved"), ("GT-3", "raised"), ("GT-3", "cleared")
    ]  # fmt: skip
    deed = found[1]
    assert (deed["actor"], deed["alarm"]["state"]) == ("li", "shelved")
    assert deed["alarm"]["off_board"]["reason"] == "结冰"
    assert deed["alarm"]["name"] == "罐液位"
    assert datetime.fromisoformat(deed["noted_at"]) == to_datetime(NOON + 5 * MINUTE)
    # What was heard of after the stretch, but was true in it, is in it, too.
    assert told(course(api.admin, -15, -5, enterprise=chain.code)) == [
        ("GT-2", "raised"), ("GT-3", "raised"), ("GT-3", "cleared")
    ]  # fmt: skip
    assert course(api.admin, 0, 60, enterprise=chain.code, limit=1) == found


def test_nobody_is_told_of_another_and_no_stretch_is_without_end(api: Api) -> None:
    mine, other = Chain(api), Chain(api)
    for chain in (mine, other):
        chain.write(step(EventKind.RAISED, chain.alarm(1, 1), 1, 1))
    person = api.person("enterprise", mine.code)
    assert {each["enterprise"] for each in course(person, 0, 60)} == {mine.code}
    assert course(person, 0, 60, enterprise=other.code) == []
    assert {mine.code, other.code} <= {
        each["enterprise"] for each in course(api.person("regulator"), 0, 60)
    }
    for since, until, field in ((60, 0, "since"), (0, 0, "since"), (0, 24 * 60 + 1, "until")):
        refused = api.admin.http.get("/journal", params={"since": iso(since), "until": iso(until)})
        assert (refused.status_code, field in refused.json()["detail"]) == (422, True)
