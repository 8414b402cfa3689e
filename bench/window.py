"""What a console, a regulator and a chart wait for: `python -m bench.window [POINTS] [READINGS/S] [S]`.

A real `parkwatch up` with so many points in its register and a steady flow of readings. The alarm
list, the status of 1,000 hazard sources and the trend of one point are asked for at 50 requests a
second each, one after the other, by a schedule; then people sign in. Beside it, in the same run, what
the same server answers with nothing to look up (`/healthz`).
"""

import asyncio
import secrets
import sys
import threading
import time
from typing import Any, LiteralString

import psycopg

from bench.asker import ask_by_schedule
from bench.fleet import Fleet
from bench.latency import summary
from bench.machine import load
from bench.order import Paced
from bench.readings import fill
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage
from tests.living.outcome import eventually
from tests.living.park import Door

POINTS, RATE, SECONDS = 440_000, 10_000, 10.0
GATEWAYS, READINGS, TAGS, ALARMS = 4, 100, 2_500, 25
SOURCES = 1_000
ASKED = 50.0
SIGN_INS = 10
TARGET = {"p95_ms": 50.0, "sign_in_ms": 300.0}
_REGISTERED_S = 120.0

_FILLER: LiteralString = """
INSERT INTO point (enterprise, tag, id, kind, unit, book_version)
SELECT %(enterprise)s, 'F-' || n, n, 'temperature', 'Cel', %(version)s
FROM generate_series(1, %(points)s) AS n
ON CONFLICT (id) DO NOTHING
"""
_SOURCES: LiteralString = """
INSERT INTO hazard_source
SELECT (jsonb_populate_record(known, jsonb_build_object(
    'code', 'HS-' || n, 'book_version', %(version)s))).*
FROM hazard_source AS known, generate_series(2, %(sources)s) AS n
WHERE known.enterprise = %(enterprise)s AND known.code = 'HS-1' AND known.valid_to IS NULL
"""


def register(site: Site, points: int) -> None:
    """Points that only fill the register, and hazard sources like the first."""
    code, admin = site.enterprise.code, site.park.admin
    source = {"enterprise": code, "code": "HS-1", "name": "液氯储存", "unit_type": "storage",
              "exposed_people": 120, "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
              "responsible": {"chief": {"name": "王主任", "phone": "0512-5555 0101"}}}  # fmt: skip
    admin.tell("/hazard-sources", source, status=201)
    with psycopg.connect(site.database_url) as connection:
        row = connection.execute("UPDATE book SET version = version + 1 RETURNING version")
        (version,) = row.fetchone() or (0,)
        facts = {"enterprise": code, "version": version, "points": points, "sources": SOURCES}
        connection.execute(_FILLER, facts)
        connection.execute(_SOURCES, facts)
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute("ANALYZE point, hazard_source")
    last = f"/hazard-sources/{code}/HS-{SOURCES}/status"
    eventually(
        lambda: admin.http.get(last).status_code == 200, _REGISTERED_S, "the api knows them all"
    )


def flow(site: Site, rate: int, seconds: float) -> Fleet:
    """The readings, of all gateways together; some of them raise alarms."""
    every = GATEWAYS * READINGS / rate
    return Fleet(
        [
            Paced(place.sender(secrets.token_hex(4), READINGS), every, every * n / GATEWAYS, seconds,
                  place.alarms, 20, stamped=False)
            for n, place in enumerate(site.places)
        ]
    )  # fmt: skip


def looks(site: Site, seconds: float) -> dict[str, Any]:
    """Each look by itself, at its rate."""
    code, tag = site.enterprise.code, site.places[0].tags[0]
    now = time.time()
    span = "&".join(
        f"{name}={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))}"
        for name, at in (("start", now - 86_400), ("end", now))
    )
    paths = {
        "nothing": lambda _: "/healthz",
        "alarm_list": lambda _: "/api/v1/alarms",
        "source_status": lambda n: f"/api/v1/hazard-sources/{code}/HS-{n % SOURCES + 1}/status",
        "trend_of_a_day": lambda _: f"/api/v1/points/{code}/{tag}/readings?{span}&resolution=auto",
    }
    door = site.park.admin
    return {
        name: asyncio.run(ask_by_schedule(door.url, door.token, path, ASKED, seconds))
        for name, path in paths.items()
    }


def sign_ins(site: Site) -> dict[str, Any]:
    """Somebody signs in, again and again."""
    taken = []
    password = site.stack.admin_password
    for _ in range(SIGN_INS):
        begun = time.perf_counter()
        Door(site.stack.url, "admin", password).close()
        taken.append(time.perf_counter() - begun)
    return summary(taken, SIGN_INS)


def main() -> None:
    """Measure and keep the result."""
    given = sys.argv[1:]
    points = int(given[0]) if given else POINTS
    rate = int(given[1]) if len(given) > 1 else RATE
    seconds = float(given[2]) if len(given) > 2 else SECONDS
    report = Report("window")
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, TAGS, ALARMS)
        register(site, points - GATEWAYS * (TAGS + ALARMS))
        fill(site, site.places[0].tags[0], days=1)
        flowing = flow(site, rate, 5 * seconds + 10)
        said = threading.Thread(target=flowing.run, name="flow")
        said.start()
        time.sleep(3.0)
        usage, begun = Usage(stack), time.monotonic()
        found = looks(site, seconds)
        signed = sign_ins(site)
        spent, lasted = usage.spent(), time.monotonic() - begun
        said.join()
        site.close()
    neighbours = round(spent["neighbours"] / lasted, 2)
    for name, each in found.items():
        print(f"window, {name}: p50 {each['p50_ms']}, p95 {each['p95_ms']} ms at {ASKED:g}/s, "
              f"{each['missing']} not answered with 200")  # fmt: skip
    print(f"… signing in: p50 {signed['p50_ms']}, worst {signed['max_ms']} ms; "
          f"neighbours {neighbours} cores, load {load()}")  # fmt: skip
    report.write({"points": points, "readings_a_second": rate, "sources": SOURCES, "looks": found,
                  "sign_in": signed, "neighbours_cores": neighbours, "cpu_s": spent,
                  "target": TARGET})  # fmt: skip


if __name__ == "__main__":
    main()
