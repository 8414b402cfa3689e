"""Standing by: an engine that has no lease waits for it, and hears nothing of the field meanwhile.

Two locks are asked for in turn: the folder's, for two engines would write into one spool, and
the lease in the database.
"""

import asyncio
import fcntl
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

from services.alerts.handover import Handover
from services.alerts.spool import spool_name
from services.alerts.tenure import QUIET_S, Tenure
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.store.engine_lease import EngineLease, Taken
from services.store.intake import Busy

LOOK_S = 0.4
PATIENCE_S = 1.5
"""A database that takes longer to answer counts as silent for whoever had the lease."""
SETTLED_S = 8.0
"""So long the database must have answered before a lease that ran out is taken: while it was away
nobody could renew."""

_log = structlog.get_logger()


class FolderLock:
    """One engine a folder. Held until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: BinaryIO | None = None

    def take(self) -> bool:
        """Whether the folder is ours."""
        if self._file is not None:
            return True
        file = self._path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True


@dataclass(slots=True)
class StandBy:
    """Waits for lock and lease; the tenure begins when both are ours."""

    folder: Path
    lock: FolderLock
    lease: EngineLease
    handover: Handover
    tenure: Tenure
    clock: Clock
    bus_hears: Callable[[], bool]
    _said: str = ""
    _answers_since: float | None = None
    _quiet_since: float | None = None

    async def wait(self, stop: asyncio.Event) -> bool:
        """Whether our tenure began before we were told to stop."""
        while not self.lock.take():
            self._say("another engine runs on this folder: standing by")
            if await pause(stop, LOOK_S):
                return False
        while not stop.is_set():
            if await self._try():
                return True
            await pause(stop, LOOK_S)
        return False

    async def _try(self) -> bool:
        asked_at = self.clock.monotonic()
        term = kept_term(self.folder)
        self._listen(term, asked_at)
        try:
            async with asyncio.timeout(None if term is None else PATIENCE_S) as patience:
                taken, spool = await self._ask(asked_at, patience)
        except (Busy, TimeoutError):
            self._answers_since = None
            return self._goes_on(term)
        if taken is None:
            return False
        _log.info("the lease is ours", term=taken.term)
        keep_term(self.folder, taken.term)
        self.tenure.begin(spool, taken, asked_at)
        return True

    async def _ask(self, now: float, patience: asyncio.Timeout) -> tuple[Taken | None, str]:
        spool = spool_name(self.folder / "spool")
        if await self.lease.last_spool() not in ("", spool):
            patience.reschedule(None)
            spool = await self.handover.hand_in(spool)
        if self._answers_since is None:
            self._answers_since = now
        settled = now - self._answers_since >= SETTLED_S
        taken = await self.lease.take(spool, self.tenure.lease_s, settled=settled)
        if taken is None:
            how = "ready to take over" if settled else "standing by"
            self._say(f"another engine has the lease: {how}")
            await self.lease.stand_by(spool, socket.gethostname())
        return taken, spool

    def _listen(self, term: int | None, now: float) -> None:
        """Since when the bus would have told of another engine."""
        if term is None or not self.bus_hears() or self.tenure.heard_term > term:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now

    def _goes_on(self, term: int | None) -> bool:
        """The database is silent. Whoever had the lease goes on, unless another one is heard."""
        now = self.clock.monotonic()
        self._listen(term, now)
        if term is None or self._quiet_since is None or now - self._quiet_since < QUIET_S:
            self._say("the database does not answer: standing by")
            return False
        _log.warning("the database does not answer: going on with the lease we had", term=term)
        self.tenure.begin_unconfirmed(spool_name(self.folder / "spool"), term)
        return True

    def _say(self, what: str) -> None:
        if what != self._said:
            _log.info(what)
            self._said = what


def keep_term(folder: Path, term: int) -> None:
    """Remember on our own disk that the lease was ours. Raises OSError."""
    beside = folder / "term.new"
    with beside.open("w") as file:
        file.write(str(term))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / "term")


def forget_term(folder: Path) -> None:
    """The lease is another one's."""
    (folder / "term").unlink(missing_ok=True)


def kept_term(folder: Path) -> int | None:
    """The term of the lease that was ours, if ever one was."""
    path = folder / "term"
    text = path.read_text().strip() if path.exists() else ""
    return int(text) if text.isdigit() else None
