"""Watching paho's network thread.

An exception in a callback kills the thread while `is_connected()` goes on saying yes: so the
thread itself is watched, not the flag.
"""

import asyncio
import threading
from collections.abc import Callable

from paho.mqtt.client import Client

from services.runtime.mqtt_client import cut

WATCH_S = 0.5
_FLUSH_S = 1.5
_CUT_S = 0.5
_STEP_S = 0.01


class NetworkThreadDied(RuntimeError):
    """The thread that talks to the broker is gone: the process must be started again."""


class NetworkThread:
    """The thread of one paho client, from its start to its end."""

    def __init__(self, client: Client, may_connect: Callable[[], bool] | None = None) -> None:
        """`may_connect` is asked, in the thread, right before each connection is made."""
        self._client = client
        self._may_connect = may_connect
        self._thread: threading.Thread | None = None
        self._closing = False
        client.on_pre_connect = self._note_thread

    def start(self) -> None:
        """Let paho start its thread, which connects and goes on connecting."""
        self._client.loop_start()

    def check(self) -> None:
        """Raise NetworkThreadDied if it ended without being told to."""
        if self._thread is not None and not self._thread.is_alive() and not self._closing:
            raise NetworkThreadDied("The thread that talks to the broker died.")

    async def watch(self) -> None:
        """Run for ever beside it. Raises NetworkThreadDied: the process must end."""
        while True:
            await asyncio.sleep(WATCH_S)
            self.check()

    async def close(self) -> None:
        """Say goodbye after what is queued, and wait for the end; cut it if it takes long."""
        self._closing = True
        self._client.disconnect()
        if not await self._ended(_FLUSH_S):
            cut(self._client)
            await self._ended(_CUT_S)

    async def _ended(self, seconds: float) -> bool:
        for _ in range(round(seconds / _STEP_S)):
            if self._thread is None or not self._thread.is_alive():
                return True
            await asyncio.sleep(_STEP_S)
        return False

    def _note_thread(self, _client: Client, _userdata: object) -> None:
        self._thread = threading.current_thread()
        if self._may_connect is not None and not self._may_connect():
            # paho takes it for a connection that failed, and asks `on_connect_fail`.
            raise ConnectionRefusedError("we may not connect any more")
