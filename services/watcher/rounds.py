"""The canary's rounds: beyond its limit, and back, and both heard at the far end.

Runs on a thread of its own, so that an end that hangs cannot keep the watcher from screaming.
"""

import json
import threading
import time
from collections.abc import Callable

from services.watcher.broker import Broker, Unreachable
from services.watcher.far_end import FarEnd, Seen

TOPIC = "pw/v1/_canary/_canary/telemetry"
TAG = "CANARY"
HIGH, LOW = 1, 0
"""Beyond its limit, and back inside."""
FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0


class Rounds:
    """`passed_at` is when the newest reading was sent that came out as an alarm and returned
    (monotonic, s; None: none yet). `trouble`: why the round under way does not come out, and
    `stage`: how far it came."""

    def __init__(self, broker: Broker, far_end: FarEnd, boot: str, interval_s: float) -> None:
        self._broker = broker
        self._far_end = far_end
        self._boot = boot
        self._interval_s = interval_s
        self._seq = 0
        self.passed_at: float | None = None
        self.took_s: float | None = None
        """How long the newest one took."""
        self.trouble = "no canary has been sent yet"
        self.stage = "watcher"
        self._went_well = False

    def run(self, stop: threading.Event) -> None:
        """One round after the other until told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            self.turn(began, stop)
            self._broker.ping()
            stop.wait(max(began + self._interval_s - time.monotonic(), FIRST_WAIT_S))
        self._broker.close()

    def turn(self, began: float, stop: threading.Event) -> None:
        """One round. What may stand from one that failed is taken back first."""
        half = began + self._interval_s / 2
        if not self._went_well and self._sing(LOW) is not None:
            stop.wait(FIRST_WAIT_S)
        raised = self._sing(HIGH)
        if raised is None:
            return
        seen = self._await(lambda at: at.raised >= raised, half, stop)
        returned = self._sing(LOW)
        if returned is None or not seen:
            return
        end = began + self._interval_s
        if self._await(lambda at: at.returned >= returned, end, stop):
            self.passed_at, self.took_s = began, time.monotonic() - began
            self.trouble = self.stage = ""
            self._went_well = True

    def _sing(self, value: int) -> int | None:
        """Publish a reading; its number, or None where the broker does not take it."""
        self._seq += 1
        self._at("broker", "the broker has not answered yet")
        song = {"boot": self._boot, "seq": self._seq, "values": {TAG: value}}
        try:
            self._broker.publish(TOPIC, json.dumps(song).encode())
        except Unreachable as error:
            self._failed("broker", str(error))
            return None
        return self._seq

    def _at(self, stage: str, trouble: str) -> None:
        """Where a round is that began well: what it waits for may be what hangs."""
        if self._went_well:
            self.stage, self.trouble = stage, trouble

    def _failed(self, stage: str, trouble: str) -> None:
        self._went_well = False
        self.stage, self.trouble = stage, trouble

    def _await(self, there: Callable[[Seen], bool], until: float, stop: threading.Event) -> bool:
        wait = FIRST_WAIT_S
        self._at("api", "the api has not answered yet")
        while True:
            try:
                if there(self._far_end.look()):
                    return True
                stage, said = "engine", "the broker took the reading, but no alarm came out"
            except Unreachable as error:
                stage, said = "api", str(error)
            self._at(stage, said)
            if time.monotonic() >= until or stop.wait(wait):
                self._failed(stage, said)
                return False
            wait = min(wait * 2, LONGEST_WAIT_S)
