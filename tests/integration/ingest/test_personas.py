"""The same plant in four dialects over the real broker, through ingest, into the database.

Each dialect is an enterprise of its own with the same points, and all of them say the same at the same
time. What is stored is compared with the simulator's truth of it, and with what native JSON left.
"""

import time
from pathlib import Path

import psycopg

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import Scenario, parse
from device_sim.fleet.stream import Stream
from device_sim.park.description import PointCard
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.expectation import Occurrence, expected
from device_sim.truth.ledger import Ledger
from device_sim.truth.reconciling import Findings, Stored, compare_readings
from device_sim.truth.record import PointKey, Record, read_record
from device_sim.truth.table import table
from services.domain.point import Point, PointKind
from services.domain.reading import Quality
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Tables, eventually, running_ingest

SECONDS = 90
TEXT = """name: dialects
title: 方言
title_en: Dialects
start: 2026-01-05T00:00:00Z
duration_s: 90
park: physical
timeline:
  - {cause: instrument, tags: [E001/GT-103], kind: fault_low, at_s: 20, until_s: 40}
  - {cause: instrument, tags: [E002/AT-303], kind: warm_up, at_s: 10, until_s: 60}
  - {cause: instrument, tags: [E001/GT-102], kind: bump_test, size: 60, at_s: 30, until_s: 60}
  - {cause: interlock, tag: E001/ESD-101, to: bypass_maintenance, at_s: 25, until_s: 50}
  - {cause: duplicate, gateways: [E001/G01], share: 0.2, at_s: 0}
"""
CARDS: dict[PointKey, PointCard] = {
    (enterprise.code, card.tag): card
    for enterprise, station in PHYSICAL_PARK.stations()
    for card in station.points
}


def under(dialect: str, enterprise: str) -> str:
    """The enterprise that speaks so."""
    return f"{enterprise}-{dialect}"


def register(engines: Engines) -> dict[int, tuple[str, PointKey]]:
    """Every point once for each dialect; by its number: which dialect's, and which point."""
    found: dict[int, tuple[str, PointKey]] = {}
    with psycopg.connect(engines.superuser_url) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE book SET version = version + 1")
        for dialect in PERSONAS:
            for code in sorted({code for code, _ in CARDS}):
                cursor.execute(
                    "INSERT INTO enterprise (code, name, book_version) SELECT %s, %s, version"
                    " FROM book",
                    (under(dialect, code), code),
                )
            for (code, tag), card in CARDS.items():
                number = 100 + len(found)
                found[number] = dialect, (code, tag)
                cursor.execute(
                    "INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high,"
                    " book_version) SELECT %s, %s, %s, %s, %s, %s, %s, version FROM book",
                    (under(dialect, code), tag, number, card.kind, card.unit, card.low, card.high),
                )
    return found


def speak(scenario: Scenario, dialect: str, start_ms: int, folder: Path, field: Field) -> Record:
    """Say all of it at once, as after a cut; what was said."""
    with Ledger(folder) as ledger:
        flow = Stream(scenario, 1, "0badcafe", PERSONAS[dialect], ledger)
        for second in range(SECONDS):
            for (code, _), each in flow.tick(start_ms + second * 1000):
                field.send_bytes(
                    each.payload, each.topic.replace(f"/{code}/", f"/{under(dialect, code)}/")
                )
        flow.finish(start_ms + SECONDS * 1000)
        ledger.seal(scenario, start_ms, SECONDS, {"seed": 1, "persona": dialect})
    return read_record(folder)


def distinct(record: Record) -> int:
    """How many readings that are: what was said twice is one."""
    return sum(len({each.identity for each in said}) for said in record.told.values())


def stored(
    tables: Tables, numbers: dict[int, tuple[str, PointKey]]
) -> dict[str, dict[PointKey, list[Stored]]]:
    """All that is in the database, by dialect and point, as outsiders would see it."""
    found: dict[str, dict[PointKey, list[Stored]]] = {dialect: {} for dialect in PERSONAS}
    rows = tables.rows(
        "SELECT point_id, (extract(epoch FROM measured_at) * 1000)::bigint,"
        " (extract(epoch FROM received_at) * 1000)::bigint, value, quality FROM reading"
    )
    for number, measured_at, received_at, value, quality in rows:
        dialect, point = numbers[number]
        card = CARDS[point]
        shown = Point(number, *point, PointKind(card.kind), card.unit).present(value)
        row = Stored(measured_at, received_at, shown, Quality(quality).name.lower())
        found[dialect].setdefault(point, []).append(row)
    return found


def test_each_dialect_is_stored_as_it_was_said_and_all_of_them_the_same(
    engines: Engines, tables: Tables, field: Field, tmp_path: Path
) -> None:
    numbers = register(engines)
    scenario = parse(TEXT, "dialects.yaml")
    start_ms = (time.time_ns() // 10**9 - SECONDS - 60) * 1000
    with running_ingest(engines):
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
        records = {
            dialect: speak(scenario, dialect, start_ms, tmp_path / dialect, field)
            for dialect in PERSONAS
        }
        told = sum(distinct(record) for record in records.values())
        eventually(lambda: tables.count("reading") >= told, 60.0)
    there = stored(tables, numbers)
    for dialect, record in records.items():
        findings = Findings()
        for point in CARDS:
            rows = there[dialect].get(point, [])
            compare_readings(findings, point, record.told.get(point, []), rows)
        assert findings.clean, "\n".join([dialect, *table(findings)])
        assert findings.told > 1_000
    # The other dialects have no word for "uncertain", and two of them none for "bad".
    usable = {
        dialect: {
            (point, row.measured_at, row.value)
            for point, rows in by_point.items()
            for row in rows
            if row.quality != "bad"
        }
        for dialect, by_point in there.items()
    }
    assert set(map(frozenset, usable.values())) == {frozenset(usable["native"])}
    qualities = {
        dialect: {row.quality for rows in by_point.values() for row in rows}
        for dialect, by_point in there.items()
    }
    assert qualities == {
        "native": {"good", "uncertain", "bad"},
        "neuron": {"good", "bad"},
        "tb": {"good"},
        "senml": {"good"},
    }
    assert tables.count("dead_letter") == 0
    alarms: set[frozenset[Occurrence]] = {
        frozenset(expected(record, PHYSICAL_PARK)) for record in records.values()
    }
    assert len(alarms) == 1
    assert {each.point for each in alarms.pop()} == {("E001", "GT-102")}
