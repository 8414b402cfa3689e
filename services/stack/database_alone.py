"""The embedded database without the rest of the stack, and its address while a stack runs."""

import signal
import threading
from collections.abc import Callable, Iterator
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

    interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise Interrupted

    with _on_signals(interrupt):
        yield


@contextmanager
def _on_signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


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
        # A second Ctrl-C must not leave a database behind in a folder that is being cleared.
        with _on_signals(lambda _number, _frame: None):
            supervisor.stop_all()


def fresh(data: DataDir, cache: Cache) -> Postgres:
    """The database of this folder on a free port."""
    return postgres_of(data, cache, free_port())
