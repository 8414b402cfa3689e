"""The processes of one installation, found from outside through /proc.

A process belongs to a DATA_DIR when its command line, its environment or its working folder
names it; PostgreSQL's children overwrite the first two, but work in their data folder.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process id and its command line."""

    pid: int
    command: str

    def send(self, number: signal.Signals) -> None:
        """Signal it; nothing when it has gone."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    @property
    def state(self) -> str:
        """One letter of /proc/PID/stat: R, S, D, T, Z …; `-` when gone."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return "-"


def of_installation(data_dir: Path) -> list[Process]:
    """Every living process of the installation in `data_dir`, this one left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if _names(entry, data_dir, command):
                process = Process(int(entry.name), command.strip())
                if process.state not in "Z-":
                    found.append(process)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def services(processes: Iterable[Process], name: str) -> list[Process]:
    """The processes that run `services.NAME`."""
    return [process for process in processes if f"services.{name}" in process.command]


def databases(processes: Iterable[Process]) -> list[Process]:
    """The database's processes, the postmaster first."""
    every = [
        process
        for process in processes
        if "postgres" in process.command and "services." not in process.command
    ]
    return sorted(every, key=lambda process: (" -D " not in process.command, process.pid))


@contextmanager
def frozen_database(data_dir: Path) -> Iterator[None]:
    """Every process of that installation's database stopped, new ones too, until the block ends."""
    stopped: dict[int, Process] = {}
    deadline = time.monotonic() + 5.0
    try:
        while time.monotonic() < deadline:
            found = databases(of_installation(data_dir))
            fresh = [process for process in found if process.pid not in stopped]
            if stopped and not fresh:
                break
            for process in fresh:
                process.send(signal.SIGSTOP)
                stopped[process.pid] = process
        assert stopped, "no process of the database was found"
        yield
    finally:
        for process in stopped.values():
            process.send(signal.SIGCONT)


def _names(entry: Path, data_dir: Path, command: str) -> bool:
    folder = str(data_dir)
    if folder in command:
        return True
    working = os.readlink(entry / "cwd")
    if working == folder or working.startswith(folder + "/"):
        return True
    environment = (entry / "environ").read_bytes().split(b"\0")
    return f"PARKWATCH_DATA_DIR={folder}".encode() in environment
