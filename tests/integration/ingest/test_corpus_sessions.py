"""The corpus of topics and sessions (cases 35 and 58 to 74) at the real broker, with ingest behind it.

What a gateway's own rights forbid (58, 61, 68, 70, 74: another tenant's topics, system topics, a
forged will, a name with wildcards, a subscription to everything) is proved in
tests/fault/test_broker_rights.py with the credentials of a gateway. Here a client that may publish
for every gateway sends what no library would, and ingest goes on.
"""

import itertools
import time

import pytest

from services.runtime.mqtt_client import BrokerAddress
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, eventually
from tests.living.raw_mqtt import (
    CONNACK,
    PUBACK,
    PUBCOMP,
    PUBREC,
    SUBACK,
    Wire,
    connect,
    packet,
    publish,
    subscribe,
    text,
)

NOW = int(time.time() * 1000)
_names = itertools.count()


def name() -> bytes:
    return b"raw-%d-%d" % (NOW, next(_names))


def told(topic: bytes, body: bytes, qos: int = 1) -> bytes:
    return publish(topic, body, qos)


@pytest.fixture
def address(engines: Engines) -> BrokerAddress:
    return engines.broker("api")


def cut(address: BrokerAddress, *packets: bytes) -> bool:
    """Whether the broker ends a connection that was let in and then sends this."""
    with Wire(address) as wire:
        wire.send(connect(address, name()))
        heard = wire.hear()
        assert heard is not None
        assert heard[0] == CONNACK
        assert heard[1][1] == 0
        wire.send(*packets)
        return not wire.alive()


def let_in(address: BrokerAddress, first: bytes) -> bool:
    """Whether the broker accepts a connection that begins like this."""
    with Wire(address) as wire:
        wire.send(first)
        heard = wire.hear()
        return heard is not None and heard[0] == CONNACK and heard[1][1] == 0


def stored_after(field: Field, tables: Tables, number: int) -> None:
    """Ingest still takes in what its neighbours send."""
    field.send({"ts": NOW + number, "values": {"GT-101": number % 90}})
    eventually(lambda: tables.count("reading") >= number, 10)


VALUES = b'{"values":{"GT-101":99}}'
SEVERED = [
    (35, "a packet of 256 MB", b"\x32\xff\xff\xff\x7f" + text(b"pw/v1/acme/gw1/telemetry")),
    (60, "a plus in a topic", told(b"pw/v1/acme/+/telemetry", VALUES)),
    (60, "a hash in a topic", told(b"pw/v1/acme/#", VALUES)),
    (62, "an empty topic", told(b"", VALUES)),
    (64, "NUL in a topic", told(b"pw/v1/acme/gw1/tele\x00metry", VALUES)),
    (64, "no UTF-8 in a topic", told(b"pw/v1/acme/gw1/tele\xff\xfemetry", VALUES)),
    (65, "a space in a topic", told(b"pw/v1/acme/gw 1/telemetry", VALUES)),
    (71, "CONNECT twice", packet(1, 0, text(b"MQTT") + b"\x04\x02\x00\x3c" + text(b"x"))),
    (71, "SUBSCRIBE with QoS 3", subscribe(1, (b"pw/v1/+/+/+", 3))),
    (71, "packet id 0", publish(b"pw/v1/acme/gw1/telemetry", VALUES, number=0)),
    (71, "PUBLISH with QoS 3", packet(3, 6, text(b"pw/v1/acme/gw1/telemetry") + b"\0\1" + VALUES)),
    (71, "a length of five bytes", b"\x32\xff\xff\xff\xff\x7f"),
]


