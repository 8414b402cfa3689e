"""How many readings a second one core judges: `python -m bench.kernel`.

Normal readings, four limits with deadband and delay on each point. Three shapes of batch: wide
(5,000 points, one reading each), narrow (10 points, 500 readings each), and small (63 readings
of 63 points, one message of the national feed).

By the process's own CPU time, which neighbours on the machine cannot take; the wall clock's rate
stands beside it.
"""

import statistics
import time
from dataclasses import dataclass

from bench.report import Report
from services.alerts.engine import Engine
from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rule import Condition, LimitRule

START_MS = 1_767_225_600_000
LIMITS = ((Condition.HH, 90.0, 1), (Condition.H, 80.0, 2), (Condition.L, 20.0, 3),
          (Condition.LL, 10.0, 4))  # fmt: skip
TARGET = {"wide": 1_500_000, "narrow": 500_000, "small": 500_000}
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """`points` points, `rounds` readings of each a batch, `batches` batches a repeat."""

    name: str
    points: int
    rounds: int
    batches: int

    @property
    def readings(self) -> int:
        return self.points * self.rounds * self.batches


SHAPES = (
    Shape("wide", 5_000, 1, 40),
    Shape("narrow", 10, 500, 40),
    Shape("small", 63, 1, 2_000),
)


def directory(points: int) -> Directory:
    """A register of points with four limits, each with deadband, on-delay and off-delay."""
    made = Directory()
    for number in range(1, points + 1):
        made.put(Point(number, "E", f"TI-{number}", PointKind.TEMPERATURE, "Cel", 0.0, 100.0))
        for condition, limit, grade in LIMITS:
            rule_id = f"{number}-{condition}"
            rule = LimitRule(rule_id, 1, "E", number, condition, limit, grade, 2.0, 3_000, 3_000)
            made.put_rule(rule)
    return made


def batches(shape: Shape, first_ms: int) -> tuple[list[tuple[int, list[Reading]]], int]:
    """Batches with their time of receipt; and the time after the last."""
    at, found = first_ms, []
    for _ in range(shape.batches):
        batch: list[Reading] = []
        for _ in range(shape.rounds):
            at += 1_000
            for number in range(1, shape.points + 1):
                value = 40.0 + (number * 7 + at // 1_000) % 200 / 10
                batch.append(Reading(number, at, at + 20, value, Quality.GOOD))
        found.append((at + 25, batch))
    return found, at


def measure(shape: Shape) -> dict[str, object]:
    """Readings a second, the median of the repeats after one that warms up."""
    engine, at = Engine(directory(shape.points)), START_MS
    rates, wall_rates = list[float](), list[float]()
    for _ in range(REPEATS + 1):
        feed, at = batches(shape, at)
        begun, wall = time.process_time(), time.perf_counter()
        for now, batch in feed:
            outcome = engine.judge(batch, now)
            assert not outcome.transitions, "normal readings raise nothing"
        rates.append(shape.readings / (time.process_time() - begun))
        wall_rates.append(shape.readings / (time.perf_counter() - wall))
    rates = rates[1:]
    return {
        "shape": shape.name,
        "points": shape.points,
        "readings_a_batch": shape.points * shape.rounds,
        "readings": shape.readings,
        "rate": round(statistics.median(rates)),
        "rates": [round(rate) for rate in rates],
        "wall_rate": round(statistics.median(wall_rates[1:])),
        "target": TARGET[shape.name],
    }


def main() -> None:
    """Measure all shapes and keep the result."""
    report = Report("kernel")
    results = [measure(shape) for shape in SHAPES]
    for found in results:
        print(f"kernel {found['shape']}: {found['rate']:,} readings/s (target {found['target']:,})")
    report.write({"engine": "scalar", "limits": len(LIMITS), "results": results})


if __name__ == "__main__":
    main()
