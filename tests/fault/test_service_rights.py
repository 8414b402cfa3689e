"""What our own services may say and hear at the broker: what they must, and nothing beyond it."""

import json
import socket
from collections import defaultdict

import pytest

from services.domain.formula import GATEWAY
from tests.fault.crowd import secret
from tests.fault.duel import HEARD_BY, Duel, duel_in, overhearing
from tests.fault.test_broker_rights import native
from tests.living.caller import Caller
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

USERS = ("svc-ingest", "svc-alerts", "svc-api", "svc-watcher")
CANARY = "pw/v1/_canary/_canary/telemetry"
BUS = "pw/int/v1"
SAID_ONLY_BY = {
    f"{BUS}/alarms": {"svc-alerts"},
    f"{BUS}/values": {"svc-alerts"},
    f"{BUS}/canary": {"svc-alerts"},
    CANARY: {"svc-watcher", "svc-api"},
    f"{BUS}/reply/nobody": {"svc-alerts"},
    f"{BUS}/command": {"svc-api"},
    f"{BUS}/claim": {"svc-api"},
    f"{BUS}/status/ingest": {"svc-ingest"},
    f"{BUS}/status/alerts": {"svc-alerts"},
    f"{BUS}/status/api": {"svc-api"},
}
"""The gateways' own topics are added: telemetry is the api's, the downlink is ingest's."""
NOBODYS = (
    "#",
    "+",
    "+/+/+/+/+",
    "pw/#",
    "pw/v1/#",
    "pw/int/#",
    f"{BUS}/#",
    "pw/down/#",
    "pw/down/v1/+/+/+",
    "$SYS/#",
    "$JS/#",
    "$MQTT/#",
    "$MQTT/sub/x",
    "$MQTT/msgs/#",
    "_INBOX/#",
)


@pytest.fixture
def duel(park: Park) -> Duel:
    return duel_in(park)


def computed_beside(topic: str) -> str:
    """Where the derived points of a gateway's enterprise read."""
    root, version, enterprise, _, leaf = topic.split("/")
    return "/".join((root, version, enterprise, GATEWAY, leaf))


def caller(stack: Stack, user: str) -> Caller:
    return Caller(user, secret(stack, user), stack.mqtt_port)


@pytest.mark.parametrize("user", USERS)
def test_a_service_hears_what_is_for_it_and_nothing_else(stack: Stack, user: str) -> None:
    others = {topic for topics in HEARD_BY.values() for topic in topics} - set(HEARD_BY[user])
    ear = caller(stack, user).call()
    for qos in (0, 1):
        for topic in HEARD_BY[user]:
            assert ear.subscribe(topic, qos), topic
        for topic in (*NOBODYS, *others):
            covered = user == "svc-api" and topic.startswith(f"{BUS}/status/")
            assert ear.subscribe(topic, qos) is covered, topic
    ear.leave()


def test_a_service_speaks_only_for_itself(stack: Stack, duel: Duel) -> None:
    said_only_by = SAID_ONLY_BY | {
        duel.victim.topic: {"svc-api"},
        computed_beside(duel.victim.topic): {"svc-alerts", "svc-api"},
        duel.victim.downlink: {"svc-ingest"},
    }
    heard_from: dict[str, set[str]] = defaultdict(set)
    with overhearing(stack, duel.victim) as heard:
        for user in USERS:
            speaker = caller(stack, user).call()
            for topic in said_only_by:
                for qos in (0, 1, 2):
                    speaker.say(topic, f"from {user}", qos)
            for topic in ("x", "$SYS/REQ/SERVER/PING", "$JS/API/STREAM/DELETE/$MQTT_msgs"):
                speaker.say(topic, "{}")
            assert not speaker.cut.is_set()
            speaker.leave()

        def all_there() -> bool:
            heard_from.clear()
            for topic, payload in list(heard):
                if payload.startswith(b"from svc-"):
                    heard_from[topic].add(payload.decode().removeprefix("from "))
            return set(heard_from) == set(said_only_by)

        eventually(all_there, 5.0, "what may be said is heard")
    assert dict(heard_from) == said_only_by


@pytest.mark.parametrize("user", USERS)
def test_the_native_port_is_the_administrators_alone(stack: Stack, user: str) -> None:
    host, port = native(stack).split(":")
    login = {"user": user, "pass": secret(stack, user), "verbose": False}
    with socket.create_connection((host, int(port)), timeout=5.0) as door:
        assert door.recv(65536).startswith(b"INFO ")
        door.sendall(f"CONNECT {json.dumps(login)}\r\nPING\r\n".encode())
        said = b""
        try:
            while more := door.recv(65536):
                said += more
        except ConnectionResetError:
            pass
    assert b"Authorization Violation" in said
    assert b"PONG" not in said
