"""A console on the live push that notes when each alarm was on its screen's side of the socket."""

import threading
import time
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.living.park import Door


class _Alarm(msgspec.Struct):
    tag: str | None = None
    raised_at: str = ""


class _Message(msgspec.Struct):
    type: str
    event: str = ""
    alarm: _Alarm | None = None


class Listener:
    """`raised`: (tag, raised_at in epoch ms) → when it came, monotonic seconds.

    It takes the values of all points like any console; a message's time is taken before it is
    decoded. `resyncs` says how often the server found it too slow.
    """

    def __init__(self, door: Door) -> None:
        ticket = door.tell("/live/ticket")["ticket"]
        address = door.url.replace("http://", "ws://") + f"/api/v1/live?ticket={ticket}"
        self.raised: dict[tuple[str, int], float] = {}
        self.resyncs = 0
        self._decoder = msgspec.json.Decoder(_Message)
        self._socket = connect(address, max_size=64 * 2**20)
        self._reader = threading.Thread(target=self._read, name="listener", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._reader.join(5.0)

    def wait(self, expected: int, within_s: float) -> None:
        """Until that many alarms came, or the time is over."""
        deadline = time.monotonic() + within_s
        while len(self.raised) < expected and time.monotonic() < deadline:
            time.sleep(0.05)

    def _read(self) -> None:
        while True:
            try:
                text = self._socket.recv()
            except ConnectionClosed:
                return
            heard = time.monotonic()
            message = self._decoder.decode(text)
            self.resyncs += message.type == "resync"
            alarm = message.alarm
            if message.event == "raised" and alarm is not None and alarm.tag is not None:
                moment = datetime.fromisoformat(alarm.raised_at)
                self.raised[alarm.tag, round(moment.timestamp() * 1000)] = heard
