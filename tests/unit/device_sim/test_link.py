"""A gateway's link against a real broker: in order, nothing lost, and patient within reason."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_sim.clock import SystemClock
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker, Login
from device_sim.transport.courier import Courier
from device_sim.transport.link import GatewayLink, GaveUp, Patience
from device_sim.transport.presence import greeting
from tests.living.port import free_port
from tests.unit.device_sim.hall import Ear, Hall

LOGIN = Login("E1.G1", "secret")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    found = Hall(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def ear(hall: Hall) -> Iterator[Ear]:
    found = Ear(hall.broker)
    yield found
    found.stop()


def _numbered(number: int) -> Outgoing:
    return Outgoing("pw/v1/E1/G1/telemetry", str(number).encode())


def test_everything_arrives_once_and_in_order(hall: Hall, ear: Ear) -> None:
    link = GatewayLink(hall.broker, LOGIN, SystemClock(), window=20)
    for number in range(300):
        link.send(_numbered(number))
        assert link.waiting <= 20
    link.settle()
    assert link.acknowledged == 300
    link.close()
    ear.wait_for(300)
    assert ear.numbers() == list(range(300))


def test_a_killed_broker_costs_nothing(hall: Hall, ear: Ear) -> None:
    link = GatewayLink(hall.broker, LOGIN, SystemClock(), window=50)
    for number in range(100):
        link.send(_numbered(number))
    hall.kill()
    for _ in range(3):
        link.pump(0.05)
    assert not link.connected
    assert link.trouble
    hall.start()
    for number in range(100, 200):
        link.send(_numbered(number))
    link.settle()
    link.close()
    assert link.acknowledged == 200
    ear.wait_for(200)
    assert set(ear.numbers()) == set(range(200))


def test_a_refused_sign_in_is_given_up_in_words(hall: Hall) -> None:
    link = GatewayLink(
        hall.broker, Login("E1.G1", "wrong"), SystemClock(), patience=Patience(refused_s=0.5)
    )
    with pytest.raises(GaveUp, match="refused the sign-in"):
        link.send(_numbered(1))


def test_a_broker_that_is_not_there_is_given_up_in_words() -> None:
    link = GatewayLink(
        Broker("127.0.0.1", free_port()), LOGIN, SystemClock(), patience=Patience(stalled_s=0.5)
    )
    with pytest.raises(GaveUp, match="no broker at 127"):
        link.send(_numbered(1))


def test_it_says_hello_and_farewell_and_the_broker_speaks_for_it_after_a_cut(
    hall: Hall, ear: Ear
) -> None:
    clock = SystemClock()
    link = GatewayLink(hall.broker, LOGIN, clock, greeting=greeting("E1", "G1", clock))
    link.send(_numbered(1))
    link.settle()
    assert link._connection is not None
    link._connection.drop()
    ear.wait_for(1)
    deadline = time.monotonic() + 10
    while len(ear.heard) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    states = [json.loads(body)["online"] for topic, body in ear.heard if topic.endswith("state")]
    assert states == [True, False]


def test_a_link_that_is_cut_sends_again_what_nobody_acknowledged(hall: Hall, ear: Ear) -> None:
    link = GatewayLink(hall.broker, LOGIN, SystemClock(), window=50)
    for number in range(40):
        link.send(_numbered(number))
        if number % 10 == 9:
            link.cut()
            assert not link.connected
    link.settle()
    link.close()
    ear.wait_for(40)
    assert set(ear.numbers()) == set(range(40))


def test_a_courier_off_the_air_keeps_what_it_is_given(hall: Hall, ear: Ear) -> None:
    clock = SystemClock()
    courier = Courier("E1/G1", GatewayLink(hall.broker, LOGIN, clock), clock)
    courier.start()
    courier.offer(_numbered(0))
    deadline = time.monotonic() + 10
    while courier.acknowledged < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    courier.off_the_air = True
    while courier.trouble is None and time.monotonic() < deadline:
        time.sleep(0.01)
    for number in range(1, 6):
        courier.offer(_numbered(number))
    assert courier.waiting == 5
    courier.off_the_air = False
    ear.wait_for(6)
    courier.ask_to_stop(None, 2.0)
    courier.join(5.0)
    assert sorted(set(ear.numbers())) == list(range(6))


def test_a_courier_that_settles_goes_on_until_the_last_acknowledgement(
    hall: Hall, ear: Ear
) -> None:
    """Its broker is away at the moment at which it is told to end: what it has said nobody has."""
    clock = SystemClock()
    link = GatewayLink(hall.broker, LOGIN, clock, patience=Patience(None, None))
    courier = Courier("E1/G1", link, clock)
    courier.start()
    courier.offer(_numbered(0))
    ear.wait_for(1)
    ear.stop()
    hall.kill()
    for number in range(1, 21):
        courier.offer(_numbered(number))
    courier.ask_to_stop(None, 20.0, settle=True)
    hall.start()
    courier.join(25.0)
    assert (courier.alive, courier.waiting, courier.acknowledged) == (False, 0, 21)
