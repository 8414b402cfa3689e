"""The folder of one installation: chosen, made, and held by one stack at a time."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from services.runtime.clock import Clock
from services.stack.account import can_reach, database_account
from services.stack.cache import explained
from services.stack.refusal import Refusal

FOR_ROOT = Path("/var/lib/parkwatch")


class Interrupted(Exception):
    """Somebody asked for the end before all was up."""


class DataDir:
    """`lock` is what tells a second stack that this one runs; it ends with its last holder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.account = database_account(self.postgres)
        self.lock: int | None = None
        self._held = False

    @property
    def postgres(self) -> Path:
        """The database's folder, its account's own."""
        return self.path / "postgres"

    @property
    def broker(self) -> Path:
        """The broker's configuration and store."""
        return self.path / "broker"

    @property
    def secrets(self) -> Path:
        """Passwords and keys."""
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        """One log a program, and the ones before it."""
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """The process number of each running program."""
        return self.path / "run"

    @property
    def half_restored(self) -> Path:
        """Is there from the beginning of a restore until its end."""
        return self.path / "half-restored"

    def hold(self, clock: Clock, wait: Callable[[float], bool], patience: float = 30.0) -> None:
        """Make the folder and take its lock.

        A lock whose stack is gone is being let go by what ends its programs: wait for that, at
        most `patience` seconds. `wait` passes so many seconds and says whether to give up.
        """
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            if self.half_restored.exists():
                raise Refusal(
                    f"A restore into {self.path} was interrupted: delete that folder and restore "
                    "again."
                )
            for folder in (self.logs, self.run):
                folder.mkdir(mode=0o700, exist_ok=True)
            self.lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = clock.monotonic() + patience
        while not self._take():
            holder = self.holder()
            if holder is not None or clock.monotonic() > deadline:
                self.release()
                raise Refusal(
                    f"A stack already runs on {self.path} (process {holder}): stop that one, or "
                    "set PARKWATCH_DATA_DIR (and the ports) to start another beside it."
                )
            if wait(0.2):
                self.release()
                raise Interrupted
        self._held = True
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next stack in."""
        if self.lock is not None:
            if self._held:
                os.ftruncate(self.lock, 0)
                self._held = False
            os.close(self.lock)
            self.lock = None

    def remembered_port(
        self, name: str, choose: Callable[[], int], fit: Callable[[int], bool]
    ) -> int:
        """The port of the last start when it still fits, else a new choice, remembered."""
        file = self.path / f"{name}.port"
        text = file.read_text().strip() if file.exists() else ""
        if text.isdecimal() and fit(int(text)):
            return int(text)
        port = choose()
        with explained(self.path):
            file.write_text(f"{port}\n")
        return port

    def _take(self) -> bool:
        if self.lock is None:
            return False
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True

    def holder(self) -> int | None:
        """The process of the stack that runs here; None when there is none."""
        lock = self.path / "lock"
        text = lock.read_text().strip() if lock.exists() else ""
        return int(text) if text.isdecimal() and _alive(int(text)) else None


def choose(wanted: Path, chosen: bool) -> tuple[Path, str | None]:
    """The folder to use, absolute, and a line to print when it is not the one that was `wanted`.

    `chosen`: the person named it himself; then it is used or refused, never replaced.
    """
    wanted = wanted.absolute()
    account = database_account(wanted / "postgres")
    if can_reach(account, wanted):
        return wanted, None
    if chosen:
        raise Refusal(
            f"The database runs as the user {account}, who cannot enter {wanted}: open its parent "
            f"folders to others (chmod o+x), or set PARKWATCH_DATA_DIR to, say, {FOR_ROOT}."
        )
    return (
        FOR_ROOT,
        f"Data is kept in {FOR_ROOT}: the database's user {account} cannot enter {wanted}.",
    )


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    # Killed, and its parent has not taken note yet: it holds nothing any more.
    return state != "Z"
