"""The alerts service: everything wired together."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from services.alerts.adoption import adopt
from services.alerts.again import AgainFollower
from services.alerts.claim_door import ClaimDoor
from services.alerts.commands import Commands
from services.alerts.follower import BookFollower
from services.alerts.heartbeat import Heartbeat
from services.alerts.history import HistoryJudge
from services.alerts.judge import Judge
from services.alerts.keeper import Keeper
from services.alerts.publisher import Publisher
from services.alerts.recorder import Recorder
from services.alerts.recovery import recover
from services.alerts.watch import Watch
from services.runtime import log
from services.runtime.buckets import MAPPED_FILTER, REST, REST_FILTER
from services.runtime.clock import Clock, SystemClock
from services.runtime.feed import Lease
from services.runtime.lifecycle import pause, run_service
from services.runtime.many_feed import ManyFeed
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.mqtt_session import MqttSession
from services.runtime.settings import Settings, require
from services.store.book import BookReader
from services.store.judge_again import AgainList
from services.wire.bus import CLAIM, COMMAND

FIRST_LOOK_S = 3.0
"""A database that has not answered by then is away: the book at hand has to do."""

_log = structlog.get_logger()


def main(settings: Settings) -> None:
    """Run the service until it is told to stop."""
    log.configure("alerts")
    folder = settings.data_dir / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        run_service(lambda stop: _serve(settings, folder, stop))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One engine a folder: two would write into one spool."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit(
                f"Another alarm engine runs on {folder}: stop it, or set another "
                "PARKWATCH_DATA_DIR."
            ) from None
        yield


async def _serve(settings: Settings, folder: Path, stop: asyncio.Event) -> None:
    database_url = require(settings.database_url, "DATABASE_URL")
    address = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
    client_id = f"pw-alerts-{require(settings.client_id_secret, 'CLIENT_ID_SECRET')}"
    clock = SystemClock()
    found = recover(folder, clock.now_ms())
    feed = _hearing(address, client_id, clock)
    bus = MqttBus(address, f"{client_id}-bus", on_connected=lambda: heartbeat.tell_all())
    publisher = Publisher(bus, found.ledger.epoch)
    judge = Judge(found.engine, found.ledger, publisher, clock, found.marks)
    recorder = Recorder(database_url, found.ledger.spool.folder, found.ledger.spool.id, clock)
    follower = BookFollower(BookReader(database_url), judge, found.has_book)
    keeper = Keeper(judge, recorder, found.store, found.heard)
    watch = Watch(feed, judge, clock, found.heard, found.recalled.messages)
    heartbeat = Heartbeat(
        judge, watch, recorder, keeper, lambda: feed.ready and bus.connected and watch.running
    )
    commands = Commands(judge)
    bus.subscribe(COMMAND, commands.hear)
    claims = ClaimDoor(judge)
    bus.subscribe(CLAIM, claims.hear)
    _connect(judge, recorder, keeper, heartbeat)
    async with feed, bus, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(each)
            for each in (
                feed.watch(),
                bus.watch(),
                follower.run(),
                recorder.run(),
                heartbeat.run(),
            )
        ]
        await _have_book(follower, stop)
        fresh = not (found.has_snapshot or stop.is_set())
        if fresh:
            await adopt(found, database_url, recorder, clock.now_ms())
        judge.recall(found.recalled.readings)
        if fresh:
            await keeper.keep()
        history = HistoryJudge(database_url, judge, recorder)
        again = AgainFollower(AgainList(database_url), judge, keeper, watch.passed)
        follower.on_points = again.learn
        for each in (history.run(), keeper.run(), again.run()):
            tasks.append(group.create_task(each))
        commands.open = claims.open = True
        await watch.run(stop)
        for task in tasks:
            task.cancel()
    await keeper.keep()
    found.ledger.spool.close()
    found.heard.close()
    _log.info("stopped", position=found.ledger.spool.last, recorded=recorder.position)


def _hearing(address: BrokerAddress, client_id: str, clock: Clock) -> ManyFeed:
    """One engine hears it all: what the broker maps to buckets, and the rest."""
    feed = ManyFeed()
    for name, topic_filter, bucket in (
        (client_id, REST_FILTER, REST),
        (f"{client_id}-b", MAPPED_FILTER, 0),
    ):
        feed.add(
            lease := Lease(bucket),
            MqttSession(
                address,
                name,
                topic_filter,
                clock,
                lease=lease,
                arrived=feed.arrived,
                budget=feed.budget,
            ),
        )
    return feed


def _connect(judge: Judge, recorder: Recorder, keeper: Keeper, heartbeat: Heartbeat) -> None:
    def recorded(position: int) -> None:
        before = judge.ledger.recorded_seq
        judge.ledger.recorded(position)
        if judge.ledger.recorded_seq != before:
            heartbeat.beat()

    judge.on_noted = recorder.wake
    judge.on_book = keeper.keep_book
    recorder.on_recorded = recorded
    recorder.on_damage = judge.mark_everywhere


async def _have_book(follower: BookFollower, stop: asyncio.Event) -> None:
    """Wait for the register: judging without it would pass readings by. With a book on our own
    disk wait only for one look at the database, for the book may have changed while we were away.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_LOOK_S):
            await follower.looked.wait()
    while not follower.loaded:
        if await pause(stop, 0.1):
            return
