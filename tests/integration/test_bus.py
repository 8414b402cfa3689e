"""Our own bus on the real broker."""

import asyncio
from collections.abc import Callable

from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import cut
from tests.living.engines_alone import Engines


async def until(true: Callable[[], bool]) -> None:
    """Wait up to ten seconds for something to be true."""
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never became true")


async def test_what_is_published_is_heard_in_order_by_those_who_subscribed(
    engines: Engines,
) -> None:
    heard: list[tuple[str, bytes]] = []
    ready = asyncio.Event()
    listener = MqttBus(engines.broker("api"), "bus-a", ready.set)
    listener.subscribe("pw/int/v1/status/+", lambda *each: heard.append(each))
    async with listener, MqttBus(engines.broker("alerts"), "bus-b") as speaker:
        await until(lambda: speaker.connected)
        async with asyncio.timeout(5):
            await ready.wait()
        assert all(speaker.publish("pw/int/v1/status/alerts", b"%d" % n) for n in range(100))
        assert speaker.publish("pw/int/v1/values", b"not for us")
        await until(lambda: len(heard) == 100)

    assert heard == [("pw/int/v1/status/alerts", b"%d" % n) for n in range(100)]


async def test_without_a_connection_nothing_is_kept(engines: Engines) -> None:
    bus = MqttBus(engines.broker("alerts"), "bus-c")

    assert not bus.publish("pw/int/v1/status/alerts", b"lost")
    assert bus.dropped_out == 1


async def test_it_comes_back_with_its_subscriptions_and_says_so(engines: Engines) -> None:
    heard: list[bytes] = []
    connections: list[int] = []
    bus = MqttBus(engines.broker("api"), "bus-d", lambda: connections.append(1))
    bus.subscribe("pw/int/v1/alarms", lambda _, payload: heard.append(payload))
    async with bus, MqttBus(engines.broker("alerts"), "bus-e") as speaker:
        await until(lambda: len(connections) == 1 and speaker.connected)

        cut(bus._client)

        await until(lambda: len(connections) == 2)
        speaker.publish("pw/int/v1/alarms", b"after")
        await until(lambda: heard == [b"after"])
