"""Who may do what on the broker: a gateway that tries everything reaches nothing, and is seen."""

import json
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

import httpx2
import nats
import pytest

from tests.fault.crowd import secret
from tests.fault.duel import (
    SEEN_WITHIN_S,
    Duel,
    duel_in,
    foreign_topics,
    overhearing,
    refused,
    seen,
)
from tests.living.caller import Caller, calling
from tests.living.engines import REPOSITORY
from tests.living.field import publish, send
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Gateway, Json, Park
from tests.living.stack import Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.patient]

CUT_WITHIN_S = 10.0
SERVICES = ("ingest", "alerts", "api")


@pytest.fixture
def duel(park: Park) -> Duel:
    return duel_in(park)


def test_a_publish_outside_is_without_effect_and_an_event(
    stack: Stack, park: Park, store: Store, duel: Duel
) -> None:
    duel.arm()
    reading = json.dumps({"values": {"GT-101": 99}})
    topics = foreign_topics(duel)
    everyone = overhearing(stack, duel.intruder, duel.victim, duel.neighbour)
    with everyone as heard, Live(park.admin) as live:
        for topic in topics:
            with calling(duel.intruder) as intruder:
                for qos in (0, 1, 2):
                    intruder.say(topic, reading, qos)
        send(duel.victim, {"GT-101": 55})
        live.wait_event("raised", duel.theirs.code, "GT-101", 5.0)
        forged = [t for t, payload in list(heard) if payload == reading.encode()]
        assert forged == []
        eventually(lambda: store.readings(duel.theirs.code), SEEN_WITHIN_S, "the own reading")
        assert [value for _, _, value in store.readings(duel.theirs.code)] == [55]
        assert store.readings(duel.ours.code) == []
        assert live.events(duel.ours.code) == []
        assert len(live.events(duel.theirs.code)) == 1
    assert park.admin.items("/dead-letters", enterprise=duel.theirs.code) == []
    wanted = 3 * len(topics)
    found = refused(park, duel.ours, "publish_denied", wanted)
    assert sum(found.values()) == wanted
    assert {t: found[t] for t in topics[:10]} == dict.fromkeys(topics[:10], 3)
    assert set(found) == {*topics[:10], "further ones"}
    assert park.admin.items("/events", enterprise=duel.theirs.code) == []


def test_wildcards_in_an_own_topic_are_dead_letters(park: Park, duel: Duel) -> None:
    """To the broker `*` and `>` are wildcards, to MQTT they are letters."""
    duel.arm()
    prefix = f"pw/v1/{duel.ours.code}/gw1"
    with calling(duel.intruder) as intruder:
        for leaf in (">", "*", "misspelt"):
            intruder.say(f"{prefix}/{leaf}", "{}")
        for foreign in (f"pw/v1/{duel.ours.code}/*/telemetry", "pw/v1/*/gw1/telemetry", "pw/>"):
            intruder.say(foreign, json.dumps({"values": {"GT-101": 99}}))
        foreign = f"pw/v1/{duel.theirs.code}/>"
        intruder.say(foreign, json.dumps({"values": {"GT-101": 99}}))
    seen(park, duel.ours, "publish_denied", foreign)

    wanted = {f"{prefix}/{leaf}" for leaf in (">", "*", "misspelt")}

    def letters() -> set[str]:
        found = park.admin.items("/dead-letters", enterprise=duel.ours.code)
        topics = {letter["topic"] for letter in found}
        return topics if wanted <= topics else set()

    assert eventually(letters, SEEN_WITHIN_S, "the dead letters") == wanted
    assert park.admin.items("/dead-letters", enterprise=duel.theirs.code) == []
    assert duel.ours.alarms() == []
    assert duel.theirs.alarms() == []


LOGGED_FILTERS = (
    "#",
    "+",
    "+/+/+/+/+",
    "pw/#",
    "pw/v1/#",
    "pw/v1/+/+/+",
    "pw/int/#",
    "pw/int/v1/alarms",
    "pw/down/#",
    "pw/down/v1/+/+/ack",
    "$SYS/#",
    "$JS/#",
    "_INBOX/#",
    "$share/g/#",
)
SILENT_FILTERS = ("$MQTT/#", "$MQTT/sub/x", "$MQTT/msgs/#")
"""The broker refuses these, too, but says so to the client alone."""


