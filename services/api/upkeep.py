"""What the api does all the time: look at the database, keep the door, beat, flush."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from services.api import connectivity, drill_desk, due_watch, notice_watch, room_watch
from services.api.database import DatabaseAway
from services.api.once import PRUNE_S
from services.api.replica import Source
from services.api.window import Window
from services.runtime.clock import to_datetime
from services.store import alarm_list, approval, sign_in_session
from services.store.tenant import EVERY

LOOK_S = 0.5
BACK_S = 0.05
"""How soon after the database is back its changes are looked at."""
WATCH_S = 0.25
STORE_S = 10.0
VALUES_S = 0.1
SEAL_S = 20.0
HEARTBEAT_S = 2.0
USES_S = 15.0
"""How often it is put on record which sessions are used: what a kill may lose."""

RETRY_S = 1.0
"""Between two tries to make the broker take its users, or to reach the database."""

PATIENCE_S = 3.0
"""How long an engine may take to answer before the record is shown in its place."""

MOST_FROM_STORE = 20_000

APPROVALS_KEPT = timedelta(days=3 * 366)
"""As long as alarms and audit records are kept at the least; what came of an approved one stands in
the journal for good."""

SESSIONS_KEPT = timedelta(days=30)
"""After their end, for whoever asks where an account was used."""


class Upkeep:
    """The background work of one process; each `run_…` goes on for ever."""

    def __init__(self, here: Window, admin_password: str | None) -> None:
        self._here = here
        self._admin_password = admin_password
        self._started = here.clock.monotonic()
        self._has_admin = False

    async def run_database(self) -> None:
        """Probe, and follow what changed in the register and among the people.

        Side by side: what waits for a server that stands still must not keep the probe from it.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(_every(LOOK_S, self._here.database.probe))
            group.create_task(self._follow())

    async def run_watch(self) -> None:
        """Ask for the snapshot that is wanted, and say at once when something broke."""
        await _every(WATCH_S, self._watch)

    async def run_door(self) -> None:
        """Keep the broker's users at what the register says."""
        while True:
            await self._here.door.follow()
            await asyncio.sleep(RETRY_S if self._here.door.trouble else WATCH_S)

    async def run_broker_watch(self) -> None:
        """See what the broker refuses, where its log can be read."""
        if self._here.broker_watch is not None:
            await _every(WATCH_S, self._here.broker_watch.follow)

    async def run_broker_store(self) -> None:
        """See how full the broker's store is, where the broker says so."""
        if self._here.broker_store is not None:
            await _every(STORE_S, self._here.broker_store.look)

    async def run_sealing(self) -> None:
        """Seal the journal once a day."""
        if self._here.sealing is not None:
            await _every(SEAL_S, self._here.sealing.look)

    async def run_due_watch(self) -> None:
        """Say whose calibration or bump test is due."""
        while True:
            with suppress(DatabaseAway):
                await self._here.due_watch.look()
            await asyncio.sleep(due_watch.LOOK_S)

    async def run_room_watch(self) -> None:
        """Say how much room there is for what is stored, where it runs out."""
        await _every(room_watch.LOOK_S, self._here.room_watch.look)

    async def run_connectivity(self) -> None:
        """Look once a minute who is online."""
        while True:
            try:
                seen = await self._here.connectivity.look()
            except DatabaseAway:
                seen = False
            await asyncio.sleep(connectivity.LOOK_S if seen else connectivity.FIRST_LOOK_S)

    async def run_values(self) -> None:
        """Send the newest values, at most once a second."""
        await _every(VALUES_S, self._flush)

    async def run_notices(self) -> None:
        """Look how what is sent out to receivers does."""
        while True:
            with suppress(DatabaseAway):
                await self._here.notice_watch.look()
            await asyncio.sleep(notice_watch.LOOK_S)

    async def run_answers(self) -> None:
        """Forget the answers that nobody may ask for again."""
        while True:
            try:
                await self._here.answers.prune()
                await asyncio.sleep(PRUNE_S)
            except DatabaseAway:
                await asyncio.sleep(RETRY_S)

    async def run_audit(self) -> None:
        """Write what the audit could not write at once."""
        while True:
            with suppress(DatabaseAway):
                await self._here.trail.flush()
            await asyncio.sleep(RETRY_S)

    async def run_approvals(self) -> None:
        """Forget what a second person was asked for once its time on record is over."""
        while True:
            before = to_datetime(self._here.clock.now_ms()) - APPROVALS_KEPT
            try:
                async with self._here.database.transaction(tenant=EVERY) as connection:
                    await approval.prune(connection, before)
                await asyncio.sleep(PRUNE_S)
            except DatabaseAway:
                await asyncio.sleep(RETRY_S)

    async def run_sessions(self) -> None:
        """Put on record which sessions are used, and whose consoles are connected."""
        while True:
            with suppress(DatabaseAway):
                await self._here.accounts.record_uses(self._here.hub.sessions())
            await asyncio.sleep(USES_S)

    async def run_session_end(self) -> None:
        """Forget the sessions that were over long ago."""
        while True:
            before = to_datetime(self._here.clock.now_ms()) - SESSIONS_KEPT
            try:
                async with self._here.database.transaction(tenant=EVERY) as connection:
                    await sign_in_session.prune(connection, before)
                await self._here.sign_in_gate.prune()
                await asyncio.sleep(PRUNE_S)
            except DatabaseAway:
                await asyncio.sleep(RETRY_S)

    async def run_drills(self) -> None:
        """End the drill whose simulator is gone."""
        while True:
            with suppress(DatabaseAway):
                await drill_desk.settle(self._here)
            await asyncio.sleep(drill_desk.SETTLE_S)

    async def run_heartbeat(self) -> None:
        await _every(HEARTBEAT_S, self._beat)

    async def _follow(self) -> None:
        while True:
            if self._here.database.is_there:
                await self._look()
                await asyncio.sleep(LOOK_S)
            else:
                await asyncio.sleep(BACK_S)

    async def _look(self) -> None:
        here = self._here
        try:
            if not self._has_admin:
                await here.accounts.make_first_admin(self._admin_password)
                self._has_admin = True
            await here.follower.look()
            await here.accounts.refresh()
            await here.troubles.look()
            await self._stand_on_record()
        except DatabaseAway:
            return
        here.hub.review(here.accounts.stands)

    async def _stand_on_record(self) -> None:
        """No engine answered since the start: show what is on record, and say so."""
        here = self._here
        waited = here.clock.monotonic() - self._started
        if here.replica.source is not Source.NONE or waited < PATIENCE_S:
            return
        async with here.database.transaction(tenant=EVERY) as connection:
            alarms = await alarm_list.open_alarms(connection, MOST_FROM_STORE)
        here.replica.load_store(alarms)
        here.hub.resync()

    async def _watch(self) -> None:
        self._here.link.beat()
        self._here.link.ask_for_snapshot()
        self._here.hub.notice()

    async def _flush(self) -> None:
        self._here.hub.flush_values()

    async def _beat(self) -> None:
        self._here.hub.heartbeat()


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await work()
        await asyncio.sleep(seconds)
