"""The ingest service: everything it needs, put together."""

import asyncio
import secrets
from functools import partial

from services.ingest.aside import Aside
from services.ingest.book_follower import BookFollower
from services.ingest.bucket_holder import BucketHolder, Wanted
from services.ingest.chores import Chores
from services.ingest.door import Door
from services.ingest.precedence import Precedence
from services.ingest.session_watch import SessionWatch
from services.ingest.sign_of_life import show_life
from services.ingest.storekeeper import Storekeeper
from services.ingest.vitals_writer import VitalsWriter
from services.runtime import log
from services.runtime.buckets import REST, bucket_of, parse_buckets
from services.runtime.clock import Clock, SystemClock
from services.runtime.lifecycle import run_service
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BadAddress, BrokerAddress
from services.runtime.mqtt_session import MqttSession
from services.runtime.settings import Settings, require
from services.store.book import BookReader
from services.store.bucket_lease import LeaseTable
from services.store.postgres_intake import PostgresIntake
from services.store.postgres_set_aside import PostgresSetAside
from services.store.session_mark import SessionMarks

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
    process = secrets.token_hex(8)
    precedence = Precedence()
    holder = _holder(settings, process, database_url, address, secret, clock)
    holder.feed.urgent = precedence.is_urgent
    intake = PostgresIntake(database_url, application=f"parkwatch-ingest {process}")
    book = BookReader(database_url, application="parkwatch-ingest-book")
    follower = BookFollower(book)
    keeper = Storekeeper(settings, database_url, clock)
    rate = settings.gateway_rate if settings.rate_limit else 0
    chores = Chores(PostgresSetAside(intake), Aside(rate, clock), clock)
    async with (
        MqttBus(address, f"pw-ingest-bus-{process}-{secret}") as bus,
        asyncio.TaskGroup() as group,
    ):
        sessions = SessionWatch(lambda: _named(holder), SessionMarks(database_url), clock)
        door = Door(holder.feed, intake, follower, clock, None, chores, precedence)
        vitals = _vitals(settings, database_url, holder, door, clock)
        watches = [
            group.create_task(holder.run(stop)),
            group.create_task(vitals.run(stop)),
            group.create_task(bus.watch()),
            group.create_task(follower.run(stop)),
            group.create_task(
                show_life(bus, holder, door, follower, keeper, sessions, clock, stop)
            ),
            group.create_task(keeper.run(stop)),
            group.create_task(door.downlink.run(bus.publish, stop)),
            group.create_task(sessions.run(stop)),
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
        vitals.close()
        await holder.close()
    intake.close()
    keeper.close()
    await book.close()


def _holder(
    settings: Settings,
    process: str,
    database_url: str,
    address: BrokerAddress,
    secret: str,
    clock: Clock,
) -> BucketHolder:
    wanted = Wanted(
        parse_buckets(settings.buckets),
        settings.maps_buckets,
        settings.alone,
        settings.every_leaf,
        settings.broker_window,
    )
    owner = settings.worker or process
    table = LeaseTable(database_url, owner, process, lease_s=settings.lease_s, alone=settings.alone)
    return BucketHolder(wanted, table, address, secret, clock)


def _vitals(
    settings: Settings, database_url: str, holder: BucketHolder, door: Door, clock: Clock
) -> VitalsWriter:
    return VitalsWriter(
        database_url,
        door.gateways,
        bucket_of if settings.maps_buckets else lambda _: REST,
        lambda: frozenset(lease.bucket for lease in holder.feed.sessions),
        lambda: frozenset(holder.heard),
        clock,
    )


def _named(holder: BucketHolder) -> dict[str, MqttSession]:
    return {f"ingest/{lease.bucket}": each for lease, each in holder.feed.sessions.items()}


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()