def test_a_subscription_outside_is_refused_and_an_event(
    stack: Stack, park: Park, duel: Duel
) -> None:
    own = [duel.intruder.topic, duel.victim.topic, duel.victim.downlink]
    own += [f"pw/v1/{duel.theirs.code}/#", f"pw/down/v1/{duel.ours.code}/gw1/#"]
    filters = [*own, *LOGGED_FILTERS, *SILENT_FILTERS]
    with calling(duel.intruder) as spy:
        for topic in filters:
            for qos in (0, 1):
                assert spy.subscribe(topic, qos) is False, topic
        assert spy.subscribe(duel.intruder.downlink, 0), "its own downlink is its own"
        send(duel.victim, {"GT-101": 55})
        downlink = Caller("svc-ingest", secret(stack, "svc-ingest"), stack.mqtt_port).call()
        downlink.say(duel.victim.downlink, "theirs", 0)
        downlink.say(duel.intruder.downlink, "ours", 0)
        downlink.leave()
        eventually(lambda: spy.heard, 5.0, "its own downlink")
        time.sleep(0.5)
        assert spy.heard == [(duel.intruder.downlink, b"ours")]
    wanted = 2 * (len(filters) - len(SILENT_FILTERS))
    found = refused(park, duel.ours, "subscribe_denied", wanted)
    assert set(own) <= set(found)
    assert sum(found.values()) == wanted


def test_a_topic_that_cannot_be_carried_is_an_event(park: Park, duel: Duel) -> None:
    with calling(duel.intruder) as intruder:
        intruder.say("with a space", "{}")
        assert intruder.cut.is_set()
    seen(park, duel.ours, "publish_denied", "a topic with a character that is not supported")


def test_a_will_on_a_foreign_topic_is_without_effect_and_an_event(park: Park, duel: Duel) -> None:
    foreign = f"pw/v1/{duel.theirs.code}/gw1/state"
    dying = Caller(duel.intruder.username, duel.intruder.password, duel.intruder.mqtt_port)
    dying.client.will_set(foreign, '{"online": false}', qos=1, retain=True)
    dying.call()
    connection = dying.client.socket()
    assert isinstance(connection, socket.socket)
    connection.shutdown(socket.SHUT_RDWR)
    assert dying.cut.wait(5.0)
    dying.leave()
    assert seen(park, duel.ours, "publish_denied", foreign) == {foreign: 1}


def test_the_native_port_refuses_a_gateways_credentials(
    stack: Stack, park: Park, duel: Duel
) -> None:
    gateway = duel.intruder
    host, port = native(stack).split(":")
    login = {"user": gateway.username, "pass": gateway.password, "verbose": False}
    for hello in (login, login | {"lang": "nats.py", "protocol": 1, "headers": True}):
        with socket.create_connection((host, int(port)), timeout=5.0) as door:
            assert door.recv(65536).startswith(b"INFO ")
            door.sendall(f"CONNECT {json.dumps(hello)}\r\nSUB > 1\r\nPING\r\n".encode())
            said = b""
            with suppress(ConnectionResetError):
                while more := door.recv(65536):
                    said += more
            assert b"Authorization Violation" in said
            assert b"PONG" not in said
    assert seen(park, duel.ours, "login_refused", "from 127.0.0.1 over the native port")


def test_without_the_right_password_nobody_comes_in(stack: Stack, park: Park, duel: Duel) -> None:
    gateway = duel.intruder
    wrong = [
        (None, None),
        ("", ""),
        ("", gateway.password),
        (gateway.username, None),
        (gateway.username, ""),
        (gateway.username, gateway.password[:-1]),
        (gateway.username, duel.victim.password),
        (gateway.username.upper(), gateway.password),
        (gateway.code, gateway.password),
        (f"{gateway.enterprise}.+", gateway.password),
        ("+", "+"),
        ("admin", stack.admin_password),
        ("svc-ingest", gateway.password),
        ("svc-ingest", "svc-ingest"),
        ("svc-broker-admin", secret(stack, "svc-broker-admin")),
    ]
    for username, password in wrong:
        caller = Caller(username, password, stack.mqtt_port)
        with suppress(ConnectionError):
            caller.call()
        outside = not caller.connected.is_set() or not caller.subscribe("pw/#")
        caller.leave()
        assert outside, f"{username} came in"
        assert caller.heard == []
    found = refused(park, duel.ours, "login_refused", 3)
    assert "from 127.0.0.1 over MQTT" in found
    assert park.admin.items("/events", enterprise=duel.theirs.code) == []


def published_client_ids(stack: Stack, park: Park, gateway: Gateway) -> set[str]:
    """Every name of ours at the broker that a gateway's owner can read somewhere."""
    paths = ("/readyz", "/metrics", "/healthz", "/api/v1/openapi.json")
    # The description is made when it is first asked for, which takes its time on a busy machine.
    texts = [httpx2.get(f"{stack.url}{path}", timeout=30.0, verify=NO_TLS).text for path in paths]
    texts += [json.dumps(park.admin.ask(path)) for path in ("/me", "/events", "/dead-letters")]
    for pattern in ("*.md", "docs/**/*", "deploy/**/*", "docker-compose.yml", ".env.example"):
        for path in REPOSITORY.glob(pattern):
            if path.is_file() and path.suffix not in (".png", ".woff2"):
                texts.append(path.read_text(encoding="utf-8", errors="replace"))
    everything = "\n".join(texts)
    for name in ("client_id", "svc-ingest", "svc-alerts", "svc-api", "svc-watcher", "token_key"):
        assert secret(stack, name) not in everything, f"{name} can be read"
    found = set(re.findall(r"\bpw-[a-z0-9-]{2,40}", everything))
    found |= set(
        re.findall(r'client[_-]?id["\']?\s*[:=]\s*["\']?([A-Za-z0-9_-]{3,40})', everything)
    )
    names = {f"{start}{name}" for name in (*SERVICES, "notify") for start in ("pw-", "svc-", "")}
    endings = ("", "-", "-bus", "-up", "-0", "-1", "-secret")
    return found | {f"{name}{ending}" for name in names for ending in endings} | {gateway.username}


