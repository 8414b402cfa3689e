"""How fast ingest alone takes messages of one reading from Mosquitto: `python -m bench.mosquitto`.

The database of an installation, Debian's Mosquitto beside it (which acknowledges before its disk
has a message: see the reference of brokers), and the ingest service; no engine, no api. In turn
with it, the bare loop on the same broker and database.
"""

import secrets
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.fleet import Fleet, consumer
from bench.ingest import BARE_TABLE
from bench.order import Burst, Consume, Sender
from bench.report import Report
from bench.usage import cpu_seconds
from tests.living.engines import mosquitto_server
from tests.living.engines_alone import Engines, engines_alone
from tests.living.ingest_alone import running_ingest
from tests.living.outcome import eventually
from tests.living.port import free_port

GATEWAYS = 4
TAGS = 100
MESSAGES = 8_000
WINDOW = 100
REPEATS = 3
TARGET = 25_000
PATIENCE_S = 60.0
CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 2000
max_queued_messages 500000
persistence false
set_tcp_nodelay true
"""


@contextmanager
def broker() -> Iterator[int]:
    """A Mosquitto with windows as our reference advises; its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mosquitto.conf"
        file.write_text(CONFIGURATION.format(port=port), encoding="utf-8")
        Path(folder).chmod(0o755)
        process = subprocess.Popen([str(mosquitto_server()), "-c", str(file)])
        try:
            yield port
        finally:
            process.terminate()
            process.wait(10)


class Field:
    """Gateways of one enterprise with points, as rows of the register."""

    def __init__(self, engines: Engines, port: int) -> None:
        self.url, self._port = engines.superuser_url, port
        self.ids = {f"TI-{n}": n + 1 for n in range(GATEWAYS * TAGS)}
        with psycopg.connect(self.url) as connection:
            connection.execute("UPDATE book SET version = version + 1")
            connection.execute(
                "INSERT INTO enterprise (code, name, book_version)"
                " SELECT 'B', 'B', version FROM book"
            )
            connection.cursor().executemany(
                "INSERT INTO point (enterprise, tag, id, kind, unit, book_version)"
                " SELECT 'B', %s, %s, 'temperature', 'Cel', version FROM book",
                list(self.ids.items()),
            )
            connection.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE reading INCLUDING DEFAULTS)").format(
                    sql.Identifier(BARE_TABLE)
                )
            )

    def orders(self, root: str, messages: int) -> list[Burst]:
        """One burst a gateway under a fresh boot id."""
        found = []
        for number in range(GATEWAYS):
            tags = [f"TI-{number * TAGS + n}" for n in range(TAGS)]
            topic = f"{root}B/gw{number}/telemetry"
            sender = Sender(self._port, "bench", "bench", topic, secrets.token_hex(4), tags, 1)
            found.append(Burst(sender, messages, WINDOW, tags[0]))
        return found

    def stored(self, table: str) -> int:
        """How many rows a table holds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def consuming(self, root: str) -> Consume:
        """What the bare loop consumes."""
        login = (self._port, "bench", "bench", f"{root}+/+/+")
        return Consume(*login, self.ids, self.url, BARE_TABLE)


def burst(field: Field, root: str, table: str, messages: int) -> float:
    """Readings a second, from the first publish until the last one is stored."""
    before, wanted = field.stored(table), GATEWAYS * (messages + 2)
    run = Fleet(field.orders(root, messages)).run()
    eventually(
        lambda: field.stored(table) - before >= wanted, PATIENCE_S, "all is stored", every_s=0.02
    )
    return wanted / (time.monotonic() - run.begun)


def heard(field: Field) -> bool:
    """Whether ingest hears the field: a message of before would be nobody's."""
    Fleet(field.orders("pw/v1/", 1)[:1]).run()
    return field.stored("reading") > 0


def measure() -> dict[str, Any]:
    """A warm-up, then ingest and the bare loop in turn."""
    ours, bare, cpu_us = list[float](), list[float](), list[float]()
    with engines_alone() as engines, broker() as port:
        field = Field(engines, port)
        with running_ingest(engines, MQTT_URL=f"mqtt://bench:bench@127.0.0.1:{port}") as ingest:
            eventually(lambda: heard(field), PATIENCE_S, "ingest hears the field")
            burst(field, "pw/v1/", "reading", 500)
            for _ in range(REPEATS):
                spent = cpu_seconds(ingest.process.pid)
                ours.append(burst(field, "pw/v1/", "reading", MESSAGES))
                used = cpu_seconds(ingest.process.pid) - spent
                cpu_us.append(used * 1e6 / (GATEWAYS * MESSAGES))
                worker = consumer(field.consuming("bare/v1/"))
                bare.append(burst(field, "bare/v1/", BARE_TABLE, MESSAGES))
                worker.end()
    rate, bare_rate = statistics.median(ours), statistics.median(bare)
    return {
        "rate": round(rate),
        "rates": [round(each) for each in ours],
        "bare_rate": round(bare_rate),
        "bare_rates": [round(each) for each in bare],
        "ratio": round(rate / bare_rate, 2),
        "ingest_cpu_us": round(statistics.median(cpu_us), 1),
        "target": TARGET,
    }


def main() -> None:
    """Measure and keep the result."""
    report = Report("mosquitto")
    found = measure()
    print(f"ingest alone on Mosquitto: {found['rate']:,} messages/s stored, bare loop "
          f"{found['bare_rate']:,} (ratio {found['ratio']}, target {TARGET:,})")  # fmt: skip
    report.write(found)


if __name__ == "__main__":
    main()
