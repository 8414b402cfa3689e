"""How many readings a second one core judges: `python -m bench.kernel`.

Normal readings, four limits with deadband and delay on each point. Three shapes of batch: wide
(5,000 points, one reading each), narrow (10 points, 500 readings each), and small (63 readings
of 63 points, one message of the national feed).

Three ways: the kernel on columns, the scalar judge of one comparator after the other on the same
columns, and the whole engine on readings, with its windows, newest values and signs of life.

By the process's own CPU time, which neighbours on the machine cannot take; the wall clock's rate
stands beside it.
"""

import math
import statistics
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.report import Report
from services.alerts.engine import Engine
from services.alerts.kernel import Kernel
from services.domain.directory import Directory
from services.domain.judgement import Cause
from services.domain.limits import Limits
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rule import Condition, LimitRule
from services.domain.verdict import Judged, Trace, judge

START_MS = 1_767_225_600_000
LIMITS = ((Condition.HH, 90.0, 1), (Condition.H, 80.0, 2), (Condition.L, 20.0, 3),
          (Condition.LL, 10.0, 4))  # fmt: skip
TARGET = {"wide": 1_500_000, "narrow": 500_000, "small": 500_000}
REPEATS = 3
SCALAR_BATCHES = 10


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


def columns(
    shape: Shape, first_ms: int
) -> tuple[list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]], int]:
    """The same batches in columns: rows, times, values; and the time after the last."""
    feed, at = batches(shape, first_ms)
    found = [
        (
            np.array([each.point_id - 1 for each in batch], dtype=np.int64),
            np.array([each.judged_at for each in batch], dtype=np.int64),
            np.array([each.value for each in batch], dtype=np.float64),
        )
        for _, batch in feed
    ]
    return found, at


def never(row: int, index: int) -> Judged:
    """Normal readings change nothing."""
    raise AssertionError(f"row {row}, reading {index} was handed on")


def measure_columns(shape: Shape) -> dict[str, int]:
    """Readings a second of the kernel alone, and of the scalar judge alone."""
    register = directory(shape.points)
    limits = [Limits.of(point, register.in_force(n)) for n, point in register.by_id.items()]
    kernel, quiet = Kernel(shape.points), Judged.quiet(limits[0])
    for row, each in enumerate(limits):
        kernel.place(row, each, quiet)
    feed, _ = columns(shape, START_MS)
    rates = []
    for _ in range(REPEATS + 1):
        begun = time.process_time()
        for rows, times, values in feed:
            kernel.judge(rows, times, values, limits, never)
        rates.append(shape.readings / (time.process_time() - begun))
    # Without its short cut for what is quiet: each reading meets each comparator.
    whole = [replace(each, high_at=-math.inf, low_at=math.inf) for each in limits]
    lists = [tuple(column.tolist() for column in batch) for batch in feed[:SCALAR_BATCHES]]
    begun, count, trace = time.process_time(), 0, Trace()
    for rows_, times_, values_ in lists:
        for row, at, value in zip(rows_, times_, values_, strict=True):
            cause = Cause(at, at, value)
            judge(whole[row], quiet, at, cause, cause, trace)
        count += len(rows_)
    scalar = count / (time.process_time() - begun)
    assert not trace.changes
    return {"kernel_rate": round(statistics.median(rates[1:])), "scalar_rate": round(scalar)}


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
        **measure_columns(shape),
    }


def main() -> None:
    """Measure all shapes and keep the result."""
    report = Report("kernel")
    results = [measure(shape) for shape in SHAPES]
    for found in results:
        times = int(str(found["kernel_rate"])) / int(str(found["scalar_rate"]))
        print(
            f"kernel {found['shape']}: {found['kernel_rate']:,} readings/s "
            f"(target {found['target']:,}), {times:.1f} times the scalar judge's "
            f"{found['scalar_rate']:,}; the whole engine {found['rate']:,}"
        )
    report.write({"limits": len(LIMITS), "results": results})


if __name__ == "__main__":
    main()
