"""Workers of ingest beside each other, and a steady flow from enterprises of every bucket."""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from services.runtime.buckets import BUCKETS, bucket_of
from services.wire.bus import Status
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Tables, eventually

LEASE_S = 8
PERIOD_S = 0.005


class Worker:
    """One `python -m services.ingest` with buckets of its own; `said` is its log."""

    def __init__(self, engines: Engines, buckets: str) -> None:
        self._log = engines.data_dir / f"worker-{secrets.token_hex(4)}.log"
        environment = {**os.environ, **engines.services["ingest"]} | {
            "PARKWATCH_DATA_DIR": str(engines.data_dir),
            "PARKWATCH_BUCKETS": buckets,
            "PARKWATCH_BUCKETED": "true",
            "PARKWATCH_ALONE": "false",
            "PARKWATCH_LEASE_S": str(LEASE_S),
        }
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.ingest"],
                cwd=REPOSITORY,
                env=environment,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return Path(self._log).read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(6)


class Crew:
    """Starts workers, and ends them all."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._workers: list[Worker] = []

    def worker(self, buckets: str) -> Worker:
        self._workers.append(Worker(self._engines, buckets))
        return self._workers[-1]

    def dismiss(self) -> None:
        for each in self._workers:
            if each.process.poll() is None:
                each.send(signal.SIGCONT)
                each.kill()


class Flow:
    """About 200 messages a second in turn over two enterprises of every bucket, each message with
    a value of its own. Every third has no time, and is known by `boot` and `seq` alone."""

    def __init__(self, engines: Engines, tables: Tables) -> None:
        self._field = Field(engines)
        self._tables = tables
        self._run = secrets.token_hex(4)
        self._places = _places(self._run)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._began = int(time.time() * 1000)
        self.sent = 0

    def __enter__(self) -> "Flow":
        self._register()
        self._field.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.halt()
        self._field.__exit__()

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def halt(self) -> int:
        """Send no more; how many were sent."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        return self.sent

    def await_whole_field(self, within_s: float) -> None:
        """Until workers hear all buckets and the rest."""
        self._field.statuses.clear()
        eventually(lambda: heard(self._field.statuses) >= set(range(BUCKETS + 1)), within_s)

    def await_silence_of(self, buckets: range) -> None:
        """Until a second has passed in which nobody said that he hears one of these."""
        self._field.statuses.clear()
        time.sleep(1.5)
        assert not heard(self._field.statuses) & set(buckets)

    def stored(self) -> dict[int, int]:
        """How many readings of this flow are stored, by bucket."""
        rows = self._tables.rows(
            "SELECT enterprise, count(*) FROM reading JOIN point ON id = point_id"
            " WHERE tag = %s GROUP BY 1",
            self._run,
        )
        found = dict.fromkeys(range(BUCKETS), 0)
        for enterprise, count in rows:
            found[bucket_of(enterprise)] += count
        return found

    def expect_all(self, within_s: float) -> None:
        """All that was sent is stored, each value once, nothing else is, and nothing waits."""
        eventually(lambda: sum(self.stored().values()) >= self.sent, within_s)
        assert self._tables.rows(
            "SELECT count(*), count(DISTINCT value), min(value)::bigint, max(value)::bigint"
            " FROM reading JOIN point ON id = point_id WHERE tag = %s",
            self._run,
        ) == [(self.sent, self.sent, 0, self.sent - 1)]
        assert self._tables.count("dead_letter") == 0

    def _register(self) -> None:
        with psycopg.connect(self._tables.engines.superuser_url) as connection:
            connection.execute("UPDATE book SET version = version + 1")
            row = connection.execute("SELECT coalesce(max(id), 0) FROM point").fetchone()
            assert row is not None
            for number, code in enumerate(self._places, start=row[0] + 1):
                connection.execute(
                    "INSERT INTO enterprise (code, name, book_version) VALUES (%s, %s, 0)",
                    (code, code),
                )
                connection.execute(
                    "INSERT INTO point (enterprise, tag, id, kind, unit, book_version)"
                    " SELECT %s, %s, %s, 'analog', '1', version FROM book",
                    (code, self._run, number),
                )

    def _send(self) -> None:
        while not self._stop.is_set():
            code = self._places[self.sent % len(self._places)]
            message = {"boot": self._run, "seq": self.sent, "values": {self._run: self.sent}}
            if self.sent % 3:
                message["ts"] = self._began + self.sent
            self._field.send_later(message, f"pw/v1/{code}/gw/telemetry")
            self.sent += 1
            time.sleep(PERIOD_S)


def heard(statuses: list[Status]) -> set[int]:
    """The buckets that ready workers say they hear."""
    return {bucket for status in list(statuses) if status.ready for bucket in status.buckets}


def _places(run: str) -> list[str]:
    """Two enterprises of each bucket."""
    found: dict[int, list[str]] = {}
    number = 0
    while sum(map(len, found.values())) < 2 * BUCKETS:
        number += 1
        of = found.setdefault(bucket_of(f"e{run}-{number}"), [])
        if len(of) < 2:
            of.append(f"e{run}-{number}")
    return [code for of in found.values() for code in of]
