"""Every operator's action is one row of the journal: who, why, before, after; and by which policy."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from services.alerts.engine import Action
from services.domain.alarm import EventKind
from services.domain.alarm_life import LifeEvent
from services.domain.application import Application
from services.domain.directory import BookChange
from services.domain.journal import ChainHead, JournalRow, alarm_of, link, verify_chain
from services.domain.shelving_policy import ShelvingPolicy
from tests.stories.park import Park, ms, rule

POLICY = replace(ShelvingPolicy(), version=5)
ACTIONS = {
    EventKind.ACKNOWLEDGED,
    EventKind.SHELVED,
    EventKind.UNSHELVED,
    EventKind.TAKEN_OUT,
    EventKind.RETURNED_TO_SERVICE,
}


def journal(story: Park) -> list[JournalRow]:
    """As the recorder chains it."""
    head, rows, known = ChainHead(), list[JournalRow](), dict[str, dict[str, object]]()
    for each in story.said:
        row = link(head, each, known.get(each.alarm.id))
        head, known[each.alarm.id] = ChainHead(row.seq, row.hash), alarm_of(row.body)
        rows.append(row)
    return rows


@pytest.fixture
def bodies() -> list[Mapping[str, Any]]:
    """What the rows of one alarm's operators say; each action at a second of its own."""
    story = Park(rule("H", 25, 2))
    story.take(story.engine.apply_book(BookChange(1, shelving=POLICY), 0))
    story.read(30, 0)

    def act(kind: LifeEvent, by: str, why: str, **how: Any) -> None:
        story.now += 1
        action = Action(kind, story.alarm.id, by, why, 20, **how)
        outcome, _, refused = story.engine.act(action, None, ms(story.now))
        assert refused == []
        story.take(outcome)

    story.now += 1
    story.acknowledge(story.alarm.id)
    asked = story.alarm
    approved = {
        "approved_by": "li",
        "approval_note": "已现场核实",
        "application": Application(
            "acme", asked.subject, asked.direction, asked.rule, asked.grade, asked.limit
        ),
    }
    act(LifeEvent.SHELVE, "wang", "探头结露", **approved)
    act(LifeEvent.UNSHELVE, "zhao", "已烘干")
    act(LifeEvent.TAKE_OUT, "wang", "更换探头", permit="JX-7", **approved)
    act(LifeEvent.RETURN_TO_SERVICE, "zhao", "已更换")
    rows = journal(story)
    assert verify_chain(rows).sound
    return [json.loads(row.body) for row in rows if row.event in ACTIONS]


def test_every_action_tells_who_and_why(bodies: list[Mapping[str, Any]]) -> None:
    assert {body["event"] for body in bodies} == ACTIONS
    assert [(body["event"], body["actor"], body["note"]) for body in bodies] == [
        ("acknowledged", "wang", "seen"),
        ("shelved", "wang", "探头结露"),
        ("unshelved", "zhao", "已烘干"),
        ("out_of_service", "wang", "更换探头"),
        ("returned_to_service", "zhao", "已更换"),
    ]


def test_every_action_tells_before_and_after(bodies: list[Mapping[str, Any]]) -> None:
    states = [(body["before"]["state"], body["alarm"]["state"]) for body in bodies]
    assert states == [
        ("unacknowledged", "acknowledged"),
        ("acknowledged", "shelved"),
        ("shelved", "unacknowledged"),
        ("unacknowledged", "out_of_service"),
        ("out_of_service", "unacknowledged"),
    ]
    for earlier, later in pairwise(bodies):
        assert later["alarm"] | later["before"] == earlier["alarm"]


def test_an_approved_action_tells_the_second_person_their_words_and_the_policy(
    bodies: list[Mapping[str, Any]],
) -> None:
    _, shelved, unshelved, out, back = bodies
    for body, permit in ((shelved, None), (out, "JX-7")):
        off = body["alarm"]["off"]
        told = (off["by"], off["approved_by"], off["approval_note"], off["policy"], off["permit"])
        assert told == ("wang", "li", "已现场核实", 5, permit)
        assert (off["reason"], off["grade"], off["limit"]) == (body["note"], 2, 25)
        assert off["until"] - off["since"] == 20 * 60_000
        assert body["before"]["off"] is None
    for body, earlier in ((unshelved, shelved), (back, out)):
        assert (body["alarm"]["off"], body["before"]["off"]) == (None, earlier["alarm"]["off"])


def test_what_ends_by_itself_names_nobody_and_says_why() -> None:
    story = Park(rule("H", 25, 3))
    story.read(30, 0)
    action = Action(LifeEvent.SHELVE, story.alarm.id, "wang", "检修", 60)
    story.take(story.engine.act(action, None, ms(0))[0])
    story.wait(3600)
    body = json.loads(journal(story)[-1].body)
    assert (body["event"], body["actor"], body["note"]) == ("unshelved", None, "Its time is over.")
    assert body["before"]["off"]["policy"] == 0
