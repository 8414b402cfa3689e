"""A country over the real broker: `python -m bench.crowd [SECONDS] [GATEWAYS]`.

A real `parkwatch up`, 440,000 points of 7,000 gateways with a limit each in its register, and
`parkwatch sim country` as a process of its own: 7,000 connections, each with its own credentials,
10,000 readings a second for a bounded time. What the simulator says was acknowledged is compared
with what is in the database. Beside it, the ceilings: the simulator without a broker, and the same
messages as fast as the whole system takes them through one user that may speak for all.
"""

import json
import subprocess
import sys
import time
from typing import Any, LiteralString

import bcrypt
import psycopg

from bench.machine import ROOT, load
from bench.report import Report
from bench.site import measured_stack
from bench.usage import Usage
from device_sim.country.flow import Flow, sha256
from device_sim.country.roll import INTERLOCK, ROLES, Roll
from device_sim.encode.persona import PERSONAS
from services.api.password import GATEWAY_BCRYPT_COST
from tests.living.caller import Caller
from tests.living.park import Park
from tests.living.stack import Stack

SECONDS = 45.0
"""A little more than a period: each point has spoken."""
CEILING_S, CEILING_SPEED = 30.0, 1_000.0
GENERATED_S = 44.0
PATIENCE_S = 240.0
TARGET = {"gateways": 7_000, "readings_a_second": 10_000}

_ENTERPRISES: LiteralString = """
INSERT INTO enterprise (code, name, book_version)
SELECT code, code, %s FROM unnest(%s::text[]) AS code
"""
_GATEWAYS: LiteralString = """
INSERT INTO gateway (enterprise, code, username, password_hash, book_version)
SELECT enterprise, 'G01', enterprise || '.G01', %s, %s FROM unnest(%s::text[]) AS enterprise
"""
_POINTS: LiteralString = """
COPY point (enterprise, tag, id, kind, unit, range_low, range_high, gateway, period_s, book_version)
FROM STDIN
"""
_RULES: LiteralString = """
INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade, deadband, valid_from,
                  created_by, book_version)
SELECT enterprise, tag || '-HH', 1, tag, 'HH', range_high, 1, 1, now(), 'bench', %s
FROM point WHERE gateway = 'G01' AND enterprise LIKE 'C_____' AND range_high IS NOT NULL
"""
_STORED: LiteralString = """
SELECT count(*) FROM reading WHERE point_id > 1000000000
"""


