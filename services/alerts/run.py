"""The alerts service: everything wired together."""

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from services.alerts.adoption import adopt
from services.alerts.again import AgainFollower
from services.alerts.desk import Desk, Place, furnish
from services.alerts.ears import Ears
from services.alerts.follower import BookFollower
from services.alerts.handover import Handover
from services.alerts.heir import Heir
from services.alerts.history import HistoryJudge
from services.alerts.leftovers import Leftovers
from services.alerts.recovery import recover
from services.alerts.standby import FolderLock, StandBy, forget_term
from services.alerts.tenure import Relieved, Tenure
from services.domain.reading import Reading
from services.runtime import failpoint, log
from services.runtime.clock import SystemClock
from services.runtime.lifecycle import pause, run_service
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.mqtt_outbox import MqttOutbox
from services.runtime.settings import Settings, require
from services.store.engine_lease import EngineLease
from services.store.judge_again import AgainList
from services.store.leftover import LeftoverTable
from services.wire.bus import STATUS

FIRST_LOOK_S = 3.0
"""A database that has not answered by then is away: the book at hand has to do."""

CLAIMS_GRACE_MS = 30_000
"""Taking over: so long other judges' claims hold until they are said again."""

LAST_RECORD_S = 1.0
"""Told to stop: what may still go on record before another one takes over."""

RELIEVED = 75
"""Our exit code when another engine has taken over: to be started again, to stand by."""

_log = structlog.get_logger()


def main(settings: Settings) -> None:
    """Run the service until it is told to stop, or relieved (exit code 75)."""
    log.configure("alerts")
    failpoint.arm(settings.failpoint, settings.data_dir)
    folder = settings.data_dir / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(folder)
    if settings.alone and not lock.take():
        raise SystemExit(
            f"Another alarm engine runs on {folder}: stop it, or set another PARKWATCH_DATA_DIR."
        )
    service = Service(settings, folder, lock)
    run_service(service.run)
    if service.relieved:
        raise SystemExit(RELIEVED)


class Service:
    """One life of the process: it stands by, then judges, until it is stopped or relieved."""

    def __init__(self, settings: Settings, folder: Path, lock: FolderLock) -> None:
        secret = require(settings.client_id_secret, "CLIENT_ID_SECRET")
        process = secrets.token_hex(8)
        self.relieved = False
        self._folder = folder
        self._lock = lock
        self._url = require(settings.database_url, "DATABASE_URL")
        self._address = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
        self._client_id = f"pw-alerts-{secret}"
        self._clock = SystemClock()
        self._lease = EngineLease(self._url, process, alone=settings.alone)
        self._desk: Desk | None = None
        # Two engines are at the broker at once, each with a bus of its own.
        self._bus_id = f"{self._client_id}-bus-{process}"
        self._bus = MqttBus(self._address, self._bus_id, self._tell_all)
        self._tenure = Tenure(self._lease, settings.engine_lease_s, self._clock)
        self._tenure.bus_hears = lambda: self._bus.connected
        self._bus.subscribe(f"{STATUS}/alerts", self._tenure.hear)

    async def run(self, stop: asyncio.Event) -> None:
        """Stand by, then judge."""
        try:
            async with self._bus, asyncio.TaskGroup() as group:
                watching = group.create_task(self._bus.watch())
                if await self._stand_by(stop):
                    await self._judge(stop)
                watching.cancel()
        except* Relieved:
            self.relieved = True
            forget_term(self._folder)
            _log.warning("another engine has taken over: ending, to stand by")
        else:
            await self._tenure.release()

    async def _stand_by(self, stop: asyncio.Event) -> bool:
        return await StandBy(
            self._folder,
            self._lock,
            self._lease,
            Handover(self._folder, LeftoverTable(self._url)),
            self._tenure,
            self._clock,
            lambda: self._bus.connected,
        ).wait(stop)

    def _tell_all(self) -> None:
        if self._desk is not None:
            self._desk.heartbeat.tell_all()

    async def _judge(self, stop: asyncio.Event) -> None:
        desk = self._desk = self._furnish()
        async with desk.ears.feed, asyncio.TaskGroup() as group:
            await desk.ears.open()
            tasks = [
                group.create_task(each)
                for each in (
                    self._tenure.run(stop),
                    desk.ears.run(),
                    desk.follower.run(),
                    desk.recorder.run(),
                    desk.heartbeat.run(),
                    desk.outbox.watch(),
                )
            ]
            await _have_book(desk.follower, 0 if self._tenure.silent else FIRST_LOOK_S, stop)
            heir = await self._take_up(desk, stop)
            tasks += [group.create_task(each) for each in self._work(desk, heir)]
            desk.commands.open = desk.claims.open = True
            self._tenure.started()
            await desk.watch.run(stop)
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_RECORD_S):
                    await desk.recorder.reached(desk.judge.ledger.spool.last)
            for task in tasks:
                task.cancel()
        await desk.outbox.close()
        await desk.keeper.keep()
        desk.found.ledger.spool.close()
        desk.found.heard.close()
        position = desk.found.ledger.spool.last
        _log.info("stopped", position=position, recorded=desk.recorder.position)

    def _furnish(self) -> Desk:
        ears = Ears(self._address, self._client_id, self._clock, self._tenure)
        outbox = MqttOutbox[tuple[Reading, ...]](self._address, f"{self._bus_id}-derived")
        place = Place(
            self._folder, self._url, self._bus, outbox, self._lease, self._tenure, self._clock
        )
        return furnish(place, recover(self._folder, self._clock.now_ms()), ears)

    async def _take_up(self, desk: Desk, stop: asyncio.Event) -> Heir | None:
        """Bring the engine to where the one before it was, on this disk or another."""
        since = self._tenure.inherit_since
        fresh = not (desk.found.has_snapshot or stop.is_set())
        if fresh:
            await self._adopt(desk, since is not None, stop)
        desk.judge.recall(desk.found.recalled.readings)
        desk.outlet.send(desk.found.unsent)
        desk.found.let_go()
        heir = None
        if since is not None and not stop.is_set():
            heir = Heir(self._url, desk.judge, self._lease, since)
            await heir.begin()
        if fresh or heir:
            await desk.keeper.keep()
        return heir

    async def _adopt(self, desk: Desk, must: bool, stop: asyncio.Event) -> None:
        """`must`: without the record we would raise again what another engine raised."""
        while True:
            now, grace = self._clock.now_ms(), CLAIMS_GRACE_MS if must else 0
            done = await adopt(desk.found, self._url, desk.recorder, now, grace, inherits=must)
            if done or not must or await pause(stop, 1.0):
                return

    def _work(self, desk: Desk, heir: Heir | None) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the watch."""
        judge, keeper = desk.judge, desk.keeper
        again = AgainFollower(AgainList(self._url), judge, keeper, desk.watch.passed)
        desk.follower.on_points = again.learn
        history = HistoryJudge(self._url, judge, desk.recorder)
        leftovers = Leftovers(LeftoverTable(self._url), judge, self._tenure.holds)
        work = [history.run(), keeper.run(), again.run(), leftovers.run()]
        return work if heir is None else [*work, heir.run()]


async def _have_book(follower: BookFollower, patience_s: float, stop: asyncio.Event) -> None:
    """Wait for the register: judging without it would pass readings by. With a book on our own
    disk wait only for one look at the database, for the book may have changed while we were away.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await follower.looked.wait()
    while not follower.loaded:
        if await pause(stop, 0.1):
            return
