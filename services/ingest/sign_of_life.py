"""Ingest's status on the bus, every second: whether it hears the field and can store it."""

import asyncio
from dataclasses import asdict

import msgspec

from services.ingest.book_follower import BookFollower
from services.ingest.bucket_holder import BucketHolder
from services.ingest.door import Door
from services.ingest.session_watch import SessionWatch
from services.ingest.storekeeper import Storekeeper
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.runtime.mqtt_bus import MqttBus
from services.wire.bus import STATUS, Status

PERIOD_S = 1.0


async def show_life(
    bus: MqttBus,
    holder: BucketHolder,
    door: Door,
    follower: BookFollower,
    keeper: Storekeeper,
    sessions: SessionWatch,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Publish `Status` until told to stop. Ready means: what it is to hear it hears."""
    encode = msgspec.json.Encoder().encode
    while not stop.is_set():
        status = Status(
            service="ingest",
            ready=holder.ready,
            at=clock.now_ms(),
            db_ok=door.tally.db_ok and follower.answers,
            commit_at=door.tally.commit_at,
            canary_at=door.canary.stored_at,
            rollup_lag_ms=keeper.roller.progress.lag_ms(clock.now_ms()),
            free_share=keeper.retention.free,
            room=None if (room := keeper.retention.room) is None else room.value,
            in_flight=door.in_flight.by_cell(),
            readings=_figures(door),
            gaps_opened=door.tally.gaps,
            sessions_lost=sessions.lost,
            acks_sent=door.downlink.sent,
            queued=holder.feed.queued,
            queue_refused=holder.feed.refused_full,
            apart=door.apart.total.readings,
            apart_since=door.apart.oldest,
            letters_dropped=door.tally.dropped,
            detail=door.tally.sentence(holder.feed.unacked),
            worker=holder.process,
            buckets=holder.heard,
            buckets_of=holder.of_field,
        )
        bus.publish(f"{STATUS}/ingest", encode(status))
        await pause(stop, PERIOD_S)


def _figures(door: Door) -> dict[str, int]:
    """What became of each reading committed since the start."""
    return {name: number for name, number in asdict(door.tally.counted).items() if number}
