"""The alarm engine with a whole country: `python -m bench.national [POINTS]`.

440,000 points of 7,000 enterprises with two to four limits each; every gateway sends its 63 points
once in 47.5 s, 9,260 readings a second. The engine's process without its network: translating,
judging, the spool, the journal of what was heard, the frames of values each second, ticks and
snapshots. Time is virtual, so that the share of a core is the processor time of a second's work.

Two lives, each a process of its own: the first learns the register, hears the country and is
killed; the second starts from its disk.
"""

import asyncio
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.country import LIMITS, PERIOD_S, POINTS, START_MS, Field, book
from bench.machine import ROOT
from bench.report import Report
from bench.usage import memory_mb
from services.alerts.judge import Judge
from services.alerts.keeper import EVERY_S, Keeper
from services.alerts.publisher import Publisher
from services.alerts.recorder import Recorder
from services.alerts.recovery import Recovered, recover
from services.alerts.watch import TICK_S, Watch
from services.runtime.clock import ManualClock
from services.runtime.feed import Delivery
from services.runtime.lifecycle import GARBAGE_THRESHOLDS, growing
from services.runtime.memory_feed import MemoryFeed

TICKS = 100
SECONDS = 30.0
"""Measured, after each point has spoken once."""
TARGET = {"ready_s": 20.0, "resident_mb": 1_536, "core_share": 0.4}


@dataclass(slots=True)
class Said:
    """The bus: bytes are counted."""

    size: int = 0

    def publish(self, topic: str, payload: bytes) -> bool:
        self.size += len(payload)
        return True


@dataclass(slots=True)
class Spent:
    """Processor seconds by what they were spent on, and the longest single ones (wall)."""

    cpu_s: dict[str, float] = field(default_factory=dict)
    longest_s: dict[str, float] = field(default_factory=dict)

    def note(self, what: str, cpu: float, wall: float) -> None:
        self.cpu_s[what] = self.cpu_s.get(what, 0.0) + cpu
        self.longest_s[what] = max(self.longest_s.get(what, 0.0), wall)


class Life:
    """An engine on its own disk, told by a clock of ours."""

    def __init__(self, folder: Path, now: int) -> None:
        self.clock = ManualClock(now)
        begun, cpu = time.perf_counter(), time.process_time()
        self.found: Recovered = recover(folder, now)
        self.said = Said()
        feed = MemoryFeed(self.clock)
        ledger = self.found.ledger
        publisher = Publisher(self.said, ledger.epoch)
        self.judge = Judge(self.found.engine, ledger, publisher, self.clock, self.found.marks)
        recorder = Recorder("", ledger.spool.folder, ledger.spool.id, self.clock)
        self.keeper = Keeper(self.judge, recorder, self.found.store, self.found.heard)
        self.watch = Watch(feed, self.judge, self.clock, self.found.heard)
        self._next_values = self._next_snapshot = 0.0
        self.judge.recall(self.found.recalled.readings)
        self.found.let_go()
        self.judge.tick()
        self.ready_s, self.ready_cpu_s = time.perf_counter() - begun, time.process_time() - cpu

    def hear(self, field_: Field, seconds: float, snapshots: bool = True) -> Spent:
        """The country speaks for so long; a step takes what came in a tenth of a second."""
        spent = Spent()
        waiting: list[Delivery] = []
        start = self.clock.now_ms()
        self._next_values = self._next_snapshot = self.clock.monotonic()
        for number, (at, topic, payload) in enumerate(field_.messages(start, seconds)):
            if at - self.clock.now_ms() >= TICK_S * 1000:
                self._step(waiting, spent)
                waiting = []
                self.clock.advance(TICK_S)
                self._seconds(spent, snapshots)
            waiting.append(Delivery(1, number % 65_535 + 1, 0, topic, payload, at))
        return spent

    def _step(self, waiting: list[Delivery], spent: Spent) -> None:
        begun, cpu = time.perf_counter(), time.process_time()
        self.watch.step(waiting)
        spent.note("judge", time.process_time() - cpu, time.perf_counter() - begun)

    def _seconds(self, spent: Spent, snapshots: bool) -> None:
        now = self.clock.monotonic()
        if now >= self._next_values:
            self._next_values = now + 1.0
            begun, cpu = time.perf_counter(), time.process_time()
            self.judge.publisher.values(self.judge.changed_values())
            spent.note("values", time.process_time() - cpu, time.perf_counter() - begun)
        if snapshots and now >= self._next_snapshot + EVERY_S:
            self._next_snapshot = now
            self.keep(spent)

    def keep(self, spent: Spent) -> None:
        """A snapshot, as every ten seconds; beside its whole cost, how long it held up the judge."""
        begun, cpu = time.perf_counter(), time.process_time()
        asyncio.run(self.keeper.keep())
        spent.note("snapshot", time.process_time() - cpu, time.perf_counter() - begun)


