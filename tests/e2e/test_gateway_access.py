"""A gateway speaks for itself alone, from its registration to its removal."""

import threading
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.living.field import ended, publish, send, subscriber
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Gateway, Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.patient]

CUT_WITHIN_S = 10.0


def test_a_gateway_publishes_only_below_its_own_prefix(park: Park, store: Store) -> None:
    ours, theirs = park.enterprise("A"), park.enterprise("B")
    intruder, victim = ours.gateway(), theirs.gateway()
    neighbour = ours.gateway("gw2")
    theirs.gas_detector("GT-101")
    ours.gas_detector("GT-101")
    ours.in_force()
    with Live(park.admin) as live:
        for topic in (
            victim.topic,
            neighbour.topic,
            victim.downlink,
            "pw/int/v1/alarms",
            "pw/int/v1/command",
            f"pw/v1/{theirs.code}/gw1/telemetry/deeper",
        ):
            publish(intruder, {"values": {"GT-101": 99}}, topic=topic)
        send(victim, {"GT-101": 55})
        live.wait_event("raised", theirs.code, "GT-101", 5.0)
        eventually(lambda: store.reading_count(theirs.code) >= 1, 10.0, "the victim's own reading")
        time.sleep(1.0)
        assert [value for _, _, value in store.readings(theirs.code)] == [55]
        assert store.readings(ours.code) == []
        assert live.events(ours.code) == []
        assert len(live.events(theirs.code)) == 1


def test_a_gateway_hears_only_its_own_downlink(park: Park) -> None:
    ours, theirs = park.enterprise("A"), park.enterprise("B")
    spy, victim = ours.gateway(), theirs.gateway()
    theirs.gas_detector("GT-101")
    theirs.in_force()
    topics = [victim.topic, "#", "pw/v1/#", "pw/int/v1/#", victim.downlink, "$SYS/#"]
    with ExitStack() as until:
        spies = [until.enter_context(subscriber(spy, topic)) for topic in topics]
        time.sleep(1.0)
        send(victim, {"GT-101": 55})
        send(victim, {"GT-101": 3})
        time.sleep(2.0)
        for topic, listening in zip(topics, spies, strict=True):
            heard = ended(listening)
            assert "GT-101" not in heard, f"{topic} was delivered: {heard}"
            assert "pw/" not in heard.replace(topic, ""), f"{topic} was delivered: {heard}"


def test_a_removed_gateway_is_cut_while_it_is_connected(park: Park) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    cut = threading.Event()
    client = connected(gateway, cut)
    with subscriber(gateway, gateway.downlink) as listening:
        time.sleep(1.0)
        assert listening.poll() is None
        assert not cut.is_set()
        removed = time.monotonic()
        park.admin.remove(f"/enterprises/{enterprise.code}/gateways/{gateway.code}")
        assert cut.wait(CUT_WITHIN_S), "a live connection of a removed gateway stood"
        listening.wait(max(0.1, removed + CUT_WITHIN_S - time.monotonic()))
    client.loop_stop()
    assert publish(gateway, {"values": {"GT-101": 55}}).returncode != 0


def test_credentials_are_valid_at_once_and_rotate_at_once(park: Park) -> None:
    enterprise = park.enterprise()
    enterprise.point("TI-1")
    old = enterprise.gateway()
    assert publish(old, {"values": {"TI-1": 1}}).returncode == 0
    new = enterprise.rotate()
    assert new.password != old.password
    assert publish(new, {"values": {"TI-1": 2}}).returncode == 0
    assert publish(replace(old, client_id="old"), {"values": {"TI-1": 3}}).returncode != 0
    eventually(
        lambda: publish(replace(new, password="guess"), "{}").returncode != 0, 1.0, "a refusal"
    )


def connected(gateway: Gateway, cut: threading.Event) -> Client:
    """A client with a live connection that says when it is cut, and does not come back."""
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"{gateway.client_id}-paho",
        reconnect_on_failure=False,
    )
    client.username_pw_set(gateway.username, gateway.password)
    client.on_disconnect = lambda *_: cut.set()
    client.connect("127.0.0.1", gateway.mqtt_port)
    client.loop_start()
    eventually(client.is_connected, 5.0, "the gateway connects")
    return client
