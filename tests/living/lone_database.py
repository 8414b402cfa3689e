"""The embedded database as the stack starts it, with nothing around it: for what is done to it."""

import os
import pwd
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir
from services.stack.host import machine
from services.stack.packages import DATABASE
from services.stack.postgres import SUPERUSER, Postgres
from services.stack.secrets import Secrets
from tests.living import cluster
from tests.living.engines import REPOSITORY
from tests.living.outcome import eventually


class LoneDatabase:
    """A cluster of its own in a folder that its account may enter. `before`: words that run it, and
    are given its account (`-`: ours)."""

    def __init__(self, folder: Path, port: int, before: Sequence[str] = ()) -> None:
        data = DataDir(folder)
        cluster.lay(folder)
        prefix = Cache(engines_home(os.environ)).path(DATABASE.entry(machine()))
        secrets = Secrets(data.secrets)
        self._before = before
        self._account = data.account
        self._postgres = Postgres(prefix, data.postgres, port, data.account, secrets)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For its superuser."""
        return self._postgres.url(SUPERUSER, "postgres")

    def start(self, log: Path, *more: str) -> None:
        """Start it, with `more` settings (`name=value`), and wait until it answers."""
        program = self._postgres.program()
        words = [*program.command, *(word for each in more for word in ("-c", each))]
        account = self._account
        if self._before:
            words, account = [*self._before, account or "-", *words], None
        owner = None if account is None else pwd.getpwnam(account)
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                words,
                env=os.environ | dict(program.env),
                cwd=REPOSITORY if self._before else "/",
                user=account,
                group=None if owner is None else owner.pw_gid,
                extra_groups=None if owner is None else [],
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        eventually(self._postgres.ready, 60.0, "the database answers")

    def answers(self) -> bool:
        """Whether it answers a query now."""
        return self._postgres.ready()

    def kill(self) -> None:
        """All of it at once, as a power cut would."""
        process, self._process = self._process, None
        if process is None:
            return
        children = _children(process.pid)
        process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.wait(20)

    def stop(self) -> None:
        """As the supervisor does; nothing of it stays."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


class Writer(threading.Thread):
    """Commits one number after the other until it fails; `known`: those that were answered."""

    def __init__(self, url: str, first: int) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._next = first
        self.known: list[int] = []
        self.failed = threading.Event()

    def run(self) -> None:
        """Until the database does not answer any more."""
        try:
            with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                while True:
                    connection.execute("INSERT INTO kept VALUES (%s)", (self._next,))
                    self.known.append(self._next)
                    self._next += 1
        except psycopg.Error:
            self.failed.set()


def prepare(url: str) -> None:
    """The table that writers write into."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number bigint PRIMARY KEY)")
        # Where commits are not synced it is there all the same.
        connection.execute("CHECKPOINT")


def kept(url: str) -> set[int]:
    """What is there of all that was written."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        return {number for (number,) in connection.execute("SELECT number FROM kept").fetchall()}
