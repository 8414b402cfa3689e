"""A real `parkwatch up` (or `demo`) in a folder of its own, on ports of its own."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar

from tests.living import cluster, processes
from tests.living.outcome import eventually
from tests.living.port import free_port
from tests.living.processes import Process

READY = "parkwatch ready: "
PARKWATCH = Path(sys.executable).parent / "parkwatch"
LOG_TAIL = 4_000


def new_folder() -> Path:
    """A folder that the database's user can reach, too (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="parkwatch-test-"))
    folder.chmod(0o755)
    return folder


class Stack:
    """One installation: its folder, ports, password and the supervisor that runs it."""

    running: ClassVar[list["Stack"]] = []

    def __init__(self, folder: Path, command: str = "up", **settings: str) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.command = command
        self.http_port, self.mqtt_port, self.db_port = free_port(), free_port(), free_port()
        self.admin_password = secrets.token_urlsafe(12)
        self.settings = settings
        self.output = folder / "output.txt"
        self.supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def environment(self) -> dict[str, str]:
        """This process's environment with this installation's settings and no other."""
        kept = {name: value for name, value in os.environ.items() if "PARKWATCH_" not in name}
        ours = {
            "DATA_DIR": str(self.data_dir),
            "HTTP_PORT": str(self.http_port),
            "MQTT_PORT": str(self.mqtt_port),
            "DB_PORT": str(self.db_port),
            "ADMIN_PASSWORD": self.admin_password,
            "RATE_LIMIT": "0",
            **self.settings,
        }
        return kept | {f"PARKWATCH_{name}": value for name, value in ours.items()}

    def start(self, within_s: float = 90.0) -> "Stack":
        """Start and wait for the ready line; fails with what it said otherwise."""
        self.launch()
        Stack.running.append(self)
        eventually(self._ready_or_dead, within_s, f"the ready line of {self.folder}{self.said()}")
        if READY not in self.output.read_text(errors="replace"):
            raise AssertionError(f"the stack ended before it was ready:{self.said()}")
        return self

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the supervisor, without waiting for anything."""
        with self.output.open("wb") as output:
            self.supervisor = subprocess.Popen(
                [str(PARKWATCH), self.command],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.supervisor

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 20.0) -> None:
        """Stop it as an operator would, and see that nothing of it is left."""
        if self in Stack.running:
            Stack.running.remove(self)
        supervisor, self.supervisor = self.supervisor, None
        if supervisor is None:
            return
        self.thaw()
        supervisor.send_signal(number)
        try:
            supervisor.wait(within_s)
        except subprocess.TimeoutExpired:
            self.exterminate()
            supervisor.kill()
            supervisor.wait()
            raise AssertionError(f"still running {within_s:g} s after {number.name}") from None
        self.assert_gone(within_s=1.0)

    def processes(self) -> list[Process]:
        """Every living process of this installation."""
        return processes.of_installation(self.data_dir)

    def service(self, name: str) -> Process:
        """The one process of a service: `ingest`, `alerts`, `api` or `watcher`."""
        found = processes.services(self.processes(), name)
        assert len(found) == 1, f"one process of {name} wanted, found {found}"
        return found[0]

    def assert_only_the_watcher_is_left(self, within_s: float) -> Process:
        """After `kill -9` of the supervisor: all end, but for the one that is to scream."""

        def rest() -> list[Process]:
            watchers = processes.services(self.processes(), "watcher")
            return [each for each in self.processes() if each not in watchers]

        try:
            eventually(lambda: not rest(), within_s, "every process but the watcher ends")
        except AssertionError:
            left = self.exterminate()
            raise AssertionError(f"left over after {within_s:g} s: {left}") from None
        return self.service("watcher")

    def assert_gone(self, within_s: float) -> None:
        """No process of this installation is left; those left are killed before failing."""
        try:
            eventually(lambda: not self.processes(), within_s, "every process of the stack ends")
        except AssertionError:
            left = self.exterminate()
            raise AssertionError(f"left over after {within_s:g} s: {left}") from None

    def exterminate(self) -> list[Process]:
        """Kill whatever lives of it; answers what that was."""
        left = self.processes()
        for process in left:
            process.send(signal.SIGKILL)
        return left

    def thaw(self) -> None:
        """Let every stopped process of it run again."""
        for process in self.processes():
            if process.state == "T":
                process.send(signal.SIGCONT)

    def frozen_database(self) -> AbstractContextManager[None]:
        """Every process of the database stopped, new ones too, for as long as the block lasts."""
        return processes.frozen_database(self.data_dir)

    def said(self) -> str:
        """The end of what the supervisor and each service wrote."""
        logs = [self.output, *sorted((self.data_dir / "logs").glob("*.log"))]
        parts = []
        for log in logs:
            if log.exists():
                text = log.read_bytes()[-LOG_TAIL:].decode(errors="replace")
                parts.append(f"\n--- {log.name}\n{text}")
        return "".join(parts)

    def remove(self) -> None:
        """Delete its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ready_or_dead(self) -> bool:
        assert self.supervisor is not None
        if READY in self.output.read_text(errors="replace"):
            return True
        return self.supervisor.poll() is not None


@contextmanager
def living(command: str = "up", **settings: str) -> Iterator[Stack]:
    """A fresh installation for one proof, stopped and removed afterwards."""
    stack = Stack(new_folder(), command, **settings)
    try:
        cluster.lay(stack.data_dir)
        yield stack.start()
    finally:
        try:
            stack.stop()
        finally:
            stack.exterminate()
            stack.remove()
