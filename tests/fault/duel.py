"""An intruder and its neighbour: the cast of the proofs of who may do what on the broker."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.fault.crowd import secret
from tests.living.caller import Caller
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import Stack

SEEN_WITHIN_S = 10.0


@dataclass
class Duel:
    """An intruder, and the neighbour whose data it is after."""

    ours: Enterprise
    theirs: Enterprise
    intruder: Gateway
    neighbour: Gateway
    victim: Gateway

    def arm(self) -> None:
        """Register a gas detector on both sides."""
        for enterprise in (self.ours, self.theirs):
            enterprise.gas_detector("GT-101")
        self.ours.in_force()


def duel_in(park: Park) -> Duel:
    """A fresh pair of enterprises."""
    ours, theirs = park.enterprise("A"), park.enterprise("B")
    return Duel(ours, theirs, ours.gateway(), ours.gateway("gw2"), theirs.gateway())


def events(park: Park, enterprise: Enterprise, kind: str) -> dict[str, int]:
    """How often each thing was refused."""
    found = park.admin.items("/events", enterprise=enterprise.code, kind=kind)
    counts: dict[str, int] = {}
    for event in found:
        counts[event["detail"]] = counts.get(event["detail"], 0) + event["count"]
    return counts


def seen(park: Park, enterprise: Enterprise, kind: str, *details: str) -> dict[str, int]:
    """Wait until these refusals are events of that enterprise."""

    def look() -> dict[str, int]:
        found = events(park, enterprise, kind)
        return found if set(details) <= set(found) else {}

    return eventually(look, SEEN_WITHIN_S, f"{kind} of {details}")


def refused(park: Park, enterprise: Enterprise, kind: str, count: int) -> dict[str, int]:
    """Wait until so many refusals are events of that enterprise."""

    def look() -> dict[str, int]:
        found = events(park, enterprise, kind)
        return found if sum(found.values()) >= count else {}

    return eventually(look, SEEN_WITHIN_S, f"{count} times {kind}")


HEARD_BY = {
    "svc-ingest": ("pw/v1/+/+/+", "pw/int/v1/status/ingest"),
    "svc-alerts": (
        "pw/v1/+/+/+",
        "pw/int/v1/command",
        "pw/int/v1/claim",
        "pw/int/v1/status/alerts",
    ),
    "svc-api": (
        "pw/v1/+/+/+",
        "pw/int/v1/alarms",
        "pw/int/v1/values",
        "pw/int/v1/canary",
        "pw/int/v1/status/+",
        "pw/int/v1/reply/+",
    ),
    "svc-watcher": ("pw/int/v1/canary",),
}
"""All that each of our own services may hear."""


@contextmanager
def overhearing(stack: Stack, *gateways: Gateway) -> Iterator[list[tuple[str, bytes]]]:
    """Topic and payload of all that anybody of ours can hear, and these gateways."""
    heard: list[tuple[str, bytes]] = []
    filters = {(user, secret(stack, user)): topics for user, topics in HEARD_BY.items()}
    filters |= {(g.username, g.password): (g.downlink,) for g in gateways}
    with ExitStack() as ears:
        for login, topics in filters.items():
            ear = Caller(*login, stack.mqtt_port, heard=heard).call()
            ears.callback(ear.leave)
            for topic in topics:
                assert ear.subscribe(topic, 0), (login[0], topic)
        yield heard


def foreign_topics(duel: Duel) -> list[str]:
    a, b = duel.ours.code, duel.theirs.code
    return [
        duel.victim.topic,
        duel.neighbour.topic,
        f"pw/v1/{b}/gw1/state",
        f"pw/v1/{a}/gw1/telemetry/deeper",
        f"pw/v1/{a}/gw1",
        f"pw/v1/{a}",
        f"pw/v1/{a}//telemetry",
        duel.victim.downlink,
        duel.intruder.downlink,
        "pw/int/v1/alarms",
        "pw/int/v1/command",
        "pw/int/v1/status/ingest",
        "pw/int/v1/reply/x",
        "$SYS/REQ/SERVER/PING",
        "$SYS/broker",
        "$JS/API/STREAM/DELETE/$MQTT_msgs",
        "$JS/API/STREAM/PURGE/$MQTT_msgs",
        f"$MQTT/msgs/{duel.victim.topic}",
        "$MQTT/sub/x",
        "_INBOX/x",
        "spBv1.0/x",
        "x",
        "/",
    ]
