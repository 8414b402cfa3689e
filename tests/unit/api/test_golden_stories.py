"""The golden stories of the live push, from our end: the console's reducer reads the same files."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from services.api.alarm_view import view
from services.api.live.message import encoded
from services.api.replica import Replica
from services.api.wording import Language
from services.domain.alarm import EventKind
from services.domain.point import Point, PointKind
from tests.unit.api.golden_server import Server
from tests.unit.api.golden_story import Json, Listener, decoded, ms, stories

ALL = stories()
LATER = "tomorrow"
"""Tells what no server of today says."""
KNOWN = {name: story for name, story in ALL.items() if name != LATER}
SAID = {name: story for name, story in ALL.items() if "bus" in story}


def messages_of(story: Json) -> list[Json]:
    """All that came over the line, without what only the console notes."""
    told = [*story["messages"], *([story["fresh"]] if "fresh" in story else [])]
    return [each for each in told if each["type"] != "opened"]


def heard(story: Json) -> Listener:
    listener = Listener(story["points"])
    for message in story["messages"]:
        if message["type"] == "opened":
            listener.opened()
        else:
            listener.hear(decoded(message))
    return listener


def snake(camel: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in camel)


def agrees(told: Any, shown: Any) -> bool:
    """Whether what is shown is what the file tells, by the console's names and its times."""
    if isinstance(told, dict) and isinstance(shown, dict):
        return all(agrees(value, shown[snake(name)]) for name, value in told.items())
    if isinstance(told, int) and isinstance(shown, str):
        return told == ms(shown)
    return bool(told == shown)


def expect_end(story: Json, replica: Replica) -> None:
    """Exactly the alarms and values that the file expects at its end. Whether one is on record is
    known at the end of the line that says so, and not asked here."""
    then = story["then"]
    assert set(replica.open) == set(then["alarms"])
    for alarm_id, told in then["alarms"].items():
        shown = asdict(view(replica.open[alarm_id], True, Language.ZH))
        plain = {name: value for name, value in told.items() if name != "recorded"}
        assert agrees(plain, shown), (alarm_id, plain, shown)
    values = {
        str(number): [value.t, said(story["points"][str(number)], value.v), value.q]
        for number, value in replica.values.items()
    }
    assert values == then["values"]


def said(kind: str, value: float | None) -> float | str | None:
    """As outsiders see it: a state by its name."""
    return Point(1, "HX01", "P-1", PointKind(kind), "1").present(value)


@pytest.mark.parametrize("name", KNOWN)
def test_each_message_is_ours_to_the_last_field(name: str) -> None:
    for message in messages_of(KNOWN[name]):
        assert json.loads(encoded(decoded(message))) == message


@pytest.mark.parametrize("name", KNOWN)
def test_our_own_replica_ends_where_the_console_does(name: str) -> None:
    story = KNOWN[name]
    replica = heard(story).replica
    expect_end(story, replica)
    if story["then"]["phase"] == "gap":
        assert replica.wants_snapshot
    else:
        assert (replica.wants_snapshot, replica.seq) == (False, story["then"]["seq"])


@pytest.mark.parametrize("name", [name for name in KNOWN if "fresh" in KNOWN[name]])
def test_a_snapshot_taken_afresh_says_the_same(name: str) -> None:
    story = KNOWN[name]
    fresh = heard(story | {"messages": [story["fresh"]]}).replica
    expect_end(story, fresh)
    assert fresh.seq == story["then"]["seq"]


@pytest.mark.parametrize("name", SAID)
def test_our_hub_says_exactly_this_of_what_the_bus_says(name: str) -> None:
    story = SAID[name]
    server = Server(story["points"])
    assert server.tell(story["bus"]) == story["messages"]
    expect_end(story, server.replica)
    # What stands is on record, or not, as the console is told.
    for alarm_id, told in story["then"]["alarms"].items():
        on_record = server.replica.is_recorded(server.replica.open[alarm_id])
        assert told.get("recorded", on_record) == on_record


def test_a_relieved_engine_was_refused() -> None:
    server = Server(SAID["takeover"]["points"])
    server.tell(SAID["takeover"]["bus"])
    assert (server.replica.term, server.replica.refused_old) == (8, 3)


def test_the_stories_tell_of_every_kind_of_event() -> None:
    told = {m["event"] for story in KNOWN.values() for m in messages_of(story) if "event" in m}
    missing = set(EventKind) - told
    assert missing == {EventKind.WITHDRAWN, EventKind.CORRECTED, EventKind.LAPSED,
                       EventKind.RESUMED, EventKind.REALARMED}  # fmt: skip
