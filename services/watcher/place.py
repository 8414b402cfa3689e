"""The watcher's place in the installation's folder: one watcher at a time, its sign of life, and
whether it was screaming when it ended."""

import fcntl
import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

FRESH_S = 15.0
END_S = 8.0


class Taken(Exception):
    """Another watcher has this place."""


class Place:
    """`folder` is `DATA_DIR/run`. Raises Taken."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = folder / "watcher.lock"
        self._state = folder / "watcher.json"
        self._held = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._held)
            raise Taken(
                f"Another watcher (process {holder(folder)}) watches {folder.parent}: end it with "
                "`parkwatch watch --stop`, or set another PARKWATCH_DATA_DIR."
            ) from error
        os.ftruncate(self._held, 0)
        os.pwrite(self._held, f"{os.getpid()}\n".encode(), 0)

    def beat(self) -> bool:
        """We live. False: the folder was deleted, and with it what there was to watch."""
        os.utime(self._held)
        return os.fstat(self._held).st_nlink > 0

    def keep(self, screaming: list[str]) -> None:
        """Remember what we scream about, for whoever comes after us."""
        with suppress(OSError):
            half = self._state.with_suffix(".half")
            half.write_text(json.dumps({"screaming": screaming}))
            half.replace(self._state)

    def screaming(self) -> list[str]:
        """What the one before us screamed about."""
        try:
            found = json.loads(self._state.read_text())["screaming"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def release(self) -> None:
        """Let the next one in."""
        with suppress(OSError):
            os.ftruncate(self._held, 0)
        os.close(self._held)


def holder(folder: Path) -> int | None:
    """The process of the watcher of this place; None when there is none."""
    try:
        held = os.open(folder / "watcher.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except OSError:
        text = os.pread(held, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdecimal() else None
    finally:
        os.close(held)


def is_alive(folder: Path) -> bool:
    """Whether the watcher of this place gave a sign of life lately."""
    with suppress(OSError):
        age = time.time() - (folder / "watcher.lock").stat().st_mtime
        return holder(folder) is not None and age < FRESH_S
    return False


def end(folder: Path) -> bool:
    """End the watcher of this place, by its signal, then by force. False: there was none."""
    pid = holder(folder)
    if pid is None:
        return False
    deadline = time.monotonic() + END_S
    for number in (signal.SIGTERM, signal.SIGCONT):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    while holder(folder) == pid:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            deadline = float("inf")
        time.sleep(0.05)
    return True
