"""The embedded database without the rest of the stack, and its address while a stack runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from services.runtime.clock import Clock
from services.stack.cache import Cache
from services.stack.data_dir import DataDir, Interrupted
from services.stack.host import machine
from services.stack.packages import DATABASE, POSTGRES_BIN
from services.stack.ports import free_port
from services.stack.postgres import Postgres
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.stack.supervisor import Supervisor

PATIENCE_S = 120.0
"""A database that was killed goes through its log first."""


def installed(cache: Cache) -> Cache:
    """The cache, if the database's programs are in it."""
    if not cache.has(DATABASE.entry(machine())):
        raise Refusal("The database is not installed yet: run `make install` first.")
    return cache


def postgres_of(data: DataDir, cache: Cache, port: int | None = None) -> Postgres:
    """The database of this folder, on `port`, or on the one it listens on now."""
    prefix = installed(cache).path(DATABASE.entry(machine()))
    chosen = port if port is not None else running_port(data)
    return Postgres(prefix, data.postgres, chosen, data.account, Secrets(data.secrets))


def programs(cache: Cache) -> str:
    """Where pg_dump and pg_restore lie."""
    return str(cache.path(DATABASE.entry(machine())) / POSTGRES_BIN)


def running_port(data: DataDir) -> int:
    """The port that the running database says it listens on."""
    file = data.postgres / "data" / "postmaster.pid"
    try:
        return int(file.read_text().splitlines()[3])
    except (OSError, ValueError, IndexError) as error:
        raise Refusal(
            f"The stack on {data.path} runs, but its database does not: see {data.logs}, or stop "
            "the stack and start again."
        ) from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP raise Interrupted once inside the block, so that it can clean up."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held(data: DataDir, clock: Clock) -> Iterator[None]:
    """Keep every stack away from this folder."""
    data.hold(clock, threading.Event().wait)
    try:
        yield
    finally:
        data.release()


@contextmanager
def running(data: DataDir, postgres: Postgres, clock: Clock, progress: Progress) -> Iterator[None]:
    """The database alone, ready inside the block and stopped cleanly after it. Call inside `held`."""
    supervisor = Supervisor(data.logs, data.run, clock, progress.say, threading.Event(), data.lock)
    try:
        supervisor.start(postgres.program())
        if not supervisor.keep(postgres.ready, PATIENCE_S):
            raise Refusal(
                f"The database did not start: {supervisor.last_words('database')[:300]} "
                f"(see {data.logs / 'database.log'})."
            )
        yield
    finally:
        supervisor.stop_all()


def fresh(data: DataDir, cache: Cache) -> Postgres:
    """The database of this folder on a free port."""
    return postgres_of(data, cache, free_port())
