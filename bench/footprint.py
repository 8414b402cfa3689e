"""What a country's register costs in memory: `python -m bench.footprint [minutes] [points]`.

A real `parkwatch up`; 7,000 enterprises with 440,000 points between them are put into the register
at once, then 10,000 readings a second flow in messages of 63 for some minutes (30 by default; the
national feed of 2022 brought 9,260). Memory is what a process has resident, looked at each
quarter of a minute: ingest's should stay below its target, and flat.
"""

import secrets
import statistics
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any, LiteralString

import psycopg

from bench.fleet import Fleet
from bench.order import Paced
from bench.report import Report
from bench.site import Site, measured_stack
from tests.living.outcome import eventually
from tests.living.stack import Stack

ENTERPRISES = 7_000
POINTS = 440_000
TARGET_MB = 300
RATE = 10_000
READINGS = 63
"""Of a message: what one gateway of the national feed sends at a time."""
GATEWAYS = 8
TAGS = 500
EVERY_S = 15.0
SERVICES = ("ingest", "alerts", "api")
LOADED_S = 300.0

_ENTERPRISES: LiteralString = """
INSERT INTO enterprise (code, name, book_version)
SELECT 'N' || n, 'N' || n, %(version)s FROM generate_series(1, %(enterprises)s) AS n
"""
_POINTS: LiteralString = """
INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high, gateway, period_s,
                   book_version)
SELECT 'N' || (n %% %(enterprises)s + 1), 'GT-' || n, %(base)s + n, 'combustible_gas', '%%LEL',
       0, 100, 'gw1', 47.5, %(version)s
FROM generate_series(1, %(points)s) AS n
"""

_BASE: LiteralString = """
SELECT min(base) FROM generate_series(0, 2000000000, 1000000) AS base
WHERE NOT EXISTS (SELECT FROM point WHERE id > base AND id <= base + %(points)s)
"""
"""Where no point has its number: those of the field's points are drawn."""


def resident_mb(stack: Stack) -> dict[str, float]:
    """What each service has resident now, in MB."""
    found: dict[str, float] = {}
    for process in stack.processes():
        for name in SERVICES:
            if f"services.{name}" in process.command:
                pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
                found[name] = round(pages * 4096 / 2**20, 1)
    return found


class Watch(Thread):
    """Looks at the memory until it is told to stop."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self._stack, self._stop_it = stack, Event()
        self.looks: list[dict[str, float]] = []

    def run(self) -> None:
        while not self._stop_it.wait(EVERY_S):
            self.looks.append(resident_mb(self._stack))
            print(f"  {self.looks[-1]}", flush=True)

    def end(self) -> None:
        self._stop_it.set()
        self.join()


def fill(site: Site, points: int) -> float:
    """Put the country into the register; seconds until ingest says that it has it."""
    begun = time.monotonic()
    with psycopg.connect(site.database_url) as connection:
        row = connection.execute(
            "UPDATE book SET version = version + 1 RETURNING version"
        ).fetchone()
        assert row is not None
        values = {"version": row[0], "enterprises": ENTERPRISES, "points": points}
        base = connection.execute(_BASE, values).fetchone()
        assert base is not None
        values["base"] = base[0]
        connection.execute(_ENTERPRISES, values)
        connection.execute(_POINTS, values)
    log = site.stack.data_dir / "logs" / "ingest.log"
    said = f'"points": {points + len(site.ids)}'
    eventually(lambda: said in log.read_text(encoding="utf-8"), LOADED_S, "the register is read")
    return time.monotonic() - begun


def flow(site: Site, seconds: float) -> list[Paced]:
    """The steady flow, each gateway a little after the one before."""
    every = GATEWAYS * READINGS / RATE
    return [
        Paced(place.sender(secrets.token_hex(4), READINGS), every, every * number / GATEWAYS,
              seconds, place.alarms, 10**9, stamped=False, steadfast=True)
        for number, place in enumerate(site.places)
    ]  # fmt: skip


def slope(looks: list[float]) -> float:
    """MB an hour that memory grew by, over the later half of the looks."""
    later = looks[len(looks) // 2 :]
    if len(later) < 2:
        return 0.0
    hours = [n * EVERY_S / 3600 for n in range(len(later))]
    return round(statistics.linear_regression(hours, later).slope, 1)


def measure(minutes: float, points: int) -> dict[str, Any]:
    """Memory before, with the country registered, and while readings flow."""
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, TAGS, 1)
        empty = resident_mb(stack)
        loading_s = fill(site, points)
        loaded = resident_mb(stack)
        print(f"empty {empty}, with {points:,} points {loaded} after {loading_s:.0f} s", flush=True)
        watch = Watch(stack)
        watch.start()
        run = Fleet(flow(site, minutes * 60)).run()
        watch.end()
        site.close()
    looks = {name: [each[name] for each in watch.looks if name in each] for name in SERVICES}
    sent = run.messages * READINGS
    return {
        "points": points,
        "enterprises": ENTERPRISES,
        "minutes": minutes,
        "loading_s": round(loading_s, 1),
        "empty_mb": empty,
        "loaded_mb": loaded,
        "most_mb": {name: max(found, default=0.0) for name, found in looks.items()},
        "growth_mb_an_hour": {name: slope(found) for name, found in looks.items()},
        "rate": round(sent / (run.acked - run.begun)),
        "late_s": round(run.late_s, 2),
        "connections_cut": run.cuts,
        "target_mb": TARGET_MB,
    }


def main() -> None:
    """Measure and keep the result."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    points = int(sys.argv[2]) if len(sys.argv) > 2 else POINTS
    report = Report("footprint")
    found = measure(minutes, points)
    print(f"footprint: ingest {found['loaded_mb'].get('ingest')} MB with {points:,} points, "
          f"{found['most_mb']['ingest']} MB at {found['rate']:,} readings/s "
          f"(target {TARGET_MB})")  # fmt: skip
    report.write(found)


if __name__ == "__main__":
    main()
