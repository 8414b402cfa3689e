"""Rules that are more than a limit, from the register's table into a service's book."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.domain.detector_kind import DetectorKind
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange, Directory
from services.store.book import BookReader
from services.store.detector_list import (
    DetectorVersion,
    detector_versions,
    end_detector,
    insert_detector,
    replace_detector,
)
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

BEGUN = datetime(2026, 1, 10, tzinfo=UTC)
VOTE = DetectorVersion(
    enterprise="acme", id="d1", version=1, kind="voting",
    points={"GT-2": "GT-2", "GT-1": "GT-1", "GT-3": "GT-3"},
    parameters={"needed": 2, "limit": 25.0, "direction": "high", "window_s": 60.0},
    grade=1, on_delay_s=1.5, off_delay_s=30.0, latch=True, realarm_s=600.0,
    valid_from=BEGUN, valid_to=None, created_by="li.wei", message="两个探测器",
)  # fmt: skip


@pytest.fixture
def tables(engines: Engines) -> Tables:
    engines.empty()
    found = Tables(engines)
    for number in (1, 2, 3):
        found.register(number, f"GT-{number}")
    return found


def read(change: BookChange | None, directory: Directory) -> dict[tuple[str, str], DetectorRule]:
    assert change is not None
    change.apply(directory)
    return directory.detectors


async def test_a_version_comes_into_the_book_is_followed_by_another_and_ends(
    engines: Engines, tables: Tables
) -> None:
    book, directory = BookReader(engines.database_url("alerts")), Directory()
    api = await psycopg.AsyncConnection.connect(engines.api_url())
    async with api.transaction():
        await insert_detector(api, VOTE)
    (rule,) = read(await book.poll(), directory).values()
    assert (rule.kind, rule.version, rule.main) == (DetectorKind.VOTING, 1, 2)
    assert list(rule.points.items()) == [("GT-2", 2), ("GT-1", 1), ("GT-3", 3)]
    assert rule.parameters == VOTE.parameters
    assert (rule.on_delay_ms, rule.off_delay_ms, rule.latch) == (1500, 30_000, True)
    assert (rule.realarm_ms, rule.message) == (600_000, "两个探测器")
    assert rule.valid_from == BEGUN.timestamp() * 1000
    assert rule.valid_to is None

    second = replace(
        VOTE, version=2, points={"GT-2": "GT-2", "GT-1": "GT-1"}, grade=2,
        valid_from=BEGUN + timedelta(hours=1),
    )  # fmt: skip
    async with api.transaction():
        await replace_detector(api, second)
    (rule,) = read(await book.poll(), directory).values()
    assert (rule.version, rule.grade, list(rule.points)) == (2, 2, ["GT-2", "GT-1"])

    late = BookReader(engines.database_url("ingest"))
    fresh = await late.poll()
    assert fresh is not None
    assert [each.version for each in fresh.detectors] == [2], "what is over is not loaded"

    async with api.transaction():
        over = BEGUN + timedelta(hours=2)
        assert await end_detector(api, "acme", "d1", over, "wang", "replaced")
        assert not await end_detector(api, "acme", "d1", over, "li", None)
    assert read(await book.poll(), directory) == {}
    kept = await detector_versions(api, "d1", ["acme"])
    assert [(each.version, each.valid_to) for each in kept] == [
        (2, BEGUN + timedelta(hours=2)),
        (1, BEGUN + timedelta(hours=1)),
    ]
    ends = [(each.ended_by, each.ended_reason) for each in kept]
    assert ends == [("wang", "replaced"), (None, None)], "only the last was ended by somebody"
    assert await detector_versions(api, "d1", ["other"]) == []
    for each in (book, late):
        await each.close()
    await api.close()


async def test_a_point_of_another_enterprise_can_be_in_no_rule(
    engines: Engines, tables: Tables
) -> None:
    tables.run("INSERT INTO enterprise VALUES ('other', 'Other', NULL, now(), NULL, 0)")
    api = await psycopg.AsyncConnection.connect(engines.api_url())
    with pytest.raises(psycopg.IntegrityError):
        async with api.transaction():
            await insert_detector(api, replace(VOTE, enterprise="other"))
    await api.close()


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("api", "UPDATE detector_rule SET grade = 4"),
        ("api", "UPDATE detector_rule_point SET tag = 'GT-3'"),
        ("api", "DELETE FROM detector_rule"),
        ("alerts", "UPDATE detector_rule SET valid_to = now()"),
        ("alerts", "INSERT INTO detector_rule_point VALUES ('acme', 'd1', 1, 'x', 9, 'GT-1')"),
        ("ingest", "DELETE FROM detector_rule_point"),
    ],
)
def test_a_version_is_changed_by_nobody(
    engines: Engines, tables: Tables, service: str, statement: str
) -> None:
    with (
        psycopg.connect(engines.database_url(service)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