def tick_ms(life: Life) -> dict[str, float]:
    """Processor time of a tick, of the median one and of the dearest, over ten quiet seconds in
    which every point's silence is waited for."""
    found = []
    for _ in range(TICKS):
        life.clock.advance(TICK_S)
        cpu = time.process_time()
        life.judge.tick()
        found.append((time.process_time() - cpu) * 1000)
    return {"median": round(statistics.median(found), 3), "most": round(max(found), 2)}


def resident_mb() -> float:
    """What this process has resident now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def live(folder: Path, points: int, first: bool) -> dict[str, Any]:
    """One life, and what it cost."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    now = START_MS + 1_000 if first else START_MS + 600_000
    life, field_ = Life(folder, now), Field(points)
    learned_s = 0.0
    if first:
        begun = time.perf_counter()
        with growing():
            life.judge.apply_book(book(points))
        learned_s = time.perf_counter() - begun
    started_mb = resident_mb()
    life.hear(field_, PERIOD_S, snapshots=False)
    heard_mb = resident_mb()
    spent = life.hear(field_, SECONDS)
    ticks = tick_ms(life)
    life.keep(Spent())
    return {
        "ready_s": round(life.ready_s, 2),
        "ready_cpu_s": round(life.ready_cpu_s, 2),
        "learned_s": round(learned_s, 2),
        "started_mb": started_mb,
        "heard_mb": heard_mb,
        "resident_mb": resident_mb(),
        "most_mb": memory_mb(os.getpid()),
        "core_share": round(sum(spent.cpu_s.values()) / SECONDS, 3),
        "core_share_of": {what: round(cpu / SECONDS, 3) for what, cpu in spent.cpu_s.items()},
        "longest_s": {what: round(wall, 3) for what, wall in spent.longest_s.items()},
        "tick_ms": ticks,
        "snapshot_mb": round((folder / "snapshot").stat().st_size / 2**20, 1),
        "book_mb": round((folder / "book").stat().st_size / 2**20, 1),
    }


def apart(folder: Path, points: int, life: str) -> dict[str, Any]:
    """A life in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.national", str(points), str(folder), life],
        cwd=ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = msgspec.json.decode(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and keep the result."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else POINTS
    if len(sys.argv) > 3:
        found = live(Path(sys.argv[2]), points, sys.argv[3] == "first")
        print(msgspec.json.encode(found).decode())
        return
    report = Report("national")
    with tempfile.TemporaryDirectory() as folder:
        first = apart(Path(folder), points, "first")
        again = apart(Path(folder), points, "again")
    for name, found in (("first", first), ("again", again)):
        print(
            f"national, {name} life: ready {found['ready_s']} s (cpu {found['ready_cpu_s']}), learned {found['learned_s']} s, "
            f"resident {found['resident_mb']} MB (most {found['most_mb']}), "
            f"{found['core_share']:.0%} of a core {found['core_share_of']}, "
            f"tick {found['tick_ms']} ms, "
            f"longest {found['longest_s']}"
        )
    report.write(
        {
            "points": points,
            "limits_a_point": f"2 to {len(LIMITS)}",
            "readings_a_second": round(points / PERIOD_S),
            "first": first,
            "again": again,
            "target": TARGET,
        }
    )


if __name__ == "__main__":
    main()
