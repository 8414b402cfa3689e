"""The engines' home outside the clone: found, locked, and filled all or nothing.

A finished entry is a folder with its final name: it is built beside it and renamed, so that
whatever exists is whole. Two installs at once wait for each other on one lock.
"""

import errno
import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.stack.refusal import Refusal

MIB = 2**20
ROOT_HOME = Path("/var/cache/parkwatch")


def engines_home(environment: Mapping[str, str]) -> Path:
    """Where this user's engines live; root's are elsewhere than in /root, which other users
    cannot enter, because the database runs as another user."""
    if os.geteuid() == 0:
        return ROOT_HOME
    chosen = Path(environment.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen / "parkwatch"
    return home_of(environment) / ".cache" / "parkwatch"


def home_of(environment: Mapping[str, str]) -> Path:
    """The user's home, also where HOME is unset or empty."""
    return Path(environment.get("HOME") or pwd.getpwuid(os.geteuid()).pw_dir)


class Cache:
    """One folder of finished entries, e.g. `database-1-amd64`."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def path(self, name: str) -> Path:
        """Where the entry is, or would be."""
        return self.home / name

    def has(self, name: str) -> bool:
        """Whether the entry is there, whole."""
        return self.path(name).is_dir()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one install at a time; the other one waits, and then finds the work done."""
        with explained(self.home):
            self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = os.open(self.home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._clear_halves()
            yield
        finally:
            os.close(lock)

    def publish(self, name: str, build: Callable[[Path], None]) -> Path:
        """Build the entry in a folder of its own and give it its name. Call under the lock."""
        final = self.path(name)
        if final.is_dir():
            return final
        with explained(self.home):
            half = Path(tempfile.mkdtemp(prefix=".half-", dir=self.home))
            try:
                half.chmod(0o755)
                build(half)
                half.rename(final)
            finally:
                shutil.rmtree(half, ignore_errors=True)
        return final

    def need(self, size: int) -> None:
        """Refuse when so many bytes are not free: apt waits for ever on a full disk."""
        with explained(self.home):
            free = shutil.disk_usage(self.home).free
        if free < size:
            raise Refusal(
                f"The disk that holds {self.home} has {free // MIB} MiB free and {size // MIB} MiB "
                "are needed: free them and start again."
            )

    def _clear_halves(self) -> None:
        for half in self.home.glob(".half-*"):
            shutil.rmtree(half, ignore_errors=True)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into one sentence about `folder`."""
    try:
        yield
    except OSError as error:
        sentence = sentence_for(error, folder)
        if sentence is None:
            raise
        raise Refusal(sentence) from error


def sentence_for(error: OSError, folder: Path) -> str | None:
    """What a person should do about this error in `folder`; None where it is not ours to explain."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk that holds {folder} is full: free about 1 GB there and start again."
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return f"{folder} cannot be written: give this user write access to it, or choose another folder."
        case errno.ENOENT:
            return f"{folder} cannot be made where it is named: choose another folder."
        case errno.ENOTDIR | errno.EEXIST:
            return f"{folder} is in the way: it is a file where a folder is needed; move it and start again."
        case _:
            return None