def test_what_no_protocol_allows_cuts_its_sender_and_nobody_else(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    survived = [f"{number} {what}" for number, what, bad in SEVERED if not cut(address, bad)]
    stored_after(field, tables, 1)

    assert survived == []
    assert tables.count("reading") == 1
    assert ingest.process.poll() is None


def test_who_begins_wrongly_is_not_let_in(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    refused = {
        "71 level 9": connect(address, name(), level=9),
        "71 MQTT 3.1": connect(address, name(), protocol=b"MQIsdp", level=3),
        "72 MQTT 5": packet(1, 0, text(b"MQTT") + b"\x05\x02\x00\x3c\x00" + text(name())),
        "71 PUBLISH first": told(b"pw/v1/acme/gw1/telemetry", VALUES),
        "70 a plus for a name": connect(address, name(), username=b"+"),
        "70 a hash for a name": connect(address, name(), username=b"#"),
        "70 a colon in a name": connect(address, name(), username=b"a:b"),
    }
    came_in = [what for what, first in refused.items() if let_in(address, first)]
    stored_after(field, tables, 1)

    assert came_in == []
    assert tables.count("reading") == 1


def test_69_client_ids_of_any_shape_disturb_nobody(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    for odd in (b"", b"x" * 65_535, b"a/b", b"a#b", b"a+b", b"a b", b"\xff", b"a\x00b"):
        let_in(address, connect(address, odd))
        stored_after(field, tables, tables.count("reading") + 1)

    assert ingest.process.poll() is None


def test_topics_that_the_broker_carries_become_dead_letters_or_nothing(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    """`>` as a level of its own is for NATS a wildcard wider than `pw/v1/+/+/+`: by that filter it
    would take such a message and never give it."""
    carried = {
        b"pw/v1//gw1/telemetry": "62",
        b"pw/v1/acme/gw1/": "62",
        b"pw/v1/acme/gw1/tele\x1b[2Jmetry": "64",
        b"pw/v1/acme/gw1/telemetry\xef\xbf\xbf": "64",
        b"pw/v1/acme/gw1/*": "65",
        b"pw/v1/acme/gw1/>": "65",
        b"pw/v1/ac.me/gw1/telemetry": "65",
    }
    elsewhere = {
        b"/pw/v1/acme/gw1/telemetry": "62",
        b"pw/v1/acme/gw1/telemetry/": "62",
        b"$SYS/x": "61",
        b"$share/g/x": "61",
        b"$CONTROL/x": "61",
        b"$MQTT/msgs/x": "61",
        b"/".join([b"a"] * 200): "63",
        b"x" * 65_535: "63",
    }
    for topic in (*carried, *elsewhere):
        with Wire(address) as wire:
            wire.send(connect(address, name()))
            assert wire.hear() is not None
            wire.send(told(topic, VALUES))
            wire.alive()
        stored_after(field, tables, tables.count("reading") + 1)

    def letters() -> set[str]:
        return {topic for (topic,) in tables.rows("SELECT topic FROM dead_letter")}

    assert tables.count("reading") == len(carried) + len(elsewhere)
    known = {topic.decode() for topic in carried if topic != b"pw/v1//gw1/telemetry"}
    eventually(lambda: known <= letters(), 10)
    assert letters() <= known | {"pw/v1//gw1/telemetry"}
    reasons = [reason for (reason,) in tables.rows("SELECT reason FROM dead_letter")]
    assert all("nknown" in reason and reason.isprintable() for reason in reasons)


def test_66_67_retained_and_every_qos_is_stored_once(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    topic = b"pw/v1/acme/gw1/telemetry"
    with Wire(address) as wire:
        wire.send(connect(address, name()))
        assert wire.hear() is not None
        for qos in (0, 1, 2):
            wire.send(
                publish(topic, b'{"ts":%d,"values":{"GT-101":1}}' % (NOW + qos), qos, qos + 1)
            )
        kinds = [wire.hear(), wire.hear()]
        assert sorted(heard[0] for heard in kinds if heard) == [PUBACK, PUBREC]
        wire.send(packet(6, 2, b"\x00\x03"))
        done = wire.hear()
        assert done is not None
        assert done[0] == PUBCOMP
        wire.send(publish(topic, b'{"ts":%d,"values":{"GT-101":1}}' % (NOW + 9), 1, 9, retain=1))
        assert wire.hear() is not None
    eventually(lambda: tables.count("reading") == 4, 10)
    ingest.kill()
    ingest.restart()
    field.await_status(lambda status: status.ready and status.db_ok, 45.0)
    stored_after(field, tables, 5)

    assert tables.count("reading") == 5
    assert tables.count("dead_letter") == 0
    field.send(b"", retain=True)  # it is kept by the broker until somebody takes it away


def test_73_ten_thousand_subscriptions_of_one_client_disturb_nobody(
    ingest: Ingest, field: Field, tables: Tables, address: BrokerAddress
) -> None:
    with Wire(address, 30.0) as wire:
        wire.send(connect(address, name()))
        assert wire.hear() is not None
        for first in range(0, 10_000, 500):
            wanted = ((b"pw/down/v1/acme/gw%d/ack" % n, 0) for n in range(first, first + 500))
            wire.send(subscribe(first + 1, *wanted))
            heard = wire.hear()
            assert heard is None or heard[0] == SUBACK
            if heard is None:
                break
        stored_after(field, tables, 1)

    assert tables.count("reading") == 1
