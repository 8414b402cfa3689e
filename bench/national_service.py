"""The alerts service with a whole country: `python -m bench.national_service [POINTS]`.

A real `parkwatch up`, the register of 440,000 points of 7,000 enterprises with two to four limits
each in its database. The service is killed three times: with its disk taken away, so that it
starts from the store; from its own disk; and then it hears the country, a message of 63 readings
of each gateway every 47.5 s, 9,260 readings a second, beside all the others.
"""

import sys
import time
from typing import Any, LiteralString

import msgspec
import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench.country import ENTERPRISES, PERIOD_S, POINTS, Field
from bench.footprint import resident_mb
from bench.report import Report
from bench.site import measured_stack
from bench.usage import Usage, cpu_seconds, memory_mb
from services.wire.bus import STATUS, Status
from tests.living.kill import kill
from tests.living.outcome import eventually
from tests.living.stack import Stack

WARM_S = 50.0
"""Until each point has spoken once."""
SECONDS = 30.0
PATIENCE_S = 400.0
SNAPSHOT_S = 12.0
TARGET = {"ready_s": 20.0, "resident_mb": 1_536, "core_share": 0.4}

_ENTERPRISES: LiteralString = """
INSERT INTO enterprise (code, name, book_version)
SELECT 'N' || n, 'N' || n, %(version)s FROM generate_series(1, %(enterprises)s) AS n
"""
_POINTS: LiteralString = """
INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high, gateway, period_s,
                   book_version)
SELECT 'N' || (n %% %(enterprises)s + 1), 'GT-' || n, 1000000000 + n, 'temperature', 'Cel',
       0, 100, 'gw1', 47.5, %(version)s
FROM generate_series(1, %(points)s) AS n
"""
_RULES: LiteralString = """
INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade, deadband, on_delay_s,
                  off_delay_s, valid_from, created_by, book_version)
SELECT 'N' || (n %% %(enterprises)s + 1), 'GT-' || n || '-' || its.condition, 1, 'GT-' || n,
       its.condition, its.at, its.grade, 2, 3, 3, now(), 'bench', %(version)s
FROM generate_series(1, %(points)s) AS n,
     (VALUES ('HH', 90.0, 1), ('H', 80.0, 2), ('L', 20.0, 3), ('LL', 10.0, 4))
         AS its (condition, at, grade)
WHERE its.grade <= 2 + n %% 3
"""


class Line:
    """The broker as the api sees it: what the alerts service says of itself, and a voice."""

    def __init__(self, stack: Stack) -> None:
        self.status: Status | None = None
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="bench-national")
        password = (stack.data_dir / "secrets" / "svc-api").read_text().strip()
        self._client.username_pw_set("svc-api", password)
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", stack.mqtt_port)
        self._client.subscribe(f"{STATUS}/alerts")
        self._client.loop_start()

    def ready_again(self, epoch: str | None) -> bool:
        """Whether an engine of another life says that it is ready."""
        status = self.status
        return status is not None and status.ready and status.epoch != epoch

    def say(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _: Client, __: object, message: MQTTMessage) -> None:
        self.status = msgspec.json.decode(message.payload, type=Status)


def fill(stack: Stack, points: int) -> float:
    """The country into the register; seconds."""
    password = (stack.data_dir / "secrets" / "postgres").read_text().strip()
    url = f"postgresql://postgres:{password}@127.0.0.1:{stack.db_port}/parkwatch"
    begun = time.monotonic()
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "UPDATE book SET version = version + 1 RETURNING version"
        ).fetchone()
        assert row is not None
        values = {"version": row[0], "enterprises": ENTERPRISES, "points": points}
        for statement in (_ENTERPRISES, _POINTS, _RULES):
            connection.execute(statement, values)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE point, rule")
    return time.monotonic() - begun


def restart(stack: Stack, line: Line) -> dict[str, float]:
    """kill -9; seconds until an engine says that it is ready again, by the clock and of processor
    time (which neighbours on the machine disturb least), and what it has resident then."""
    epoch = None if line.status is None else line.status.epoch
    begun = time.monotonic()
    kill(stack, "alerts")
    eventually(lambda: line.ready_again(epoch), PATIENCE_S, "the engine is ready")
    took = time.monotonic() - begun
    (engine,) = [each for each in stack.processes() if "services.alerts" in each.command]
    found = {
        "ready_s": round(took, 1),
        "ready_cpu_s": round(cpu_seconds(engine.pid), 1),
        "resident_mb": resident_mb(stack)["alerts"],
        "most_mb": memory_mb(engine.pid),
    }
    print(found, flush=True)
    return found


def speak(line: Line, field: Field, seconds: float) -> float:
    """The country speaks for so long, by the clock; how late the last message was."""
    begun, start = time.monotonic(), time.time_ns() // 1_000_000
    late = 0.0
    for at, topic, payload in field.messages(start, seconds):
        due = begun + (at - start) / 1000
        late = time.monotonic() - due
        if late < 0:
            time.sleep(-late)
        line.say(topic, payload)
    return late


def measure(stack: Stack, points: int) -> dict[str, Any]:
    """All three."""
    line = Line(stack)
    eventually(lambda: line.ready_again(None), 60.0, "the engine is ready")
    filled_s = fill(stack, points)
    alerts = stack.data_dir / "alerts"
    alerts.rename(alerts.with_name("alerts-before"))
    from_store = restart(stack, line)
    eventually((alerts / "snapshot").exists, PATIENCE_S, "a snapshot")
    time.sleep(SNAPSHOT_S)
    from_disk = restart(stack, line)
    field = Field(points)
    speak(line, field, WARM_S)
    usage, begun = Usage(stack), time.monotonic()
    late_s = speak(line, field, SECONDS)
    took, spent = time.monotonic() - begun, usage.spent()
    heard_mb = resident_mb(stack)["alerts"]
    line.end()
    return {
        "points": points,
        "filled_s": round(filled_s, 1),
        "from_store": from_store,
        "from_disk": from_disk,
        "resident_mb": heard_mb,
        "readings_a_second": round(points / PERIOD_S * SECONDS / took),
        "late_s": round(late_s, 2),
        "core_share": round(spent["alerts"] / took, 3),
        "neighbours_cores": round(spent["neighbours"] / took, 2),
        "cpu_s": spent,
        "target": TARGET,
    }


def main() -> None:
    """Measure and keep the result."""
    report = Report("national_service")
    with measured_stack() as stack:
        found = measure(stack, int(sys.argv[1]) if len(sys.argv) > 1 else POINTS)
        store, disk = found["from_store"], found["from_disk"]
        print(
            f"national service: ready from the store {store['ready_s']} s (cpu "
            f"{store['ready_cpu_s']}), from its disk {disk['ready_s']} s (cpu "
            f"{disk['ready_cpu_s']}); {found['resident_mb']} MB; {found['core_share']:.0%} of a "
            f"core at {found['readings_a_second']:,} readings/s "
            f"(neighbours {found['neighbours_cores']} cores)",
            flush=True,
        )
        report.write(found)


if __name__ == "__main__":
    main()
