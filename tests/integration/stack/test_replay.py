"""`parkwatch replay`, as somebody calls it, over the real database."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.living.engines_alone import Engines

PARKWATCH = Path(sys.executable).with_name("parkwatch")
START = datetime(2026, 1, 10, tzinfo=UTC)


def replay(engines: Engines, *words: str) -> "subprocess.CompletedProcess[str]":
    """Called with the api's rights: it only reads."""
    known = os.environ | {"PARKWATCH_DATABASE_URL": engines.database_url("api")}
    asked = [str(PARKWATCH), "replay", *words]
    return subprocess.run(asked, capture_output=True, text=True, env=known, check=False)


def past(engines: Engines) -> None:
    """One point with one rule: twice above 80, once above 90."""
    engines.empty()
    values = ((0, 50.0), (10, 85.0), (20, 50.0), (30, 95.0), (40, 50.0))
    with psycopg.connect(engines.superuser_url) as store:
        store.execute("INSERT INTO enterprise VALUES ('acme', 'Acme', NULL, now(), NULL, 0)")
        store.execute(
            "INSERT INTO point (enterprise, tag, id, kind, unit, book_version)"
            " VALUES ('acme', 'LI-1', 1, 'level', '%', 1)"
        )
        store.execute(
            'INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade,'
            " valid_from, created_by, book_version)"
            " VALUES ('acme', 'r1', 1, 'LI-1', 'H', 80, 3, now(), 'li.wei', 1)"
        )
        for minute, value in values:
            at = START + timedelta(minutes=minute)
            store.execute("INSERT INTO reading VALUES (1, %s, %s, %s, 0, 0)", (at, at, value))


def test_the_past_is_judged_by_todays_rules_and_by_those_of_a_file(
    engines: Engines, tmp_path: Path
) -> None:
    past(engines)
    span = ("--from", "2026-01-10T08:00:00+08:00", "--to", "2026-01-10T01:00:00Z")
    today = replay(engines, *span)
    assert today.returncode == 0, today.stderr
    assert today.stdout.splitlines() == [
        "1 points, 5 readings from 2026-01-10T00:00:00Z to 2026-01-10T01:00:00Z",
        "today: 2 alarms (grade 1: 0, grade 2: 0, grade 3: 2, grade 4: 0), 0 floods",
    ]

    rules = tmp_path / "rules.json"
    moved = {"enterprise": "acme", "tag": "LI-1", "condition": "H", "limit": 90, "grade": 2}
    rules.write_text(json.dumps([moved]), encoding="utf-8")
    both = replay(engines, *span, "--rules", str(rules)).stdout.splitlines()
    assert both[2:] == [
        "proposed: 1 alarms (grade 1: 0, grade 2: 1, grade 3: 0, grade 4: 0), 0 floods",
        "appear: 0",
        "vanish: 1",
        "  2026-01-10T00:10:00Z acme LI-1: H 80, grade 3, 85, until 2026-01-10T00:20:00Z",
    ]


def stuck(**more: object) -> str:
    """A file with one rule that is more than a limit."""
    rule = {"kind": "stuck", "enterprise": "acme", "tag": "LI-1", "span_s": 30, "grade": 4}
    return json.dumps([rule | more])


def test_a_rule_of_the_file_that_is_more_than_a_limit_is_tried_too(
    engines: Engines, tmp_path: Path
) -> None:
    past(engines)
    with psycopg.connect(engines.superuser_url) as store:
        at = START + timedelta(minutes=35)
        store.execute("INSERT INTO reading VALUES (1, %s, %s, NULL, 2, 0)", (at, at))
    fault = {"kind": "bad_quality", "enterprise": "acme", "tag": "LI-1", "grade": 4}
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([fault]), encoding="utf-8")
    span = ("--from", "2026-01-10T00:00:00Z", "--to", "2026-01-10T01:00:00Z")
    told = replay(engines, *span, "--rules", str(rules))
    assert told.stdout.splitlines() == [
        "1 points, 6 readings from 2026-01-10T00:00:00Z to 2026-01-10T01:00:00Z",
        "today: 2 alarms (grade 1: 0, grade 2: 0, grade 3: 2, grade 4: 0), 0 floods",
        "proposed: 3 alarms (grade 1: 0, grade 2: 0, grade 3: 2, grade 4: 1), 0 floods",
        "appear: 1",
        "  2026-01-10T00:35:00Z acme LI-1: bad_quality, grade 4, until 2026-01-10T00:40:00Z",
        "vanish: 0",
    ]
    only = replay(engines, *span, "--rules", str(rules), "--limits-only")
    assert "leave --limits-only out" in only.stderr


def test_what_cannot_be_replayed_is_said_in_a_sentence(engines: Engines, tmp_path: Path) -> None:
    past(engines)
    span = ("--from", "2026-01-10T00:00:00Z", "--to", "2026-01-11T00:00:00Z")
    naive = replay(engines, "--from", "2026-01-10", "--to", "2026-01-11T00:00:00Z")
    assert (naive.returncode, naive.stdout) == (1, "")
    assert naive.stderr.startswith("--from '2026-01-10' is no time")
    swapped = replay(engines, "--from", span[3], "--to", span[1])
    assert "before --to" in swapped.stderr
    rules = tmp_path / "rules.json"
    for text, word in (
        ('[{"enterprise": "acme"}]', "tag"),
        ("[", "no list of rules"),
        ('[{"kind": "stuck", "tag": "LI-1"}]', "enterprise"),
        (stuck(tag="LI-9"), "LI-9"),
        (stuck(witness_moves=2), "witness"),
        (stuck(id="d-1"), "d-1"),
        ('[{"enterprise": "acme", "tag": "X", "condition": "H", "limit": 1, "grade": 1}]', "X"),
    ):
        rules.write_text(text, encoding="utf-8")
        refused = replay(engines, *span, "--rules", str(rules))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert word in refused.stderr
