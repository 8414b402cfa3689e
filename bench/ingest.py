"""How fast the field gets into the database: `python -m bench.ingest`.

A real `parkwatch up`; eight gateways in processes of their own. A reading counts when it is in
the database; the clock runs from the first publish until the last reading is there. Messages of 1
and of 100 readings, each with `boot` and `seq`; every point has two limits and the alarm engine
judges it all meanwhile. In turn with it, the bare loop on the same broker and database, on topics
that the services do not hear.
"""

import secrets
import statistics
import time
from typing import Any

import psycopg
from psycopg import sql

from bench import copy_ceiling
from bench.fleet import Fleet, Run, consumer
from bench.order import Burst, Consume
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage, cpu_seconds, memory_mb
from tests.living.live import Live

GATEWAYS = 8
TAGS = 1_000
WINDOW = 20
REPEATS = 3
MESSAGES = {1: 1_000, 100: 400}
"""Of each gateway in one round, by readings a message."""
WARM_UP = {1: 200, 100: 40}
BARE_TABLE = "bench_bare"
TARGET = {1: 5_000, 100: 80_000}
TARGET_RATIO = 0.55
PATIENCE_S = 60.0


class Arrival:
    """Waits for the last readings of a round in a table, then counts what came."""

    def __init__(self, site: Site, table: str, since_ms: int) -> None:
        self._connection = psycopg.connect(site.database_url, autocommit=True)
        self._table = sql.Identifier(table)
        self._since = since_ms / 1000
        self._markers = [site.ids[place.alarms[0]] for place in site.places]

    def __enter__(self) -> "Arrival":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def wait(self, expected: int) -> float:
        """The moment (monotonic) at which all `expected` readings were there.

        The last of each gateway is looked for by its key; only then all are counted.
        """
        deadline = time.monotonic() + PATIENCE_S
        query = sql.SQL(
            "SELECT count(*) FROM {} WHERE point_id = ANY(%s) AND measured_at >= to_timestamp(%s)"
        ).format(self._table)
        while self._one(query, self._markers, self._since) < 2 * len(self._markers):
            self._nap(deadline)
        seen = time.monotonic()
        count = sql.SQL("SELECT count(*) FROM {} WHERE measured_at >= to_timestamp(%s)").format(
            self._table
        )
        while (stored := self._one(count, self._since)) < expected:
            self._nap(deadline)
            seen = time.monotonic()
        assert stored == expected, f"{stored} readings stored of {expected} sent"
        return seen

    def _nap(self, deadline: float) -> None:
        assert time.monotonic() < deadline, f"not all readings arrived within {PATIENCE_S:g} s"
        time.sleep(0.02)

    def _one(self, query: sql.Composed, *values: object) -> int:
        row = self._connection.execute(query, values).fetchone()
        return int(row[0]) if row else 0


def orders(site: Site, readings: int, messages: int, bare: bool) -> list[Burst]:
    """One burst a gateway, under fresh boot ids."""
    found = []
    for place in site.places:
        sender = place.sender(secrets.token_hex(4), readings)
        if bare:
            sender = site.bypassing(sender, "bare/v1/")
        found.append(Burst(sender, messages, WINDOW, place.alarms[0]))
    return found


def real_round(site: Site, readings: int, messages: int) -> dict[str, Any]:
    """One round through the real services; when ingest and the engine had all of it."""
    fleet, usage = Fleet(orders(site, readings, messages, bare=False)), Usage(site.stack)
    with Live(site.park.admin) as live, Arrival(site, "reading", _now_ms()) as arrival:
        run = fleet.run()
        stored = arrival.wait(_readings(readings, messages))
        judged = max(
            live.wait_event("raised", site.enterprise.code, place.alarms[0], PATIENCE_S).at
            for place in site.places
        )
    rate = _readings(readings, messages) / (judged - run.begun)
    found = _figures(run, stored, readings, messages, usage.spent())
    return found | {"judged_rate": round(rate)}


def bare_round(site: Site, readings: int, messages: int) -> dict[str, Any]:
    """One round through the bare loop, with a second consumer that only decodes."""
    login = (site.stack.mqtt_port, *site.apart, "bare/v1/+/+/+")
    storing = consumer(Consume(*login, site.ids, site.database_url, BARE_TABLE))
    decoding = consumer(Consume(*login, {}, None, ""))
    workers = (storing.process.pid, decoding.process.pid)
    fleet = Fleet(orders(site, readings, messages, bare=True))
    usage = Usage(site.stack, workers)
    try:
        with Arrival(site, BARE_TABLE, _now_ms()) as arrival:
            run = fleet.run()
            stored = arrival.wait(_readings(readings, messages))
        cpu = usage.spent() | {
            "bare_store": round(cpu_seconds(storing.process.pid), 2),
            "bare_decode": round(cpu_seconds(decoding.process.pid), 2),
        }
    finally:
        storing.end()
        decoding.end()
    return _figures(run, stored, readings, messages, cpu)


