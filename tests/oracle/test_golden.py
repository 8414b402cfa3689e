"""The recorded run of a plant that lost its feed, and the list of its alarms."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.oracle.occurrences import Limit, Occurrence, Sample, occurrences
from tests.oracle.stage import Stage, disturbed, last_levels

GOLDEN = Path(__file__).parents[1] / "golden"
PROCESS = [
    ("PI-1007", "H", 2_895.0, 2),
    ("PI-1007", "HH", 3_000.0, 1),
    ("LI-1008", "H", 100.0, 3),
    ("LI-1008", "L", 50.0, 3),
    ("TI-1009", "H", 150.0, 2),
    ("TI-1009", "HH", 175.0, 1),
    ("LI-1012", "H", 100.0, 3),
    ("LI-1012", "L", 30.0, 3),
    ("LI-1015", "H", 100.0, 3),
    ("LI-1015", "L", 30.0, 3),
]
SETTINGS = {"bare": (0.0, 0), "damped": (5.0, 0), "delayed": (5.0, 60_000)}
"""Deadband, and delay in and out (ms)."""


def limits(setting: str) -> list[Limit]:
    deadband, delay = SETTINGS[setting]
    return [Limit(tag, name, at, grade, deadband, delay, delay) for tag, name, at, grade in PROCESS]


def recording() -> list[list[Sample]]:
    """Row by row, each received 80 ms after it was measured."""
    with (GOLDEN / "tep_limited.csv").open() as file:
        return [
            [Sample(tag, at, at + 80, float(value)) for tag, value in row.items()]
            for row in csv.DictReader(file)
            for at in [epoch_ms(row.pop("measured_at"))]
        ]


def epoch_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def listed(setting: str) -> set[Occurrence]:
    """The alarms as they stand in the list."""
    with (GOLDEN / "tep_alarms.csv").open() as file:
        return {
            Occurrence(
                row["tag"],
                row["direction"],
                epoch_ms(row["start"]),
                epoch_ms(row["end"]) if row["end"] else None,
                ((epoch_ms(row["start"]), row["level"]),),
            )
            for row in csv.DictReader(file)
            if row["setting"] == setting
        }


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_list_is_the_oracles_and_the_engines(setting: str) -> None:
    rows = recording()
    until = rows[-1][0].received_at + 1_000
    expected = listed(setting)
    found = occurrences([each for row in rows for each in row], limits(setting), until)
    assert found == expected
    stage = Stage(limits(setting))
    for place, row in enumerate(rows):
        now = row[0].received_at + 20
        stage.judge(row, now)
        stage.tick(now)
        if place % 1_000 == 999:
            stage.restart()
    assert stage.occurrences() == expected


def test_a_minute_late_and_mixed_it_is_the_same_list() -> None:
    rows = recording()
    stage = Stage(limits("delayed"))
    for batch in disturbed(rows, 60):
        stage.judge(batch, batch[-1].received_at)
        stage.tick(batch[-1].received_at)
    assert last_levels(stage.occurrences()) == last_levels(listed("delayed"))