class Register:
    """The country in the register, and its gateways' credentials in the simulator's file. They
    share one password: its hashing is what a sign-in costs, its being the same is not."""

    def __init__(self, stack: Stack, roll: Roll) -> None:
        self._stack, self._roll = stack, roll
        password = (stack.data_dir / "secrets" / "postgres").read_text().strip()
        self.url = f"postgresql://postgres:{password}@127.0.0.1:{stack.db_port}/parkwatch"
        self.folder = stack.data_dir / "sim"

    def fill(self) -> float:
        """Everything; seconds until ingest knows the last of the points."""
        begun = time.monotonic()
        self._gateways()
        # A gateway that is made over the window makes the broker read its whole list again.
        park = Park(self._stack)
        park.enterprise("B").gateway("gw1")
        park.close()
        with psycopg.connect(self.url) as connection:
            version = _next(connection)
            self._points(connection, version)
            connection.execute(_RULES, (version,))
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ANALYZE point, rule, gateway")
        self._await_ingest()
        return time.monotonic() - begun

    def _gateways(self) -> None:
        word = "0123456789abcdef0123456789abcdef01234567"
        hashed = bcrypt.hashpw(word.encode(), bcrypt.gensalt(GATEWAY_BCRYPT_COST)).decode()
        codes = [key[0] for key in self._roll.places()]
        with psycopg.connect(self.url) as connection:
            version = _next(connection)
            connection.execute(_ENTERPRISES, (version, codes))
            connection.execute(_GATEWAYS, (hashed, version, codes))
        self._keep(word)

    def await_stored(self, wanted: int) -> None:
        """As long as anybody would; counting is dear, so it is asked seldom."""
        deadline = time.monotonic() + PATIENCE_S
        while self.stored() < wanted and time.monotonic() < deadline:
            time.sleep(2.0)

    def _await_ingest(self) -> None:
        """Until a reading of the very last point is stored."""
        secret = (self._stack.data_dir / "secrets" / "svc-api").read_text().strip()
        caller = Caller("svc-api", secret, self._stack.mqtt_port).call()
        place = self._roll.gateways - 1
        topic = "pw/v1/{}/{}/telemetry".format(*self._roll.key(place))
        deadline = time.monotonic() + PATIENCE_S
        while not self.stored() and time.monotonic() < deadline:
            caller.say(topic, json.dumps({"values": {self._roll.tags(place)[-1]: 1.0}}))
            time.sleep(2.0)
        caller.leave()
        assert self.stored(), "ingest does not know the country"

    def stored(self) -> int:
        """Readings of the country in the database."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(_STORED).fetchone()
        return 0 if row is None else int(row[0])

    def _points(self, connection: psycopg.Connection[Any], version: int) -> None:
        number, period = 1_000_000_000, self._roll.period_s
        roles = {role.prefix: role for role in ROLES}
        with connection.cursor().copy(_POINTS) as copy:
            for place in range(self._roll.gateways):
                enterprise, gateway = self._roll.key(place)
                for tag in self._roll.tags(place):
                    number += 1
                    role = roles.get(tag.split("-")[0])
                    what = ("interlock", "1", None, None)
                    if tag != INTERLOCK and role is not None:
                        what = (role.kind, role.unit, role.low, role.high)  # type: ignore[assignment]
                    copy.write_row((enterprise, tag, number, *what, gateway, period, version))

    def _keep(self, word: str) -> None:
        self.folder.mkdir(mode=0o700)
        logins = {
            "/".join(key): {"username": ".".join(key), "password": word}
            for key in self._roll.places()
        }
        body = {"gateways": logins, "people": {}, "held": {}, "completed": []}
        (self.folder / "gateways.json").write_text(json.dumps(body))


def _next(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("UPDATE book SET version = version + 1 RETURNING version").fetchone()
    assert row is not None
    return int(row[0])


def simulate(stack: Stack, roll: Roll, name: str, *words: str) -> dict[str, Any]:
    """A country in a process of its own; what it says of itself."""
    result = stack.data_dir / f"{name}.json"
    subprocess.run(
        [
            sys.executable, "-m", "device_sim", "country", "--gateways", str(roll.gateways),
            "--points", str(roll.points), "--rate", str(roll.rate), "--port", str(stack.mqtt_port),
            "--result", str(result), *words,
        ],
        cwd=ROOT, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def generated(roll: Roll) -> int:
    """Readings a second that the simulator makes with no broker."""
    begun = time.perf_counter()
    readings = sha256(Flow(roll, 1, "00000001", [PERSONAS["native"]]), GENERATED_S)[1]
    return round(readings / (time.perf_counter() - begun))


def measure(stack: Stack, roll: Roll, seconds: float) -> dict[str, Any]:
    """The flow, then its ceiling."""
    register = Register(stack, roll)
    filled_s = register.fill()
    before = register.stored()
    print(f"{filled_s:.0f} s to fill the register; load {load()}", flush=True)
    usage, begun = Usage(stack), time.monotonic()
    flow = simulate(stack, roll, "flow", "--state-dir", str(register.folder),
                    "--duration", str(seconds))  # fmt: skip
    took_s, spent = time.monotonic() - begun, usage.spent()
    register.await_stored(before + flow["acknowledged"])
    stored = register.stored() - before
    ceiling = simulate(stack, roll, "ceiling", "--as-one", "svc-api", "--password-file",
                       str(stack.data_dir / "secrets" / "svc-api"), "--duration", str(CEILING_S),
                       "--speed", str(CEILING_SPEED))  # fmt: skip
    begun = time.monotonic()
    wanted = before + stored + ceiling["acknowledged"]
    register.await_stored(wanted)
    stored_s = ceiling["seconds"] + time.monotonic() - begun
    return {
        "points": roll.points,
        "filled_s": round(filled_s, 1),
        "flow": flow,
        "stored": stored,
        "lost": flow["acknowledged"] - stored,
        "cpu_s": spent,
        "took_s": round(took_s, 1),
        "ceiling_generated": generated(roll),
        "ceiling_one_user": ceiling,
        "ceiling_stored_a_second": round(ceiling["acknowledged"] / stored_s),
        "target": TARGET,
    }


def main() -> None:
    """Measure and keep the result."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    gateways = int(sys.argv[2]) if len(sys.argv) > 2 else Roll().gateways
    whole = gateways == Roll().gateways
    roll = Roll() if whole else Roll(gateways, gateways * 63, gateways * 63 / 44)
    report = Report("crowd")
    with measured_stack() as stack:
        found = measure(stack, roll, seconds)
    flow = found["flow"]
    print(
        f"crowd: {flow['signed_in']} connections in {flow['sign_in_s']} s, "
        f"{flow['readings_a_second']:,} readings/s acknowledged, {found['lost']} lost; "
        f"ceilings: {found['ceiling_generated']:,} made, "
        f"{found['ceiling_one_user']['readings_a_second']:,.0f} acknowledged and "
        f"{found['ceiling_stored_a_second']:,} stored through one user; "
        f"neighbours {found['cpu_s']['neighbours'] / found['took_s']:.2f} cores",
        flush=True,
    )
    if whole:
        report.write(found)


if __name__ == "__main__":
    main()
