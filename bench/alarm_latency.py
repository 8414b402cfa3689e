"""How long from publish to WebSocket: `python -m bench.alarm_latency`.

A real `parkwatch up` under a steady flow, of which some readings raise alarms. Messages go out by
a schedule, acknowledged or not, and the time counts from when a message was due: a system that
makes its senders wait cannot hide it. Beside each, the broker's hop alone under the same flow.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bench import latency
from bench.fleet import Fleet, Run
from bench.hop import Hop
from bench.listener import Listener
from bench.order import Paced
from bench.report import Report
from bench.site import Site, measured_stack
from bench.usage import Usage
from services.runtime.mqtt_client import BrokerAddress

GATEWAYS = 4
TAGS = 1_250
ALARMS = 50
"""Points of each gateway that raise alarms, in turn."""
SECONDS = 12.0
HOP_SECONDS = 5.0
WARM_UP_SECONDS = 3.0
RAISED_A_SECOND = 50
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Flow:
    """`rate` readings a second of all gateways together, `readings` a message."""

    rate: int
    readings: int
    target: dict[str, float] | None = None

    @property
    def messages_a_second(self) -> float:
        return self.rate / self.readings

    @property
    def alarm_every(self) -> int:
        """Each raised alarm needs a second message to take it back."""
        return max(1, round(self.messages_a_second / (2 * RAISED_A_SECOND)))


FLOWS = (
    Flow(1_000, 10),
    Flow(1_000, 1),
    Flow(5_000, 10, {"p50_ms": 20.0, "p99_ms": 100.0}),
    Flow(5_000, 1),
)


def orders(site: Site, flow: Flow, seconds: float, hop: bool) -> list[Paced]:
    """One schedule a gateway, each a little after the one before."""
    every = GATEWAYS / flow.messages_a_second
    found = []
    for number, place in enumerate(site.places):
        sender = place.sender(secrets.token_hex(4), flow.readings)
        if hop:
            sender = site.bypassing(sender, "hop/v1/")
        offset = every * number / GATEWAYS
        found.append(Paced(sender, every, offset, seconds, place.alarms, flow.alarm_every, hop))
    return found


def measure(site: Site, flow: Flow, seconds: float = SECONDS) -> dict[str, Any]:
    """Publish → WebSocket under one flow."""
    fleet, usage = Fleet(orders(site, flow, seconds, hop=False)), Usage(site.stack)
    with Listener(site.park.admin) as listener:
        run = fleet.run()
        listener.wait(len(run.raises), PATIENCE_S)
    heard = listener.raised
    delays = [
        heard[each.tag, each.ts] - each.due for each in run.raises if (each.tag, each.ts) in heard
    ]
    spent = usage.spent()
    return {
        **latency.summary(delays, len(run.raises)),
        "neighbours_cores": round(spent["neighbours"] / (time.monotonic() - run.begun), 2),
        "resyncs": listener.resyncs,
        **_sending(run, round(flow.messages_a_second * seconds)),
        "cpu_s": spent,
    }


def measure_hop(site: Site, flow: Flow) -> dict[str, Any]:
    """Publish → QoS 1 consumer under the same flow, on a topic that no service hears."""
    address = BrokerAddress("127.0.0.1", site.stack.mqtt_port, *site.apart)
    hop = Hop(address, "hop/v1/+/+/+")
    try:
        run = Fleet(orders(site, flow, HOP_SECONDS, hop=True)).run()
        hop.wait(run.messages, PATIENCE_S)
    finally:
        hop.close()
    return {
        **latency.summary(hop.delays, run.messages),
        **_sending(run, round(flow.messages_a_second * HOP_SECONDS)),
    }


def _sending(run: Run, scheduled: int) -> dict[str, Any]:
    return {
        "messages": run.messages,
        "unsent": max(0, scheduled - run.messages),
        "sent_late_ms": round(run.late_s * 1000, 1),
        "publishers_cpu_s": round(run.cpu_s, 2),
    }


def main() -> None:
    """Measure all flows and keep the result."""
    report, results = Report("alarm_latency"), []
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, TAGS, ALARMS)
        measure(site, FLOWS[0], WARM_UP_SECONDS)
        for flow in FLOWS:
            found = {
                "rate": flow.rate,
                "readings_a_message": flow.readings,
                "target": flow.target,
                "hop": measure_hop(site, flow),
                "alarm": measure(site, flow),
            }
            results.append(found)
            print(_line(found), flush=True)
        site.close()
    report.write({"gateways": GATEWAYS, "points": GATEWAYS * TAGS, "results": results})


def _line(found: dict[str, Any]) -> str:
    def told(part: dict[str, Any]) -> str:
        if not part["samples"]:
            return "nothing arrived"
        return f"p50 {part['p50_ms']} p99 {part['p99_ms']} max {part['max_ms']} ms"

    return (
        f"{found['rate']:,} readings/s, {found['readings_a_message']} a message: publish to "
        f"WebSocket {told(found['alarm'])}; broker hop {told(found['hop'])}"
    )


if __name__ == "__main__":
    main()
