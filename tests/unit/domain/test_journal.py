"""The chain shows what was done to it: edits, gaps, reordering, a full re-hash."""

import json
from dataclasses import replace

from services.domain.journal import (
    GENESIS,
    ChainFault,
    ChainHead,
    JournalRow,
    alarm_of,
    link,
    row_hash,
    verify_chain,
)
from tests.unit.alerts.samples import acknowledged, cleared, raised


def chain(count: int = 4, enterprise: str = "acme", first: int = 0) -> list[JournalRow]:
    head, rows = ChainHead(), []
    for number in range(first, first + count):
        row = link(head, raised(number, enterprise))
        head = ChainHead(row.seq, row.hash)
        rows.append(row)
    return rows


def faults(rows: list[JournalRow]) -> list[tuple[ChainFault, int]]:
    return [(finding.fault, finding.seq) for finding in verify_chain(rows).findings]


def test_an_untouched_chain_is_sound_and_tells_its_head() -> None:
    rows = chain()

    report = verify_chain(rows)

    assert report.sound
    assert (report.rows, report.heads["acme"]) == (4, ChainHead(4, rows[-1].hash))
    assert rows[0].previous == GENESIS
    assert [row.seq for row in rows] == [1, 2, 3, 4]


def test_the_body_tells_everything_and_is_the_same_text_each_time() -> None:
    row = link(ChainHead(), acknowledged())

    body = json.loads(row.body)
    assert (body["actor"], body["note"], body["event"]) == ("li.wei", "见到了", "acknowledged")
    assert body["alarm"]["value"] == 30.5
    assert body["alarm"]["state"] == "acknowledged"
    assert row.body == json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert link(ChainHead(), acknowledged()) == row


def test_enterprises_have_chains_of_their_own() -> None:
    first, second = chain(2, "acme"), chain(3, "other")

    report = verify_chain([first[0], second[0], second[1], first[1], second[2]])

    assert report.sound
    assert {name: head.seq for name, head in report.heads.items()} == {"acme": 2, "other": 3}


def test_one_changed_byte_of_a_body_is_found() -> None:
    rows = chain()
    rows[1] = replace(rows[1], body=rows[1].body.replace("30.5", "20.5"))

    assert faults(rows) == [(ChainFault.BODY_CHANGED, 2)]


def test_a_changed_body_with_its_hash_made_anew_breaks_the_next_link() -> None:
    rows = chain()
    body = rows[1].body.replace("30.5", "20.5")
    rows[1] = replace(rows[1], body=body, hash=row_hash(rows[1].previous, body))

    assert faults(rows) == [(ChainFault.BROKEN_LINK, 3)]


def test_a_missing_row_is_found() -> None:
    rows = chain()
    del rows[2]

    assert faults(rows) == [(ChainFault.GAP, 4), (ChainFault.BROKEN_LINK, 4)]


def test_two_rows_in_each_others_place_are_found() -> None:
    rows = chain()
    rows[1], rows[2] = rows[2], rows[1]

    assert (ChainFault.GAP, 3) in faults(rows)


def test_columns_that_say_something_else_than_the_body_are_found() -> None:
    rows = chain()
    rows[3] = replace(rows[3], event="cleared")

    assert faults(rows) == [(ChainFault.COLUMNS_CHANGED, 4)]


def test_a_missing_tail_shows_against_a_head_kept_elsewhere() -> None:
    rows = chain()
    kept = verify_chain(rows).heads["acme"]

    assert verify_chain(rows[:-2]).heads["acme"] != kept


def test_a_part_is_verified_after_its_head() -> None:
    rows = chain()

    assert verify_chain(rows[2:], {"acme": ChainHead(2, rows[1].hash)}).sound
    assert not verify_chain(rows[2:]).sound


def test_different_events_of_one_alarm_follow_each_other() -> None:
    first = link(ChainHead(), raised())
    second = link(ChainHead(1, first.hash), acknowledged())
    third = link(ChainHead(2, second.hash), cleared())

    assert verify_chain([first, second, third]).sound
    assert [row.alarm_id for row in (first, second, third)] == ["alarm-1"] * 3


def test_a_row_tells_what_was_otherwise_before() -> None:
    first = link(ChainHead(), raised())
    second = link(ChainHead(1, first.hash), acknowledged(), alarm_of(first.body))
    assert json.loads(first.body)["before"] is None
    assert json.loads(second.body)["before"] == {
        "state": "unacknowledged",
        "acknowledged_at": None,
        "acknowledged_by": None,
    }


def test_a_field_that_was_not_kept_before_is_not_told_as_if_it_had_been() -> None:
    old = alarm_of(link(ChainHead(), raised()).body)
    del old["realarm_ms"]
    later = replace(acknowledged(), alarm=replace(acknowledged().alarm, realarm_ms=60_000))
    before = json.loads(link(ChainHead(1), later, old).body)["before"]
    assert "realarm_ms" not in before
    assert before["state"] == "unacknowledged"
