"""A console that comes back: live push across every cut of the line, by the book of the contract."""

import json
import threading
import time
from collections import Counter
from types import TracebackType

import httpx2
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import connect

from tests.living.park import Door, Json

AGAIN_AFTER_S = 0.2
SILENT_S = 10.0
"""A heartbeat comes every 2 s; a line that is so long silent is no line."""


class Listener:
    """Keeps one enterprise's alarms from snapshots and events, and counts what was said.

    `alarms` is the state by alarm id as a console would show it: what is not closed, and what
    closed while we listened. `said` counts each (event, alarm id) over all connections.
    """

    def __init__(self, door: Door, enterprise: str) -> None:
        self._door = door
        self._enterprise = enterprise
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._alarms: dict[str, Json] = {}
        self._said: Counter[tuple[str, str]] = Counter()
        self.seen: set[str] = set()
        self.faults: list[str] = []
        self.connections = 0

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(SILENT_S + 5.0)

    @property
    def alarms(self) -> dict[str, Json]:
        with self._lock:
            return dict(self._alarms)

    @property
    def said(self) -> Counter[tuple[str, str]]:
        with self._lock:
            return self._said.copy()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (
                OSError,
                TimeoutError,
                WebSocketException,
                InvalidHandshake,
                httpx2.HTTPError,
            ):
                self._stop.wait(AGAIN_AFTER_S)

    def _listen(self) -> None:
        answer = self._door.http.post("/live/ticket", json={})
        if answer.status_code != 200:
            self._stop.wait(AGAIN_AFTER_S)
            return
        address = self._door.url.replace("http://", "ws://")
        path = f"/api/v1/live?ticket={answer.json()['ticket']}"
        with connect(address + path, max_size=64 * 2**20, open_timeout=SILENT_S) as socket:
            self.connections += 1
            expected: int | None = None
            heard_at = time.monotonic()
            while not self._stop.is_set() and time.monotonic() - heard_at < SILENT_S:
                try:
                    message = json.loads(socket.recv(timeout=0.5))
                except TimeoutError:
                    continue
                heard_at = time.monotonic()
                expected = self._take(message, expected)

    def _take(self, message: Json, expected: int | None) -> int | None:
        match message["type"]:
            case "snapshot":
                ours = [a for a in message["alarms"] if a["enterprise"] == self._enterprise]
                with self._lock:
                    self._alarms = {alarm["id"]: alarm for alarm in ours}
                    self.seen |= set(self._alarms)
                return int(message["seq"]) + 1
            case "alarm":
                if message["seq"] != expected:
                    self.faults.append(f"event {message['seq']} came where {expected} was due")
                self._event(message)
                return int(message["seq"]) + 1
        return expected

    def _event(self, message: Json) -> None:
        alarm = message["alarm"]
        if alarm["enterprise"] != self._enterprise:
            return
        with self._lock:
            self._alarms[alarm["id"]] = alarm
            self.seen.add(alarm["id"])
            self._said[message["event"], alarm["id"]] += 1
