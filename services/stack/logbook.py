"""What a program says: kept in a file of bounded size, its warnings shown on the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO

LIMIT = 10 * 2**20
KEPT = 3
LINE = 64 * 2**10
LOUD = ("warning", "error", "critical")


class Logbook:
    """`DATA_DIR/logs/NAME.log`; beyond 10 MiB it becomes NAME.log.1, and so on up to 3."""

    def __init__(
        self, path: Path, name: str, show: Callable[[str], None], wedged: str = ""
    ) -> None:
        self._path = path
        self._wedged = wedged
        self._name = name
        self._show = show
        self.last = ""
        self.dropped = 0
        self.told_wedged = False
        """Whether its program said that it does its work no more (`wedged`)."""

    def follow(self, stream: IO[bytes]) -> None:
        """Read the stream to its end; never raises, so that the program is never held up."""
        with stream:
            while line := stream.readline(LINE):
                self._keep(line)
                self._heed(line.decode(errors="replace").strip())

    def _heed(self, text: str) -> None:
        if not text:
            return
        self.last = text
        if self._wedged and self._wedged in text:
            self.told_wedged = True
        loud = loud_line(text)
        if loud is not None:
            self._show(f"{self._name}: {loud}")

    def _keep(self, line: bytes) -> None:
        try:
            if self._path.exists() and self._path.stat().st_size > LIMIT:
                self._turn()
            with self._path.open("ab") as file:
                file.write(line)
        except OSError:
            # A full disk must not stop the program whose words these are.
            self.dropped += 1

    def _turn(self) -> None:
        for number in range(KEPT, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = (
                self._path
                if number == 1
                else self._path.with_name(f"{self._path.name}.{number - 1}")
            )
            if newer.exists():
                newer.replace(older)


def loud_line(text: str) -> str | None:
    """The sentence of a structured log line of level warning or above; None for anything else."""
    if not text.startswith("{"):
        return None
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.get("level") not in LOUD:
        return None
    return str(entry.get("event", text))[:300]
