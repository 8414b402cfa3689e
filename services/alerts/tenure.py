"""The tenure: from when this engine took the lease until another one has it.

Renewed every second. While the database is silent the holder goes on, for nobody can take over.
Whoever may have been relieved without having noticed (it stood still, it lost its session) asks
before it judges or connects again; where the database is silent it listens on the bus instead,
which is at the same broker as the field: another engine at work is heard there every second.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.store.engine_lease import EngineLease, Taken
from services.store.intake import Busy
from services.wire.bus import Status

RENEW_S = 1.0
FRESH_S = 0.9
"""A session is opened if the lease was asked for and confirmed within this time. The client waits
a second before it connects again, so the question came after the loss. Later, if it was asked for
after a session was refused."""
MARGIN_S = 0.5
"""So long before the lease runs out no session is opened any more: connecting takes time."""
START_S = 30.0
"""The lease of an engine that starts: a large book stops its loop for longer than it may stand
still later."""
STILL_S = 2.5
"""A loop that stood still for so long asks before it goes on, if its lease may have run out."""
BREATH_S = 0.2
QUIET_S = 3.0
"""With the database silent: for so long no other engine must have been heard."""

_log = structlog.get_logger()


class Relieved(RuntimeError):
    """Another engine has the lease: this process must end, to come back as one that stands by."""


class Tenure:
    """`run` beside everything else raises Relieved. `may_connect` is asked by the session's
    thread, everything else is of the event loop."""

    def __init__(self, lease: EngineLease, lease_s: float, clock: Clock) -> None:
        self._lease = lease
        self._lease_s = lease_s
        self._starting = True
        self._spool = ""
        self._clock = clock
        self.term = 0
        """What we show. Of two engines the one with the greater term is right."""
        self.heard_term = 0
        """The greatest that was heard of on the bus."""
        self.inherit_since: int | None = None
        """From when on (epoch ms) what is stored is to be judged, for the engine before us worked
        on another disk."""
        self.on_term: Callable[[int], None] = lambda _: None
        """Called with each new one, before it is shown."""
        self.recorded_at: Callable[[], int | None] = lambda: None
        """Until when (epoch ms) all that we noted is on record; None: not known yet."""
        self.bus_hears: Callable[[], bool] = lambda: True
        """Whether the bus is connected."""
        self._confirmed = asyncio.Event()
        self._confirmed_at = -1e9
        self._refused_at: float | None = None
        self._ask_now = asyncio.Event()
        self._relieved = asyncio.Event()
        self._lost = False
        self._doubts_since: float | None = None
        self._quiet_since: float | None = None
        self._silent = False
        self._breath = clock.monotonic()
        self._wall = clock.now_ms()

    @property
    def lease_s(self) -> float:
        """Whoever has not renewed for so long may be relieved."""
        return max(START_S, self._lease_s) if self._starting else self._lease_s

    def started(self) -> None:
        """From now on the loop does not stand still: the lease is shortened at once."""
        self._starting = False
        self._ask_now.set()

    @property
    def lost(self) -> bool:
        """Another engine has the lease."""
        return self._lost

    @property
    def silent(self) -> bool:
        """The database did not answer when it was asked last."""
        return self._silent

    def begin(self, spool: str, taken: Taken, asked_at: float) -> None:
        """The lease is ours, asked for at this time (monotonic)."""
        self._spool = spool
        self.inherit_since = taken.inherit_since
        self._breathe()
        self._show(taken.term)
        self._confirm(asked_at)

    def begin_unconfirmed(self, spool: str, term: int) -> None:
        """The database is silent, and our disk says that the lease was ours. To be said only when
        nobody else was heard for `QUIET_S`."""
        self._spool = spool
        self._breathe()
        self._show(term)
        self._silent = True
        self._quiet_since = self._clock.monotonic() - QUIET_S

    def hear(self, _topic: str, payload: bytes) -> None:
        """The sign of life of an engine, on the bus."""
        try:
            status = msgspec.json.decode(payload, type=Status)
        except msgspec.DecodeError as fault:
            _log.warning("not a sign of life", fault=str(fault))
            return
        self.heard_term = max(self.heard_term, status.term)
        if status.term > self.term > 0:
            self.lose()

    def lose(self) -> None:
        """Another engine has the lease."""
        self._lost = True
        self._relieved.set()

    def holds(self) -> bool:
        """Whether to judge on. To be asked before each step: standing still shows here."""
        now = self._clock.monotonic()
        self._notice_standstill(now)
        self._listen(now)
        if self._doubts_since is not None and self._is_unopposed(now):
            self._doubts_since = None
        return not self._lost and self._doubts_since is None

    def may_connect(self) -> bool:
        """Whether the session may be opened now: whoever opens it throws another one off."""
        now, confirmed_at = self._clock.monotonic(), self._confirmed_at
        refused_at = self._refused_at
        fresh = now - confirmed_at < FRESH_S
        since = refused_at is not None and confirmed_at > refused_at
        holds = now < confirmed_at + self._lease_s - MARGIN_S
        if not self._lost and (fresh or (since and holds) or self._is_unopposed(now)):
            self._refused_at = None
            return True
        if refused_at is None:
            self._refused_at = now
        return False

    async def term_to_record(self) -> int | None:
        """The term to show to the database, once it is confirmed there."""
        await self._confirmed.wait()
        return self.term

    async def run(self, stop: asyncio.Event) -> None:
        """Hold on to the lease until told to stop. Raises Relieved."""
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(self._keep_asking())
            breathing = group.create_task(self._keep_breathing())
            ended = [group.create_task(self._relieved.wait()), group.create_task(stop.wait())]
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            for task in (asking, breathing, *ended):
                task.cancel()
        if self._lost:
            raise Relieved("another engine has the lease")

    async def release(self) -> None:
        """Let another one take it at once."""
        try:
            await self._lease.release()
        except Busy:
            _log.info("the lease could not be given back: it runs out by itself")
        self._lease.close()

    async def _keep_breathing(self) -> None:
        while True:
            self.holds()
            await asyncio.sleep(BREATH_S)

    async def _keep_asking(self) -> None:
        while True:
            self._ask_now.clear()
            asked_at = self._clock.monotonic()
            try:
                await self._ask(asked_at)
            except Busy as fault:
                if not self._silent:
                    _log.warning("the lease cannot be renewed: going on without",
                                 fault=str(fault))  # fmt: skip
                self._silent = True
            await pause(self._ask_now, RENEW_S)

    async def _ask(self, asked_at: float) -> None:
        if self._confirmed.is_set():
            term = await self._lease.renew(self.lease_s, self.recorded_at())
        else:
            term = await self._take_back()
        if term is not None:
            if term != self.term:
                self._show(term)
            self._confirm(asked_at)
        elif self._confirmed.is_set():
            self.lose()

    async def _take_back(self) -> int | None:
        """Began without the database: the lease is ours again, if nobody took it meanwhile."""
        if await self._lease.last_spool() not in ("", self._spool):
            self.lose()
            return None
        taken = await self._lease.take(self._spool, self.lease_s, settled=False)
        return None if taken is None else taken.term

    def _show(self, term: int) -> None:
        self.term = term
        self.on_term(term)

    def _breathe(self) -> None:
        self._breath, self._wall = self._clock.monotonic(), self._clock.now_ms()

    def _confirm(self, asked_at: float) -> None:
        self._confirmed_at = asked_at
        self._confirmed.set()
        self._silent = False
        self._quiet_since = None
        if self._doubts_since is not None and asked_at >= self._doubts_since:
            self._doubts_since = None

    def _notice_standstill(self, now: float) -> None:
        """Of this process, or of the whole machine: then the steady clock stood still, too."""
        wall = self._clock.now_ms()
        gap, wall_gap = now - self._breath, (wall - self._wall) / 1000
        self._breath, self._wall = now, wall
        if max(gap, wall_gap) <= STILL_S:
            return
        self._quiet_since = None
        if wall_gap - gap > STILL_S:
            self._confirmed_at = -1e9
        if now > self._confirmed_at + self.lease_s and self._doubts_since is None:
            self._doubts_since = now
            _log.warning("stood still: asking for the lease before going on",
                         seconds=round(max(gap, wall_gap), 1))  # fmt: skip
            self._ask_now.set()

    def _listen(self, now: float) -> None:
        """Since when the database is silent and the bus would tell of another engine."""
        if not (self._silent and self.bus_hears()):
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now

    def _is_unopposed(self, now: float) -> bool:
        since = self._quiet_since
        return since is not None and now - since >= QUIET_S
