"""The watcher: sends the canary through the whole chain, and screams when it does not come out.

Standard library only, and nothing of the services: what fails there must not fail here.
"""

import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.watcher.broker import Broker
from services.watcher.far_end import FarEnd
from services.watcher.logbook import logbook
from services.watcher.options import Options
from services.watcher.outgoing import NoAnswer, Outgoing, Refused
from services.watcher.outlet import Outlet, command, webhook
from services.watcher.place import Place
from services.watcher.report import Report, report
from services.watcher.rounds import Rounds
from services.watcher.verdict import Call, Verdict

LOOK_S = 0.25
REPEAT_S = 300.0
LAST_WORDS_S = 2.0
DEAD = 2
"""Exit code of one that ends while what it watches is silent."""


class Watcher:
    """Everything of one process. Raises BadOption, Taken."""

    def __init__(self, told: Options) -> None:
        self._told = told
        boot = f"{os.getpid():x}-{secrets.token_hex(4)}"
        broker = Broker(told.mqtt_url, f"pw-watcher-{boot}")
        self._place = Place(told.run)
        self._log = logbook(told.log)
        self._stop = threading.Event()
        far_end = FarEnd(told.api_url, told.api_pin, boot)
        self._rounds = Rounds(broker, far_end, boot, told.interval_s)
        self._outlets = self._ways_out()
        before = self._place.screaming()
        watched = ["chain"] if told.supervisor is None else ["chain", "supervisor"]
        self._verdicts = {
            name: Verdict(told.silence_s, REPEAT_S, name in before) for name in watched
        }
        self._signs: dict[str, Callable[[float], float | None]] = {
            "chain": self._chain_age,
            "supervisor": self._supervisor_age,
        }
        self._touched: tuple[float, float] | None = None

    def run(self, once: bool = False) -> int:
        """Watch until told to stop; the exit code. `once`: until the first verdict."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        self._note(logging.INFO, "watching", interval_s=self._told.interval_s,
                   silence_s=self._told.silence_s)  # fmt: skip
        rounds = threading.Thread(target=self._rounds.run, args=(self._stop,), daemon=True)
        rounds.start()
        while self._place.beat():
            self._look(time.monotonic())
            if once and (self._rounds.passed_at is not None or self._is_dead):
                break
            if self._stop.wait(LOOK_S):
                break
        self._stop.set()
        return self._end()

    @property
    def _is_dead(self) -> bool:
        return any(verdict.screaming for verdict in self._verdicts.values())

    def _look(self, now: float) -> None:
        for name, verdict in self._verdicts.items():
            age = self._signs[name](now)
            if age is not None:
                verdict.sign(age)
            call = verdict.look(now)
            if call is not None:
                self._say(call, name, verdict.outage_s)

    def _say(self, call: Call, name: str, silent_s: float) -> None:
        now = datetime.now(UTC)
        since = now - timedelta(seconds=silent_s)
        rounds, folder = self._rounds, str(self._told.run.parent)
        stage, trouble = (rounds.stage, rounds.trouble) if name == "chain" else ("", "")
        found = report(call, name, now, since, stage, trouble, folder)
        for outlet in self._outlets:
            outlet.put(found)
        self._place.keep([each for each, verdict in self._verdicts.items() if verdict.screaming])
        self._write(found)

    def _write(self, found: Report) -> None:
        level = logging.INFO if found.type is Call.WELL else logging.CRITICAL
        more = {
            name: value for name, value in found.as_json().items() if name not in ("text", "at")
        }
        self._note(level, found.sentence, **more)

    def _chain_age(self, now: float) -> float | None:
        passed_at = self._rounds.passed_at
        return None if passed_at is None else now - passed_at

    def _supervisor_age(self, now: float) -> float | None:
        """By the change of its file's time, not by its age: clocks may be set."""
        if self._told.supervisor is None:
            return None
        try:
            touched = self._told.supervisor.stat().st_mtime
        except OSError:
            return None
        if self._touched is None or self._touched[0] != touched:
            self._touched = touched, now
        return now - self._touched[1]

    def _ways_out(self) -> list[Outlet]:
        ways = []
        if self._told.webhook is not None:
            outgoing = Outgoing(self._told.networks)
            self._say_if_refused(outgoing, self._told.webhook)
            sender = webhook(self._told.webhook, outgoing)
            ways.append(Outlet("webhook", sender, self._given_up))
        if self._told.command:
            ways.append(Outlet("command", command(self._told.command), self._given_up))
        return ways

    def _say_if_refused(self, outgoing: Outgoing, url: str) -> None:
        """At the start, not when the first report has nowhere to go."""
        try:
            outgoing.judge(url)
        except Refused as error:
            self._note(logging.ERROR, "the webhook is not asked", reason=str(error))
        except NoAnswer:
            return  # its name may be known later

    def _given_up(self, name: str, reason: str) -> None:
        self._note(logging.ERROR, f"the {name} took no report", reason=reason)

    def _note(self, level: int, sentence: str, **more: object) -> None:
        self._log.log(level, sentence, extra={"more": more})

    def _end(self) -> int:
        dead = self._is_dead
        for outlet in self._outlets:
            outlet.close(LAST_WORDS_S)
        self._note(logging.INFO, "stopped", silent=dead)
        self._place.release()
        return DEAD if dead else 0
