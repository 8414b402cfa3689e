"""A plant that lost its feed: the recorded run of the Tennessee Eastman process."""

import csv
import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from services.domain.point import Point, PointKind
from services.domain.reading import Reading
from tests.stories.park import DAY, T0, Park, rule

RUN = Path(__file__).parents[1] / "golden" / "tep_limited.csv"
PRESSURE = Point(1, "acme", "PI-1007", PointKind.ANALOG, "kPa(g)", -50, 10_000)
LEVEL = Point(2, "acme", "LI-1015", PointKind.ANALOG, "%", -50, 10_000)
Row = tuple[float, float, float]


@pytest.fixture(scope="module")
def run() -> list[Row]:
    """(seconds of the story, reactor pressure, stripper level) every 10 s for 8.4 hours."""
    with RUN.open() as lines:
        return [
            (
                datetime.fromisoformat(row["measured_at"]).timestamp() - T0 / 1000,
                float(row["PI-1007"]),
                float(row["LI-1015"]),
            )
            for row in csv.DictReader(lines)
        ]


def plant(deadband: float) -> Park:
    return Park(
        rule("H", 2895, deadband=deadband, point=PRESSURE),
        rule("L", 30, deadband=deadband, point=LEVEL),
        points=(PRESSURE, LEVEL),
    )


def readings(park: Park, rows: list[Row], received: float | None = None) -> Iterator[Reading]:
    for at, pressure, level in rows:
        arrival = at if received is None else received
        yield park.reading(pressure, at, arrival, PRESSURE)
        yield park.reading(level, at, arrival, LEVEL)


def clock(text: str) -> float:
    return datetime.fromisoformat(f"2026-01-05T{text}+08:00").timestamp() - T0 / 1000


def check(park: Park, deadband: float) -> None:
    """What its page says must come out."""
    assert park.lives(PRESSURE) == [(clock("08:14:20"), None, "H")]
    lives = park.lives(LEVEL)
    assert lives[0][0] == clock("03:17:20")
    assert len(lives) == (1 if deadband else 14)


@pytest.mark.parametrize("deadband", [0.0, 5.0])
@pytest.mark.parametrize("seed", range(3))
def test_live_in_any_split(run: list[Row], deadband: float, seed: int) -> None:
    park, chance, start = plant(deadband), random.Random(seed), 0
    while start < len(run):
        size = chance.choice([1, 7, 60, 900])
        park.judge(readings(park, run[start : start + size]))
        park.wait(park.now)
        start += size
    check(park, deadband)
    assert not park.dirty
    assert not any(alarm.historical for alarm in park.alarms.values())


def test_live_and_out_of_order_within_two_minutes(run: list[Row]) -> None:
    park, chance = plant(0), random.Random(5)
    arriving = sorted(run, key=lambda row: row[0] + chance.random() * 110)
    for start in range(0, len(arriving), 50):
        park.judge(readings(park, arriving[start : start + 50], run[-1][0]))
    check(park, 0)
    assert not park.dirty


@pytest.mark.parametrize("deadband", [0.0, 5.0])
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_as_history_batch_after_batch(run: list[Row], deadband: float, seed: int | None) -> None:
    park = plant(deadband)
    batches = [run[i : i + 300] for i in range(0, len(run), 300)]
    if seed is not None:
        random.Random(seed).shuffle(batches)
    for batch in batches:
        park.judge(readings(park, batch, run[-1][0] + 100 * DAY))
        park.replay()
    check(park, deadband)
    assert all(alarm.historical for alarm in park.alarms.values())
    park.judge(readings(park, run, run[-1][0] + 101 * DAY))
    assert park.replay() == [], "the same again is nothing new"