def test_no_client_id_that_can_be_known_throws_a_service_off(
    stack: Stack, park: Park, store: Store, duel: Duel
) -> None:
    duel.arm()
    before = {name: stack.service(name).pid for name in SERVICES}
    names = sorted(n for n in published_client_ids(stack, park, duel.intruder) if "." not in n)
    assert {"pw-ingest", "pw-alerts", "pw-api"} <= set(names)
    assert secret(stack, "client_id") not in " ".join(names)
    with Live(park.admin) as live:
        send(duel.victim, {"GT-101": 4})
        for name in names:
            for durable in (True, False):  # a clean session deletes what it finds of this name
                with calling(duel.intruder, name, durable=durable) as thief:
                    assert thief.connected.is_set(), name
                    assert thief.heard == []
        send(duel.victim, {"GT-101": 55})
        live.wait_event("raised", duel.theirs.code, "GT-101", 5.0)
    eventually(lambda: store.reading_count(duel.theirs.code) == 2, 5.0, "both readings")
    assert {name: stack.service(name).pid for name in SERVICES} == before
    assert secret(stack, "client_id") not in broker_log(stack), "a service was thrown off"
    ready = httpx2.get(f"{stack.url}/readyz", verify=NO_TLS).json()
    assert ready["degraded"] == []


async def test_our_own_client_ids_end_in_a_secret(stack: Stack) -> None:
    """As the broker's administrator sees them, who alone can ask."""
    ending = secret(stack, "client_id")
    assert len(ending) >= 16
    url = f"nats://svc-broker-admin:{secret(stack, 'svc-broker-admin')}@{native(stack)}"
    admin = await nats.connect(url, allow_reconnect=False)
    answer = await admin.request("$SYS.REQ.SERVER.PING.CONNZ", b'{"auth": true}', timeout=5.0)
    await admin.close()
    held = json.loads(answer.data)["data"]["connections"]
    users = {f"svc-{name}" for name in SERVICES}
    ours = {
        each["mqtt_client"]
        for each in held
        if each["authorized_user"] in users and "mqtt_client" in each
    }
    assert {f"pw-ingest-{ending}", f"pw-alerts-{ending}"} <= ours
    assert all(ending in name for name in ours)


def test_a_message_too_long_for_us_is_a_dead_letter(park: Park, duel: Duel) -> None:
    long = json.dumps({"values": {"GT-101": 55}, "more": "x" * (256 * 1024)})
    done = Caller(duel.intruder.username, duel.intruder.password, duel.intruder.mqtt_port).call()
    done.say(duel.intruder.topic, long)
    assert not done.cut.is_set()
    done.leave()

    def letters() -> list[Json]:
        return park.admin.items("/dead-letters", enterprise=duel.ours.code)

    (letter,) = eventually(letters, SEEN_WITHIN_S, "the dead letter")
    assert letter["size"] >= 256 * 1024
    assert letter["topic"] == duel.intruder.topic
    assert letter["gateway"] == "gw1"
    assert "262144" in letter["reason"]
    assert duel.ours.alarms() == []


def test_a_message_too_long_for_the_broker_is_an_event(park: Park, duel: Duel) -> None:
    for _ in range(2):  # a gateway that is cut comes back and tries again
        caller = Caller(duel.intruder.username, duel.intruder.password, duel.intruder.mqtt_port)
        caller.call()
        caller.client.publish(duel.intruder.topic, b"x" * (1024 * 1024 + 1), qos=1)
        assert caller.cut.wait(CUT_WITHIN_S)
        caller.leave()

    def cuts() -> list[Json]:
        found = park.admin.items("/events", enterprise=duel.ours.code, kind="message_too_large")
        return found if sum(each["count"] for each in found) >= 2 else []

    (event,) = eventually(cuts, SEEN_WITHIN_S, "both cuts")
    assert event["gateway"] == "gw1"
    assert event["detail"].endswith("bytes; the broker takes 1048576")
    assert publish(duel.victim, {"values": {"GT-101": 4}}).returncode == 0


def native(stack: Stack) -> str:
    """Where the broker listens for our own services."""
    text = (stack.data_dir / "broker" / "nats.conf").read_text()
    address = re.search(r'^listen: "(127\.0\.0\.1:\d+)"', text, re.MULTILINE)
    assert address is not None
    return address[1]


def broker_log(stack: Stack) -> str:
    logs = sorted(Path(stack.data_dir / "logs").glob("broker.log*"), reverse=True)
    return "".join(path.read_text(errors="replace") for path in logs)
