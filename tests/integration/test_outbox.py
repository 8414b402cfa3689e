"""Publishing for good on the real broker: what waits is known, and nothing of it is lost."""

from dataclasses import replace

from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import cut
from services.runtime.mqtt_outbox import MqttOutbox
from tests.integration.test_bus import until
from tests.living.engines_alone import Engines
from tests.living.proxy import Proxy

TOPIC = "pw/v1/outbox/_derived/telemetry"


async def test_what_the_broker_has_not_acknowledged_waits_and_comes_after_the_cut(
    engines: Engines,
) -> None:
    address = engines.broker("alerts")
    heard: set[bytes] = set()
    ear = MqttBus(engines.broker("api"), "outbox-ear")
    ear.subscribe("pw/v1/outbox/_derived/telemetry/+", lambda _, payload: heard.add(payload))
    ear.subscribe(TOPIC, lambda _, payload: heard.add(payload))
    with Proxy(address.port) as line:
        outbox = MqttOutbox[int](replace(address, port=line.port), "outbox")
        async with ear:
            await until(lambda: ear.connected)
            assert all(outbox.send(TOPIC, b"%d" % n, n) for n in range(50))
            await until(lambda: outbox.waiting() == [])

            line.cut()
            assert all(outbox.send(TOPIC, b"%d" % n, n) for n in range(50, 100))
            assert outbox.waiting() == list(range(50, 100))
            cut(outbox._client)  # what was on the way is gone with the connection
            line.mend()
            await until(lambda: outbox.waiting() == [] and len(heard) == 100)
            await outbox.close()
    assert heard == {b"%d" % n for n in range(100)}


async def test_beyond_its_end_the_newest_is_let_go_and_counted(engines: Engines) -> None:
    with Proxy(engines.broker("alerts").port) as line:
        line.cut()
        outbox = MqttOutbox[int](
            replace(engines.broker("alerts"), port=line.port), "outbox-full", limit=3
        )
        assert [outbox.send(TOPIC, b"", n) for n in range(5)] == [True, True, True, False, False]
        assert (outbox.waiting(), outbox.refused) == ([0, 1, 2], 2)
        await outbox.close()
