"""The loop that empties the outbox: each receiver by a task of its own, so that nobody waits for one
that is slow, dead or far behind."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import psycopg
import structlog

from services.api.notify.courier import Courier, Try
from services.domain.notice import Fate, NoticeState, fate
from services.runtime.clock import Clock
from services.store.deadline import connect, cut
from services.store.outbox import Notice, Outbox, Receiver

LOOK_S = 1.0
"""How long something new may wait before it is seen."""
SLOTS = 64
"""Receivers that are worked for at a time, each by one thread; a try ends after five seconds."""
TURN_S = 10.0
"""After that a receiver with more to take gives its slot to the next one."""
CHORES_S = 60.0
BACKOFF_S = (0.5, 1.0, 2.0)
RELEASE_S = 1.0

_log = structlog.get_logger()
T = TypeVar("T")


class ThreadBroke(RuntimeError):
    """A mistake of ours, found in a thread."""


class Notifier:
    """Sends what the database at this address holds; `name` is ours among the senders, `jitter`
    draws from [0, 1)."""

    def __init__(
        self,
        database_url: str,
        courier: Courier,
        clock: Clock,
        name: str,
        jitter: Callable[[], float],
    ) -> None:
        self._url = database_url
        self._courier = courier
        self._clock = clock
        self._name = name
        self._jitter = jitter
        self._busy: set[tuple[str, str]] = set()
        self._chores_at = float("-inf")
        self._is_there = True

    async def run(self) -> None:
        """Send for ever; with the database away try again, ever less often up to 2 s."""
        failures = 0
        while True:
            try:
                await self._connected()
            except* (psycopg.Error, OSError) as group:
                failures = 0 if self._is_there else failures + 1
                if self._is_there:
                    _log.warning(
                        "cannot reach the outbox of notices now", fault=_first(group.exceptions[0])
                    )
                self._is_there = False
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    async def _connected(self) -> None:
        connection = await connect(self._url, application="parkwatch-notify")
        outbox = Outbox(connection, self._name)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._look(outbox, group)
                    self._is_there = True
                    await asyncio.sleep(LOOK_S)
        finally:
            with suppress(psycopg.Error, TimeoutError):
                async with asyncio.timeout(RELEASE_S):
                    await outbox.release(self._clock.now_ms())
            cut(connection)
            connection.pgconn.finish()
            self._busy.clear()

    async def _look(self, outbox: Outbox, group: asyncio.TaskGroup) -> None:
        """Take up what is due."""
        now, monotonic = self._clock.now_ms(), self._clock.monotonic()
        if monotonic - self._chores_at >= CHORES_S:
            self._chores_at = monotonic
            for enterprise, receiver, number in await outbox.give_up(now):
                _log.warning("gave up notices that a receiver did not take for a day",
                             enterprise=enterprise, receiver=receiver, notices=number)  # fmt: skip
            await outbox.forget(now)
        free = SLOTS - len(self._busy)
        for to in await outbox.claim(now, free) if free else ():
            place = (to.enterprise, to.id)
            if place in self._busy:
                continue  # its lease ran out while somebody of ours hangs; that one goes on
            self._busy.add(place)
            group.create_task(self._turn(outbox, to))

    async def _turn(self, outbox: Outbox, to: Receiver) -> None:
        """Send to one receiver until it has everything, fails, or its turn is over."""
        ends = self._clock.monotonic() + TURN_S
        failures, wait_s = to.failures, 0.0
        while wait_s == 0.0 and self._clock.monotonic() < ends:
            notice = await outbox.next(to, self._clock.now_ms())
            if notice is None:
                break
            at = self._clock.now_ms()
            try:
                tried = await in_a_thread(partial(self._courier.deliver, to, notice, at))
            except ThreadBroke as broke:
                tried = Try(None, str(broke), cannot_be_said=True)
            after = _fate(tried, notice, failures + 1, self._jitter())
            _tell(to, tried, after.state, failures)
            failures = failures + 1 if after.state is NoticeState.FAILED else 0
            wait_s = after.wait_s
            now = self._clock.now_ms()
            await outbox.settle(to, notice, after.state, failures, tried.status, tried.fault, now)
        await outbox.leave(to, self._clock.now_ms() + round(wait_s * 1000))
        self._busy.discard((to.enterprise, to.id))


async def in_a_thread(work: Callable[[], T]) -> T:
    """What blocks, in a thread that keeps no process alive: at our end nobody waits for whoever does
    not answer. Raises ThreadBroke where the work raised; what, stands in the log."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    made: list[T] = []

    def tell() -> None:
        if done.done():
            return
        if made:
            done.set_result(made[0])
        else:
            done.set_exception(ThreadBroke("A mistake of ours; the log has it."))

    def run() -> None:
        try:
            made.append(work())
        finally:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell)

    threading.Thread(target=run, name="notice", daemon=True).start()
    return await done


def _fate(tried: Try, notice: Notice, failures: int, jitter: float) -> Fate:
    if tried.cannot_be_said:
        return Fate(NoticeState.GIVEN_UP)
    return fate(tried.status, notice.attempts, failures, jitter)


def _tell(to: Receiver, tried: Try, state: NoticeState, failures: int) -> None:
    """Say what is new; `failures`: in a row, before this try."""
    who = {"enterprise": to.enterprise, "receiver": to.id}
    if state is NoticeState.GIVEN_UP:
        _log.warning("gave up a notice that cannot be delivered", fault=tried.fault, **who)
    elif state is NoticeState.FAILED and failures == 0:
        _log.warning("a receiver does not take its notices", fault=tried.fault, **who)
    elif state is NoticeState.SENT and failures:
        _log.info("a receiver takes its notices again", **who)


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
