"""Ingest's status on the bus, every second: whether it hears the field and can store it."""

import asyncio

import msgspec

from services.ingest.book_follower import BookFollower
from services.ingest.door import Door
from services.ingest.storekeeper import Storekeeper
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_session import MqttSession
from services.wire.bus import STATUS, Status

PERIOD_S = 1.0


async def show_life(
    bus: MqttBus,
    session: MqttSession,
    door: Door,
    follower: BookFollower,
    keeper: Storekeeper,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Publish `Status` until told to stop. Ready means: the field's subscription is granted."""
    encode = msgspec.json.Encoder().encode
    while not stop.is_set():
        status = Status(
            service="ingest",
            ready=session.ready,
            at=clock.now_ms(),
            db_ok=door.tally.db_ok and follower.answers,
            commit_at=door.tally.commit_at,
            rollup_lag_ms=keeper.roller.progress.lag_ms(clock.now_ms()),
            free_share=keeper.retention.free,
            detail=door.tally.sentence(session.unacked),
        )
        bus.publish(f"{STATUS}/ingest", encode(status))
        await pause(stop, PERIOD_S)
