"""5,000 alarms in one second, from publish to a console's WebSocket: `python -m bench.storm`.

A real `parkwatch up`; four gateways publish 100 readings above their limits in each message, one
in ten of them grade 1, scattered over the whole second.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from bench import latency
from bench.listener import Listener
from bench.report import Report
from bench.site import Place, Site, measured_stack
from bench.usage import Usage

ALARMS = 5_000
GATEWAYS = 4
READINGS = 100
SECONDS = 1.0
GRAVE_EVERY = 10
GRAVE, LESS = 99.0, 85.0
"""Above HH (grade 1), and between H (grade 2) and HH."""
NORMAL = 50.0
PATIENCE_S = 30.0
TARGET = {"all_s": 5.0, "grade_1_s": 2.0}


@dataclass(frozen=True, slots=True)
class Message:
    """What one gateway says at once: values by tag."""

    gateway: int
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds from the first publish until the last alarm was on a screen, and until the last of
    grade 1 was; and of each alarm from when it was published."""

    expected: int
    seen: int
    all_s: float
    grade_1_s: float
    grade_1_worst_s: float
    delays: list[float]
    resyncs: int


class Storm:
    """Gateways that are connected and wait."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._clients = [_connected(place) for place in site.places]

    def say(self, message: Message, at_ms: int) -> None:
        """Publish, without waiting for the acknowledgement."""
        payload = json.dumps({"ts": at_ms, "values": message.values})
        topic = self._site.places[message.gateway].gateway.topic
        self._clients[message.gateway].publish(topic, payload, qos=1)

    def rage(self, patience_s: float = PATIENCE_S) -> Found:
        """One storm."""
        messages = list(_messages(self._site))
        grave = {tag for each in messages for tag, value in each.values.items() if value == GRAVE}
        said: dict[str, float] = {}
        with Listener(self._site.park.admin) as listener:
            time.sleep(1.0)
            begun = time.monotonic()
            for number, message in enumerate(messages):
                due = begun + SECONDS * number / len(messages)
                time.sleep(max(0.0, due - time.monotonic()))
                said |= dict.fromkeys(message.values, due)
                self.say(message, time.time_ns() // 1_000_000)
            listener.wait(len(said), patience_s)
            seen = {tag: at for (tag, _), at in listener.raised.items()}
            resyncs = listener.resyncs
        graves = [seen[tag] for tag in grave if tag in seen]
        return Found(
            len(said),
            len(seen.keys() & said.keys()),
            max(seen.values(), default=0.0) - begun,
            max(graves, default=0.0) - begun,
            max((seen[tag] - said[tag] for tag in grave if tag in seen), default=0.0),
            [seen[tag] - at for tag, at in said.items() if tag in seen],
            resyncs,
        )

    def end(self) -> None:
        for client in self._clients:
            client.disconnect()
            client.loop_stop()


def _connected(place: Place) -> Client:
    gateway = place.gateway
    client = Client(CallbackAPIVersion.VERSION2, client_id=gateway.client_id)
    client.username_pw_set(gateway.username, gateway.password)
    client.max_inflight_messages_set(100)
    client.connect("127.0.0.1", gateway.mqtt_port)
    client.loop_start()
    return client


def _messages(site: Site) -> list[Message]:
    found: list[Message] = []
    for first in range(0, len(site.places[0].alarms), READINGS):
        for number, place in enumerate(site.places):
            tags = place.alarms[first : first + READINGS]
            values = {
                tag: GRAVE if place_in % GRAVE_EVERY == GRAVE_EVERY - 1 else LESS
                for place_in, tag in enumerate(tags)
            }
            found.append(Message(number, values))
    return found


def measure(alarms: int = ALARMS) -> tuple[Found, dict[str, float]]:
    """A storm over a fresh park."""
    with measured_stack() as stack:
        site = Site(stack, GATEWAYS, 1, alarms // GATEWAYS)
        storm, usage = Storm(site), Usage(stack)
        found = storm.rage()
        spent = usage.spent()
        storm.end()
        site.close()
    return found, spent


def main() -> None:
    """Measure and keep the result."""
    report = Report("storm")
    found, spent = measure()
    result: dict[str, Any] = {
        "alarms": found.expected,
        "seen": found.seen,
        "all_s": round(found.all_s, 2),
        "grade_1_s": round(found.grade_1_s, 2),
        "grade_1_worst_s": round(found.grade_1_worst_s, 2),
        "delays": latency.summary(found.delays, found.expected),
        "resyncs": found.resyncs,
        "cpu_s": spent,
        "target": TARGET,
    }
    print(
        f"storm: {found.seen} of {found.expected} alarms on the screen {found.all_s:.2f} s after "
        f"the first was sent, those of grade 1 after {found.grade_1_s:.2f} s "
        f"(each at most {found.grade_1_worst_s:.2f} s after it was sent); cpu {spent}"
    )
    report.write(result)


if __name__ == "__main__":
    main()