def _figures(
    run: Run, stored: float, readings: int, messages: int, cpu: dict[str, float]
) -> dict[str, Any]:
    count = _readings(readings, messages)
    own = run.cpu_s + sum(seconds for name, seconds in cpu.items() if name != "neighbours")
    return {
        "rate": round(count / (stored - run.begun)),
        "published_rate": round(count / (run.acked - run.begun)),
        "readings": count,
        "payload_bytes": round(run.payload_bytes / (messages * GATEWAYS)),
        "cpu_us": round(own / count * 1e6, 2),
        "neighbours_cores": round(cpu["neighbours"] / (time.monotonic() - run.begun), 2),
        "publishers_cpu_s": round(run.cpu_s, 2),
        "cpu_s": cpu,
    }


def _readings(readings: int, messages: int) -> int:
    return GATEWAYS * (messages * readings + 2)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def measure(site: Site) -> list[dict[str, Any]]:
    """Both shapes: a warm-up, then real and bare in turn; medians and every round."""
    results = []
    for readings, messages in MESSAGES.items():
        real_round(site, readings, WARM_UP[readings])
        bare_round(site, readings, WARM_UP[readings])
        real, bare = list[dict[str, Any]](), list[dict[str, Any]]()
        for _ in range(REPEATS):
            real.append(real_round(site, readings, messages))
            bare.append(bare_round(site, readings, messages))
        found = _summary(readings, real, bare)
        print(
            f"ingest, {readings} a message: {found['rate']:,} readings/s stored, "
            f"{found['judged_rate']:,} judged, bare loop {found['bare_rate']:,} "
            f"(ratio {found['ratio']}, by CPU time {found['cpu_ratio']}, target "
            f"{found['target']:,} and {TARGET_RATIO}; neighbours took "
            f"{found['neighbours_cores']} cores)",
            flush=True,
        )
        results.append(found)
    return results


def _summary(
    readings: int, real: list[dict[str, Any]], bare: list[dict[str, Any]]
) -> dict[str, Any]:
    """Medians. `cpu_us`: processor time a reading costs, all programs and publishers together;
    its ratio to the bare loop's is what neighbours on the machine disturb least."""

    def median(rounds: list[dict[str, Any]], name: str) -> float:
        return float(statistics.median(each[name] for each in rounds))

    rate, bare_rate = median(real, "rate"), median(bare, "rate")
    cpu_us, bare_cpu_us = median(real, "cpu_us"), median(bare, "cpu_us")
    return {
        "readings_a_message": readings,
        "rate": round(rate),
        "judged_rate": round(median(real, "judged_rate")),
        "bare_rate": round(bare_rate),
        "ratio": round(rate / bare_rate, 2),
        "cpu_us": cpu_us,
        "bare_cpu_us": bare_cpu_us,
        "cpu_ratio": round(bare_cpu_us / cpu_us, 2),
        "neighbours_cores": round(median(real, "neighbours_cores"), 2),
        "target": TARGET[readings],
        "target_ratio": TARGET_RATIO,
        "rounds": real,
        "bare_rounds": bare,
    }


def main() -> None:
    """Measure and keep the result."""
    report = Report("ingest")
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, TAGS, alarms=1)
        copy_ceiling.make_table(site.database_url, BARE_TABLE)
        results = measure(site)
        ceiling = copy_ceiling.measure(site.database_url)
        memory = {name: memory_mb(stack.service(name).pid) for name in ("ingest", "alerts", "api")}
        site.close()
    for each in ceiling:
        kind = "absorbing repeats" if each["absorbing_repeats"] else "straight"
        print(f"COPY, batches of {each['batch']:,}, {kind}: {each['rate']:,} rows/s")
    report.write(
        {
            "gateways": GATEWAYS,
            "window": WINDOW,
            "points": GATEWAYS * TAGS,
            "results": results,
            "copy_ceiling": ceiling,
            "peak_memory_mb": memory,
        }
    )


if __name__ == "__main__":
    main()
