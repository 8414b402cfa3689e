"""The ingest service: everything it needs, put together."""

import asyncio
from functools import partial

from services.ingest.book_follower import BookFollower
from services.ingest.door import Door
from services.ingest.sign_of_life import show_life
from services.ingest.storekeeper import Storekeeper
from services.runtime import log
from services.runtime.clock import SystemClock
from services.runtime.lifecycle import run_service
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BadAddress, BrokerAddress
from services.runtime.mqtt_session import MqttSession
from services.runtime.settings import Settings, require
from services.store.book import BookReader
from services.store.postgres_intake import PostgresIntake

FIELD = "pw/v1/+/+/+"
"""The one filter of the durable session: with two or more, NATS loses the order."""

LAST_WRITE_S = 2.0
"""How long a write under way may take once we were told to stop."""

CUT_S = 0.2
"""How long tasks get to notice that their connection was cut, before they are cancelled."""


def main(settings: Settings) -> None:
    """Run until SIGTERM. Needs DATABASE_URL, MQTT_URL and CLIENT_ID_SECRET."""
    log.configure("ingest")
    database_url = require(settings.database_url, "DATABASE_URL")
    secret = require(settings.client_id_secret, "CLIENT_ID_SECRET")
    try:
        address = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
        run_service(partial(serve, settings, database_url, address, secret))
    except BadAddress as error:
        raise SystemExit(f"PARKWATCH_MQTT_URL cannot be used. {error}") from None


async def serve(
    settings: Settings, database_url: str, address: BrokerAddress, secret: str, stop: asyncio.Event
) -> None:
    """Let the field in until `stop`. `secret` ends the client ids, so that nobody can take them."""
    clock = SystemClock()
    intake = PostgresIntake(database_url)
    book = BookReader(database_url, application="parkwatch-ingest-book")
    follower = BookFollower(book)
    keeper = Storekeeper(settings, database_url, clock)
    async with (
        MqttSession(address, f"pw-ingest-{secret}", FIELD, clock) as session,
        MqttBus(address, f"pw-ingest-bus-{secret}") as bus,
        asyncio.TaskGroup() as group,
    ):
        door = Door(session, intake, follower, clock)
        watches = [
            group.create_task(session.watch()),
            group.create_task(bus.watch()),
            group.create_task(follower.run(stop)),
            group.create_task(show_life(bus, session, door, follower, keeper, clock, stop)),
            group.create_task(keeper.run(stop)),
        ]
        work = group.create_task(door.run(stop))
        await asyncio.wait([work, group.create_task(_stopped(stop))], return_when="FIRST_COMPLETED")
        await asyncio.wait([work], timeout=LAST_WRITE_S)
        intake.cut()
        book.cut()
        keeper.cut()
        await asyncio.wait([work, *watches], timeout=CUT_S)
        for task in (work, *watches):
            task.cancel()
    intake.close()
    keeper.close()
    await book.close()


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()
