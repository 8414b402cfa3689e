"""Two alarm engines for one field: each with a folder of its own, and the ears of the others."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.alerts.bench import Bench
from tests.living.engines_alone import Engines

TAKEN_OVER_S = 10.0
"""The promise: from the death of one engine until the other one hears the field."""


class Rival:
    """One `python -m services.alerts`; `said` is its log."""

    def __init__(self, engines: Engines, secret: str, folder: Path, **more: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._log = folder / f"alerts-{secrets.token_hex(4)}.log"
        environment = {**os.environ, **engines.services["alerts"]} | {
            "PARKWATCH_DATA_DIR": str(folder),
            "PARKWATCH_CLIENT_ID_SECRET": secret,
            "PARKWATCH_ALONE": "false",
            **more,
        }
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.alerts"], env=environment, stderr=log
            )

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(10)


class Duel(Bench):
    """Engines beside each other under one bench; none is left at the end."""

    def __init__(self, engines: Engines, data_dir: Path) -> None:
        super().__init__(engines, data_dir)
        self._rivals: list[Rival] = []

    async def __aexit__(self, *_: object) -> None:
        for each in self._rivals:
            if each.process.poll() is None:
                each.thaw()
                each.kill()
        await super().__aexit__()

    def rival(self, name: str, **more: str) -> Rival:
        """Start one in the folder of that name, with `more` settings."""
        self._rivals.append(Rival(self.engines, self.secret, self.data_dir / name, **more))
        return self._rivals[-1]

    async def leads(self, rival: Rival, seconds: float) -> float:
        """Wait until this engine is the one that hears the field; how long that took."""
        began = time.monotonic()

        def hears() -> bool:
            last = self.heard.status[-1:]
            ours = "hearing the field" in rival.said.rpartition("the lease is ours")[2]
            return bool(last and last[0].ready and ours)

        self.heard.status.clear()
        await self.until(hears, seconds)
        return time.monotonic() - began

    async def waits(self, rival: Rival) -> None:
        """Wait until this engine stands by, ready to take over."""
        await self.until(lambda: "ready to take over" in rival.said, 40)

    def terms(self) -> list[int]:
        """The terms of the engines that were heard, in their order."""
        found: list[int] = []
        for status in self.heard.status:
            if status.term not in found:
                found.append(status.term)
        return found
