"""`python -m services.stack.engines` as a process of its own, for the tests to use and to kill."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.living.port import free_port


class Engines:
    """Database and broker on a data folder; `environment` are the settings it was given."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        ports = {"MQTT_PORT": str(free_port()), "HTTP_PORT": str(free_port())}
        own = {"DATA_DIR": str(data)} | ports | settings
        self.settings = own
        kept = {name: value for name, value in os.environ.items() if "PARKWATCH" not in name}
        self._environment = kept | {f"PARKWATCH_{name}": value for name, value in own.items()}
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    def start(self) -> "Engines":
        """Start and wait until they are ready."""
        lines = self.launch()
        assert "engines ready\n" in lines, "".join(lines)
        return self

    def launch(self) -> list[str]:
        """Start; what it said until it was ready or gave up."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.stack.engines"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line == "engines ready\n":
                break
        return self.said

    def value(self, service: str, name: str) -> str:
        """One of the settings that it printed for a service."""
        start = self.said.index(f"# {service}\n")
        prefix = f"PARKWATCH_{name}="
        return next(line for line in self.said[start:] if line.startswith(prefix))[
            len(prefix) :
        ].strip()

    def pid(self, name: str) -> int:
        """The process of `database` or `broker`."""
        return int((self.data / "run" / f"{name}.pid").read_text())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send this signal; the exit code, 0 where it was never started."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def processes(self) -> list[str]:
        """The command lines of all living processes that name this data folder or work in it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                place = os.readlink(entry / "cwd")
            except OSError:
                continue
            ours = self.process is not None and int(entry.name) == self.process.pid
            if not ours and (str(self.data) in command or place.startswith(str(self.data))):
                found.append(command)
        return found

    def eventually_gone(self, within: float = 30.0) -> None:
        """Fails when any of them is still there after so many seconds."""
        deadline = time.monotonic() + within
        while left := self.processes():
            assert time.monotonic() < deadline, left
            time.sleep(0.1)


@contextmanager
def folder(name: str = "data") -> Iterator[Path]:
    """A data folder that the database's user can reach, too (pytest's own are closed to others)."""
    top = Path(tempfile.mkdtemp(prefix="parkwatch-test-"))
    top.chmod(0o755)
    try:
        yield top / name
    finally:
        shutil.rmtree(top)
