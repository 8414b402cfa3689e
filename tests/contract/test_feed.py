"""One suite for every Feed: the real session on the real broker, and the one in memory.

Both must behave alike, for the services' tests rely on the one in memory.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from services.runtime.clock import SystemClock
from services.runtime.feed import Delivery, Feed
from services.runtime.memory_feed import MemoryFeed
from services.runtime.mqtt_session import MqttSession
from tests.living.engines_alone import Engines

COMES_AGAIN_S = 12.0
"""NATS gives unacknowledged messages to a new connection after `ack_wait` (5 s)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A feed under test, and the hand that publishes into it at QoS 1."""

    feed: Feed
    publish: Callable[[bytes], None]
    publish_casually: Callable[[bytes], None]

    async def take(self, count: int, within_s: float = 5.0) -> list[Delivery]:
        """Exactly the next `count` deliveries."""
        taken: list[Delivery] = []
        async with asyncio.timeout(within_s):
            while len(taken) < count:
                taken += await self.feed.take(count - len(taken), 0.5)
        return taken

    async def expect_silence(self, seconds: float) -> None:
        assert await self.feed.take(1, seconds) == []


@pytest.fixture(params=["memory", "broker"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        memory = MemoryFeed(SystemClock())
        yield Subject(
            memory,
            lambda payload: memory.publish("pw/v1/a/g/telemetry", payload),
            lambda payload: memory.publish("pw/v1/a/g/telemetry", payload, qos=0),
        )
        return
    engines: Engines = request.getfixturevalue("engines")
    enterprise = f"e{secrets.token_hex(4)}"
    address = engines.broker("ingest")
    publisher = Client(CallbackAPIVersion.VERSION2)
    speaker = engines.broker("api")
    publisher.username_pw_set(speaker.username, speaker.password)
    publisher.connect(speaker.host, speaker.port)
    publisher.loop_start()

    def publish(payload: bytes, qos: int = 1) -> None:
        publisher.publish(f"pw/v1/{enterprise}/g/telemetry", payload, qos).wait_for_publish(5)

    name = f"contract-{enterprise}"
    async with MqttSession(address, name, f"pw/v1/{enterprise}/+/+", SystemClock()) as session:
        async with asyncio.timeout(5):
            while not session.ready:
                await session.take(1, 0.02)
        yield Subject(session, publish, lambda payload: publish(payload, 0))
    publisher.disconnect()
    publisher.loop_stop()


async def test_what_is_published_comes_out_in_its_order(subject: Subject) -> None:
    for number in range(50):
        subject.publish(b"%d" % number)

    taken = await subject.take(50)

    assert [each.payload for each in taken] == [b"%d" % number for number in range(50)]
    assert {(each.qos, each.redelivered, each.retained) for each in taken} == {(1, False, False)}
    assert len({each.packet_id for each in taken}) == 50


async def test_take_waits_no_longer_than_it_is_told_to(subject: Subject) -> None:
    async with asyncio.timeout(1):
        assert await subject.feed.take(5, 0.1) == []


async def test_take_is_woken_by_a_delivery(subject: Subject) -> None:
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        taking = group.create_task(subject.feed.take(5, 60))
        await asyncio.sleep(0.05)
        subject.publish(b"x")

    assert [each.payload for each in taking.result()] == [b"x"]


async def test_what_is_acknowledged_never_comes_again(subject: Subject) -> None:
    subject.publish(b"one")
    subject.feed.ack(await subject.take(1))
    await asyncio.sleep(0.1)

    subject.feed.drop_connection()
    subject.publish(b"two")

    (only,) = await subject.take(1, COMES_AGAIN_S)
    assert only.payload == b"two"


async def test_what_is_not_acknowledged_comes_again_on_a_new_connection(subject: Subject) -> None:
    subject.publish(b"one")
    (before,) = await subject.take(1)

    subject.feed.drop_connection()

    (after,) = await subject.take(1, COMES_AGAIN_S)
    assert after.payload == b"one"
    assert after.redelivered
    assert after.epoch != before.epoch


async def test_an_acknowledgement_of_an_old_connection_acknowledges_nothing(
    subject: Subject,
) -> None:
    subject.publish(b"one")
    old = await subject.take(1)
    subject.feed.drop_connection()
    (again,) = await subject.take(1, COMES_AGAIN_S)

    subject.feed.ack(old)
    subject.feed.drop_connection()

    (third,) = await subject.take(1, COMES_AGAIN_S)
    assert (again.payload, third.payload) == (b"one", b"one")


async def test_acknowledging_twice_is_harmless(subject: Subject) -> None:
    subject.publish(b"one")
    taken = await subject.take(1)
    subject.feed.ack(taken)
    subject.feed.ack(taken)

    subject.publish(b"two")

    (second,) = await subject.take(1)
    assert second.payload == b"two"


async def test_what_was_not_taken_before_a_new_connection_comes_once(subject: Subject) -> None:
    for number in range(3):
        subject.publish(b"%d" % number)
    await asyncio.sleep(0.2)

    subject.feed.drop_connection()

    taken = await subject.take(3, COMES_AGAIN_S)
    assert [each.payload for each in taken] == [b"0", b"1", b"2"]
    assert len({each.epoch for each in taken}) == 1


async def test_qos_0_is_taken_and_needs_no_acknowledgement(subject: Subject) -> None:
    subject.publish_casually(b"casual")

    (taken,) = await subject.take(1)
    subject.feed.ack([taken])

    assert (taken.qos, taken.payload) == (0, b"casual")


async def test_a_repeat_of_what_is_not_yet_acknowledged_is_dropped(subject: Subject) -> None:
    subject.publish(b"slow")
    taken = await subject.take(1)

    if isinstance(subject.feed, MemoryFeed):
        subject.feed.repeat_unacked()
        await subject.expect_silence(0.1)
    elif isinstance(subject.feed, MqttSession):
        async with asyncio.timeout(COMES_AGAIN_S):
            while subject.feed.repeats == 0:
                await subject.expect_silence(0.2)

    subject.feed.ack(taken)
    await subject.expect_silence(0.2)
