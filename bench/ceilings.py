"""How near the way of a reading comes to its ceilings: `python -m bench.ceilings`.

One round each, in turn, in the same minute on the same broker and database, for messages of 1 and
of 100 readings: the broker alone, which keeps what is published for a session that is away and
acknowledges it; the bare loop behind it; and the real services. What is slowest bounds the rest.
`TMPDIR=/dev/shm` puts the whole stack into memory, where a flush is free.
"""

import os
import signal
import time
from typing import Any

from bench import copy_ceiling
from bench.fleet import Fleet, consumer
from bench.ingest import BARE_TABLE, GATEWAYS, TAGS, bare_round, orders, real_round
from bench.order import Consume
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage

MESSAGES = {1: 400, 100: 150}
"""Of each gateway in one round, by readings a message."""
WARM_UP = {1: 100, 100: 30}


def kept_round(site: Site, readings: int, messages: int) -> dict[str, Any]:
    """The broker alone: it keeps every message for a session whose client stands still."""
    login = (site.stack.mqtt_port, *site.apart, "bare/v1/+/+/+")
    away = consumer(Consume(*login, {}, None, ""))
    fleet, usage = Fleet(orders(site, readings, messages, bare=True)), Usage(site.stack)
    away.process.send_signal(signal.SIGSTOP)
    try:
        run = fleet.run()
        spent = usage.spent()
    finally:
        away.process.send_signal(signal.SIGCONT)
        away.end()
    count = run.messages * readings
    return {
        "rate": round(count / (run.acked - run.begun)),
        "broker_cpu_us": round(spent["broker"] / count * 1e6, 2),
        "neighbours_cores": round(spent["neighbours"] / (time.monotonic() - run.begun), 2),
    }


def measure(site: Site, readings: int) -> dict[str, Any]:
    """One shape: what each stage carries, in readings a second."""
    messages = MESSAGES[readings]
    real_round(site, readings, WARM_UP[readings])
    bare_round(site, readings, WARM_UP[readings])
    kept = kept_round(site, readings, messages)
    bare = bare_round(site, readings, messages)
    real = real_round(site, readings, messages)
    found = {
        "readings_a_message": readings,
        "broker_alone": kept["rate"],
        "bare_loop": bare["rate"],
        "stored": real["rate"],
        "of_the_bare_loop": round(real["rate"] / bare["rate"], 2),
        "of_the_broker_alone": round(real["rate"] / kept["rate"], 2),
        "by_processor_time": round(2e6 / real["cpu_us"]),
        "rounds": {"broker_alone": kept, "bare_loop": bare, "stored": real},
    }
    print({name: value for name, value in found.items() if name != "rounds"}, flush=True)
    return found


def main() -> None:
    """Measure and keep the result."""
    in_memory = os.environ.get("TMPDIR", "").startswith("/dev/shm")
    report = Report("ceilings_in_memory" if in_memory else "ceilings")
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, TAGS, alarms=1)
        copy_ceiling.make_table(site.database_url, BARE_TABLE)
        shapes = [measure(site, readings) for readings in MESSAGES]
        site.close()
    report.write({"shapes": shapes})


if __name__ == "__main__":
    main()
