"""Cases 35 and 58 to 74 at a place in a batch: between good messages on one gateway's connection.

A gateway that was let in with its own rights sends eight good messages and, before, among or behind
them, one bad packet. Where the broker only refuses it, or it becomes a dead letter, all eight are
stored; where it ends the connection, what was acknowledged before is. A neighbour loses nothing.

68 (a will), 69 (client ids), 70 (names of users) and 72 (MQTT 5, whose topic aliases there are not)
have no such place: they are in the CONNECT, before any message, and a will comes after all of them.
They stand alone in test_corpus_sessions.py and tests/fault/test_broker_rights.py.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import bcrypt
import pytest

from services.api.broker_access import BrokerAccess, username
from services.runtime.clock import to_datetime
from services.runtime.mqtt_client import BrokerAddress
from services.store.register import Gateway
from tests.integration.ingest.test_corpus_sessions import SEVERED, VALUES
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually
from tests.living.raw_mqtt import CONNACK, PUBACK, PUBREC, Wire, connect, packet, publish, subscribe

pytestmark = pytest.mark.long

NOW = int(time.time() * 1000)
OWN = b"pw/v1/acme/gw1/"
GOOD = 8
BAD_ID = 99
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Bad:
    """Packets that are sent together, and what becomes of them."""

    what: str
    packets: tuple[bytes, ...]
    severs: bool = False
    stored: int = 0
    letters: int = 0
    released: bool = False
    """Of QoS 2: the broker has it once it is released."""


def told(
    what: str, topic: bytes, body: bytes = VALUES, *, stored: int = 0, letters: int = 0
) -> Bad:
    return Bad(what, (publish(topic, body, number=BAD_ID),), stored=stored, letters=letters)


def of_now(qos: int = 1, retain: int = 0) -> bytes:
    body = b'{"ts":%d,"values":{"GT-101":1}}' % (NOW - next(_numbers))
    return publish(OWN + b"telemetry", body, qos, BAD_ID, retain)


def cases() -> list[Bad]:
    """Each as the broker takes it from a gateway; made anew, for a reading is stored once."""
    many = [
        subscribe(1_000 + first, *((b"pw/down/v1/acme/gw%d/ack" % n, 0) for n in range(500)))
        for first in range(20)
    ]
    return [
        *(Bad(f"{number} {what}", (bad,), severs=True) for number, what, bad in SEVERED),
        told("58 another tenant's topic", b"pw/v1/other/gw1/telemetry"),
        told("58 another gateway's topic", b"pw/v1/acme/gw2/telemetry"),
        told("59 a payload that says it is another's", OWN + b"telemetry",
             b'{"ts":%d,"enterprise":"other","gateway":"gw9","values":{"GT-101":2}}' % NOW, stored=1),
        told("61 the system's topic", b"$SYS/x"),
        told("61 a share", b"$share/g/x"),
        told("61 a control topic", b"$CONTROL/x"),
        told("61 the broker's own", b"$MQTT/msgs/x"),
        told("62 an empty level", b"pw/v1/acme//telemetry"),
        told("62 an empty leaf", OWN, letters=1),
        told("62 a leading slash", b"/" + OWN + b"telemetry"),
        told("62 a trailing slash", OWN + b"telemetry/"),
        told("63 200 levels", b"/".join([b"a"] * 200)),
        told("63 a topic of 65,535 bytes", b"x" * 65_535),
        told("64 a control sign", OWN + b"tele\x1b[2Jmetry", letters=1),
        told("64 U+FFFF", OWN + b"telemetry\xef\xbf\xbf", letters=1),
        told("65 an asterisk", OWN + b"*", letters=1),
        told("65 a greater-than sign", OWN + b">", letters=1),
        Bad("66 a retained reading", (of_now(retain=1),), stored=1),
        Bad("67 QoS 0", (of_now(0),), stored=1),
        Bad("67 QoS 2", (of_now(2),), stored=1, released=True),
        Bad("73 10,000 subscriptions", tuple(many)),
        Bad("74 a subscription to everything", (subscribe(2_000, (b"#", 1)),)),
    ]  # fmt: skip


@pytest.fixture
def gateway(engines: Engines) -> Iterator[BrokerAddress]:
    """How gw1 of acme comes in, with no rights but its own."""
    settings = engines.services["api"]
    password = secrets.token_hex(20)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    name = username("acme", "gw1")
    users = Path(settings["PARKWATCH_BROKER_USERS_FILE"])
    access = BrokerAccess(users, settings["PARKWATCH_BROKER_ADMIN_URL"])
    asyncio.run(access.put([Gateway("acme", "gw1", name, hashed, to_datetime(0), None)]))
    yield replace(engines.broker("api"), username=name, password=password)
    asyncio.run(access.put([]))


def good() -> bytes:
    number = next(_numbers)
    body = b'{"ts":%d,"values":{"GT-101":5}}' % (NOW - number)
    return publish(OWN + b"telemetry", body, number=100 + number)


def awaited(wire: Wire, kind: int, count: int) -> None:
    """Hear so many of a kind."""
    while count:
        heard = wire.hear()
        assert heard is not None
        count -= heard[0] == kind


def batch(gateway: BrokerAddress, bad: Bad, place: int) -> bool:
    """Send it; whether the connection outlived it."""
    messages = [good() for _ in range(GOOD)]
    with Wire(gateway, 30.0) as wire:
        wire.send(connect(gateway, b"gw1-%d-%d" % (NOW, next(_numbers))))
        heard = wire.hear()
        assert heard is not None
        assert (heard[0], heard[1][1]) == (CONNACK, 0)
        wire.send(*messages[:place])
        awaited(wire, PUBACK, place)
        wire.send(*bad.packets, *messages[place:])
        if bad.released:
            awaited(wire, PUBREC, 1)
            wire.send(packet(6, 2, b"\x00" + bytes([BAD_ID])))
        return wire.alive()


@pytest.mark.parametrize("place", [0, 4, 8], ids=["first", "middle", "last"])
def test_every_topic_and_session_at_a_place_in_a_batch(
    ingest: Ingest, field: Field, tables: Tables, gateway: BrokerAddress, place: int
) -> None:
    neighbour = "pw/v1/acme/nb/telemetry"
    for bad in cases():
        readings, letters = tables.count("reading"), tables.count("dead_letter")
        for _ in range(2):
            field.send_later({"ts": NOW - next(_numbers), "values": {"GT-101": 7}}, neighbour)
        lived = batch(gateway, bad, place)
        for _ in range(2):
            field.send({"ts": NOW - next(_numbers), "values": {"GT-101": 7}}, neighbour)

        assert lived is not bad.severs, bad.what
        own = GOOD + bad.stored if lived else place
        eventually(lambda: tables.count("reading") >= readings + own + 4, 15)  # noqa: B023
        eventually(lambda: tables.count("dead_letter") >= letters + bad.letters, 15)  # noqa: B023
        found = tables.count("reading") - readings, tables.count("dead_letter") - letters
        assert found == (own + 4, bad.letters), bad.what
    assert tables.rows("SELECT DISTINCT enterprise FROM gateway_day WHERE stored > 0") == [
        ("acme",)
    ]
    field.send(b"", retain=True)
    assert ingest.process.poll() is None
