"""The broker's store, watched: how full it is, told while there is time to do something."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nats
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.api.broker_access import quiet
from services.api.broker_admin import current
from services.api.broker_room import NoRoom, cap_of, keep_room
from services.api.database import Database, DatabaseAway
from services.api.vitals import Vitals
from services.domain.broker_store import RISES_AT, Level, StoreJudge, StoreState, end_of
from services.runtime.clock import Clock
from services.store.gateway_event import EventKind, tell_broker_store
from services.store.tenant import EVERY

TIMEOUT_S = 3.0
UNSEEN_S = 60.0
"""What was not seen for so long is not known any more."""

EVENTS = {
    Level.WELL: EventKind.BROKER_STORE_WELL,
    Level.HALF: EventKind.BROKER_STORE_HALF,
    Level.FULL: EventKind.BROKER_STORE_FULL,
}

_log = structlog.get_logger()


class StoreUnseen(Exception):
    """The broker did not say how full its store is; the text says why."""


class _Config(msgspec.Struct):
    max_storage: int = 0
    store_dir: str = ""


class _Data(msgspec.Struct):
    storage: int
    config: _Config


class _Answer(msgspec.Struct):
    data: _Data


@dataclass(frozen=True, slots=True)
class _Known:
    """What the broker said of its store when it answered last, in bytes."""

    folder: Path
    used: int
    cap: int


class BrokerStore:
    """Looks at one broker's store; `look` is called again and again."""

    def __init__(
        self,
        admin_url: str,
        database: Database,
        vitals: Vitals,
        clock: Clock,
        free: Callable[[Path], int | None] | None = None,
    ) -> None:
        """`free`: the bytes free on a folder's disk; None where it cannot be seen."""
        self._url = admin_url
        self._database = database
        self._vitals = vitals
        self._clock = clock
        self._judge = StoreJudge()
        self._logged = Level.WELL
        self._recorded: Level | None = None
        self._free = free or _free
        self._known: _Known | None = None
        self._trouble: str | None = None
        self._no_room: str | None = None
        self._seen_at = clock.monotonic()

    async def look(self) -> None:
        """Ask once, and tell what is new: in the log, in `degraded`, to every enterprise."""
        try:
            used, limit = await self._ask()
        except StoreUnseen as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                _log.warning("the broker's store is not watched", reason=str(error))
            if await self._full_disk():
                return
            if self._clock.monotonic() - self._seen_at > UNSEEN_S:
                self._vitals.broker_store = None
            return
        self._trouble, self._seen_at = None, self._clock.monotonic()
        await self._tell(used, limit)

    async def _full_disk(self) -> bool:
        """Told, where it is so: a broker without any room on its disk does not answer any more."""
        known = self._known
        if known is None:
            return False
        free = await asyncio.to_thread(self._free, known.folder)
        end = end_of(known.used, known.cap, free)
        if free is None or known.used < RISES_AT[Level.FULL] * end:
            return False
        await self._tell(known.used, end)
        return True

    async def _tell(self, used: int, limit: int) -> None:
        state = self._judge.judge(used, limit, self._clock.monotonic())
        self._vitals.broker_store = state
        self._say(state)
        await self._record(state)

    async def _ask(self) -> tuple[int, int]:
        """Bytes used, and bytes that it can hold. Raises StoreUnseen."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                client = await nats.connect(
                    current(self._url), allow_reconnect=False, connect_timeout=2, error_cb=quiet
                )
                try:
                    answer = await client.request("$SYS.REQ.SERVER.PING.JSZ", b"", timeout=2.0)
                    found = msgspec.json.decode(answer.data, type=_Answer).data
                    await self._keep_room(client, found.config.max_storage)
                finally:
                    await client.close()
        except (NatsError, OSError, TimeoutError, msgspec.MsgspecError) as error:
            reason = str(error) or type(error).__name__
            raise StoreUnseen(f"The broker does not say how full it is: {reason}.") from error
        known = _Known(
            Path(found.config.store_dir), found.storage, cap_of(found.config.max_storage)
        )
        self._known = known
        free = await asyncio.to_thread(self._free, known.folder)
        return known.used, end_of(known.used, known.cap, free)

    async def _keep_room(self, client: Client, limit: int) -> None:
        try:
            await keep_room(client, limit)
        except (NatsError, NoRoom) as error:
            reason = str(error) or type(error).__name__
            if reason != self._no_room:
                self._no_room = reason
                _log.warning("the broker keeps no room for our own services", reason=reason)
            return
        self._no_room = None

    def _say(self, state: StoreState) -> None:
        level, self._logged = self._logged, state.level
        if state.level is level:
            return
        figures = {"percent": round(state.share * 100), "hours_left": _hours(state)}
        if state.level is Level.FULL:
            _log.error("the broker's store is nearly full: gateways are refused soon", **figures)
        elif state.level is Level.HALF:
            _log.warning("the broker's store is half full", **figures)
        else:
            _log.info("the broker's store has room again", **figures)

    async def _record(self, state: StoreState) -> None:
        if state.level is self._recorded:
            return
        hours = _hours(state)
        left = "" if hours is None else f", {hours} h"
        detail = f"{state.share:.0%}{left}"
        try:
            async with self._database.transaction(tenant=EVERY) as connection:
                now = self._clock.now_ms()
                await tell_broker_store(connection, EVENTS[state.level], detail, now)
        except DatabaseAway:
            return  # The next look tells it, as things stand then.
        self._recorded = state.level


def _hours(state: StoreState) -> float | None:
    return None if state.hours_left is None else round(state.hours_left, 1)


def _free(folder: Path) -> int | None:
    """Of the store's disk, in bytes; None where the broker runs on another machine."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
