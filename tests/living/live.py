"""The live push as a program of a stranger would listen to it."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.living.park import Door, Json


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and when it came: `at` monotonic seconds."""

    at: float
    message: Json

    @property
    def type(self) -> str:
        return str(self.message["type"])


class Live:
    """One open WebSocket; a thread keeps everything that comes, in order."""

    def __init__(self, door: Door) -> None:
        ticket = door.tell("/live/ticket")["ticket"]
        address = door.url.replace("http://", "ws://") + f"/api/v1/live?ticket={ticket}"
        self._address = address
        self._until = ExitStack()
        self._heard: list[Heard] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="live", daemon=True)

    def __enter__(self) -> "Live":
        connection = connect(self._address, max_size=64 * 2**20)
        self._socket: ClientConnection = self._until.enter_context(connection)
        self._reader.start()
        self.wait(lambda heard: heard.type == "snapshot", 10.0, "a snapshot")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._until.close()
        self._reader.join(5.0)

    @property
    def heard(self) -> list[Heard]:
        """Everything so far."""
        with self._news:
            return list(self._heard)

    def wait(self, wanted: Callable[[Heard], bool], within_s: float, what: str) -> Heard:
        """The first message, past or to come, that is wanted."""
        deadline = time.monotonic() + within_s
        seen = 0
        with self._news:
            while True:
                for heard in self._heard[seen:]:
                    if wanted(heard):
                        return heard
                seen = len(self._heard)
                left = deadline - time.monotonic()
                if left <= 0:
                    kinds = [h.message for h in self._heard if h.type != "values"][-6:]
                    raise AssertionError(f"not on the WebSocket: {what}; last: {kinds}")
                self._news.wait(left)

    def wait_event(
        self, event: str, enterprise: str, tag: str, within_s: float, **fields: Any
    ) -> Heard:
        """The first `alarm` message of this event and point whose alarm has these fields."""

        def wanted(heard: Heard) -> bool:
            if heard.type != "alarm" or heard.message["event"] != event:
                return False
            alarm = heard.message["alarm"]
            expected = {"enterprise": enterprise, "tag": tag, **fields}
            return all(alarm[name] == value for name, value in expected.items())

        return self.wait(wanted, within_s, f"{event} of {enterprise}/{tag} {fields or ''}")

    def events(self, enterprise: str, tag: str | None = None) -> list[Json]:
        """All `alarm` messages of an enterprise or point, in order."""
        return [
            heard.message
            for heard in self.heard
            if heard.type == "alarm"
            and heard.message["alarm"]["enterprise"] == enterprise
            and tag in (None, heard.message["alarm"]["tag"])
        ]

    def _read(self) -> None:
        while True:
            try:
                message = json.loads(self._socket.recv())
            except ConnectionClosed:
                return
            with self._news:
                self._heard.append(Heard(time.monotonic(), message))
                self._news.notify_all()
