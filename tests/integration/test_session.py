"""What only the real session can get wrong: a dead thread, a refused filter, a full queue."""

import asyncio
import secrets

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from services.runtime.clock import ManualClock, SystemClock
from services.runtime.mqtt_client import make_client
from services.runtime.mqtt_session import MqttSession, SubscriptionRefused
from services.runtime.mqtt_thread import NetworkThread, NetworkThreadDied
from services.stack.broker import WINDOW
from tests.living.engines_alone import Engines

COMES_AGAIN_S = 7.0
"""NATS gives again what was not acknowledged within `ack_wait` (5 s)."""


def publish(engines: Engines, topic: str, payloads: list[bytes]) -> None:
    """Publish at QoS 1 as one of our own services."""
    address = engines.broker("api")
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(address.username, address.password)
    client.connect(address.host, address.port)
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


async def until_dead(thread: NetworkThread) -> None:
    """Check it for up to five seconds."""
    for _ in range(500):
        await asyncio.sleep(0.01)
        thread.check()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_network_thread_that_died_is_noticed(engines: Engines) -> None:
    client = make_client(engines.broker("api"), "dying", durable=False)
    connected = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail(_client: Client, _userdata: object, _message: MQTTMessage) -> None:
        raise RuntimeError("a bug in a callback")

    def subscribe(*_: object) -> None:
        client.subscribe("pw/int/v1/status/api")

    def granted(*_: object) -> None:
        loop.call_soon_threadsafe(connected.set)

    client.on_connect = subscribe
    client.on_subscribe = granted
    client.on_message = fail
    thread = NetworkThread(client)
    thread.start()
    async with asyncio.timeout(5):
        await connected.wait()
    thread.check()

    client.publish("pw/int/v1/status/api", b"x")

    with pytest.raises(NetworkThreadDied):
        await until_dead(thread)


async def test_a_refused_subscription_ends_the_service(engines: Engines) -> None:
    name = f"refused-{secrets.token_hex(4)}"
    address = engines.broker("ingest")
    async with MqttSession(address, name, "pw/v1/a b/+", SystemClock()) as session:
        with pytest.raises(SubscriptionRefused, match="pw/v1/a b"):
            async with asyncio.timeout(10):
                await session.watch()
        assert not session.ready


@pytest.mark.parametrize(("capacity", "capacity_bytes"), [(10, 10**6), (1000, 10_000)])
async def test_what_our_queue_has_no_room_for_stays_with_the_broker(
    engines: Engines, capacity: int, capacity_bytes: int
) -> None:
    enterprise = f"e{secrets.token_hex(4)}"
    name = f"small-{enterprise}"
    payloads = [b"%4d" % number + b"x" * 996 for number in range(30)]
    session = MqttSession(
        engines.broker("ingest"),
        name,
        f"pw/v1/{enterprise}/+/+",
        SystemClock(),
        capacity,
        capacity_bytes,
    )
    async with session, asyncio.TaskGroup() as group:
        watch = group.create_task(session.watch())
        while not session.ready:
            await session.take(1, 0.02)
        publish(engines, f"pw/v1/{enterprise}/g/telemetry", payloads)
        assert session.unacked <= 10
        seen: set[bytes] = set()
        async with asyncio.timeout(60):
            while len(seen) < 30:
                taken = await session.take(10, 0.5)
                seen |= {each.payload for each in taken}
                session.ack(taken)
        watch.cancel()

    assert seen == set(payloads)
    assert session.refused_full >= 10


async def test_in_a_backlog_urgent_topics_come_first_and_all_can_be_acknowledged(
    engines: Engines,
) -> None:
    enterprise = f"e{secrets.token_hex(4)}"
    topics = [f"pw/v1/{enterprise}/{gateway}/telemetry" for gateway in ("rest", "gas")]
    session = MqttSession(
        engines.broker("ingest"),
        f"lanes-{enterprise}",
        f"pw/v1/{enterprise}/+/+",
        SystemClock(),
        urgent=lambda topic: topic == topics[1],
    )
    async with session:
        async with asyncio.timeout(10):
            while not session.ready:
                await session.take(1, 0.02)
        await asyncio.to_thread(publish, engines, topics[0], [b"%d" % n for n in range(60)])
        await asyncio.to_thread(publish, engines, topics[1], [b"%d" % n for n in range(5)])
        async with asyncio.timeout(10):
            while session.queued < 65:  # noqa: ASYNC110 - the network thread fills it
                await asyncio.sleep(0.02)
        first = await session.take(10, 1.0)
        rest = await session.take(100, 1.0)
        session.ack(first)
        session.ack(rest)
        again = await session.take(1, COMES_AGAIN_S)

    assert [each.payload for each in first if each.topic == topics[1]] == [
        b"%d" % n for n in range(5)
    ]
    assert len(first) + len(rest) == 65
    assert again == [], "acknowledged in another order than they came, and taken as such"


async def test_what_cannot_have_waited_at_the_broker_is_known_until_the_connection_is_lost(
    engines: Engines,
) -> None:
    enterprise = f"e{secrets.token_hex(4)}"
    topic, clock = f"pw/v1/{enterprise}/g/telemetry", ManualClock()
    session = MqttSession(
        engines.broker("ingest"),
        f"abreast-{enterprise}",
        f"pw/v1/{enterprise}/+/+",
        clock,
        window=WINDOW,
    )

    async def subscribed() -> None:
        async with asyncio.timeout(10):
            while not session.ready:
                await session.take(1, 0.02)

    async def prompt() -> bool:
        await asyncio.to_thread(publish, engines, topic, [b"x"])
        (taken,) = await session.take(1, 5.0)
        session.ack([taken])
        return taken.prompt

    async with session:
        await subscribed()
        at_first = await prompt()
        for _ in range(44):
            clock.advance(0.25)
            session.look()
        settled = await prompt()
        session.drop_connection()
        await subscribed()
        anew = await prompt()

    assert (at_first, settled, anew) == (False, True, False)
