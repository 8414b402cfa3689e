"""The ways out: a webhook and a command, each with a bounded queue and a thread of its own, so
that one that hangs delays nobody."""

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence

from services.watcher.outgoing import NoAnswer, Outgoing, Refused
from services.watcher.report import Report

WAITING = 50
"""Reports that wait for one way out; beyond it the oldest goes, for what is newer counts more."""
TRIES = 5
POST_S = 5.0
COMMAND_S = 30.0
FIRST_PAUSE_S = 1.0


class Failed(Exception):
    """It did not get out; the text says why."""


class Outlet:
    """One way out. `send` carries a report to its end or raises Failed; it is tried 5 times, with
    pauses of 1, 2, 4 and 8 s. `failed` is told what was given up."""

    def __init__(
        self, name: str, send: Callable[[Report], None], failed: Callable[[str, str], None]
    ) -> None:
        self.name = name
        self._send = send
        self._failed = failed
        self._waiting: queue.Queue[Report] = queue.Queue(WAITING)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, report: Report) -> None:
        """Have it sent soon."""
        while True:
            try:
                self._waiting.put_nowait(report)
                return
            except queue.Full:
                try:
                    self._waiting.get_nowait()
                except queue.Empty:
                    continue

    def close(self, patience_s: float) -> None:
        """Let what waits go out, for so long at most."""
        self._ending.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        while not (self._ending.is_set() and self._waiting.empty()):
            try:
                found = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            self._carry(found)

    def _carry(self, found: Report) -> None:
        pause = FIRST_PAUSE_S
        for _ in range(TRIES - 1):
            try:
                self._send(found)
                return
            except Failed:
                self._ending.wait(pause)
                pause *= 2
        try:
            self._send(found)
        except Failed as error:
            self._failed(self.name, str(error))


def webhook(url: str, outgoing: Outgoing) -> Callable[[Report], None]:
    """POST the report as JSON, where the way out lets it; any 2xx is well, a redirect is not."""

    def send(found: Report) -> None:
        body = json.dumps(found.as_json(), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "parkwatch"}
        try:
            answer = outgoing.send("POST", url, body, headers, POST_S)
        except (Refused, NoAnswer) as error:
            raise Failed(str(error)) from error
        if not 200 <= answer.status < 300:
            raise Failed(f"it answers {answer.status}")

    return send


def command(words: Sequence[str]) -> Callable[[Report], None]:
    """Run it with the report as JSON on its standard input; exit code 0 is well."""

    def send(found: Report) -> None:
        body = json.dumps(found.as_json(), ensure_ascii=False).encode()
        try:
            subprocess.run(
                list(words),
                input=body,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_S,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Failed(str(error)) from error

    return send
