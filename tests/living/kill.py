"""`kill -9` of each process of an installation, and the sign that it is whole again."""

import os
import signal
import time

import httpx2

from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.stack import Stack

PROCESSES = ("supervisor", "broker", "database", "ingest", "alerts", "api")
GONE_WITHIN_S = 10.0
HEARTS = {"ingest": "ingest", "alerts": "engine"}
"""Whose sign of life the api hears once a second, by the name that it has there."""


def kill(stack: Stack, name: str) -> int:
    """Kill it in this moment; the number it had. Of the database it is the postmaster."""
    if name == "supervisor":
        assert stack.supervisor is not None
        pid = stack.supervisor.pid
    else:
        pid = _pid(stack, name)
    assert pid, f"{name} does not run, so it cannot be killed"
    os.kill(pid, signal.SIGKILL)
    return pid


def recover(stack: Stack, name: str, killed: int, within_s: float = 60.0) -> None:
    """Wait until it runs again and nothing is degraded; a supervisor is started by hand."""
    if name == "supervisor":
        assert stack.supervisor is not None
        stack.supervisor.wait()
        stack.assert_only_the_watcher_is_left(GONE_WITHIN_S)
        Stack.running.remove(stack)
        stack.start(within_s)
    else:
        eventually(lambda: _pid(stack, name) not in (0, killed), within_s, f"{name} runs again")
    again = time.monotonic()
    eventually(
        lambda: healthy(stack, HEARTS.get(name), again),
        within_s,
        f"all is well again after {name} was killed",
    )


def healthy(stack: Stack, heart: str | None = None, since: float = 0.0) -> bool:
    """`/readyz` says 200 and nothing is degraded, and `heart` was heard after `since` (seconds, this
    process's monotonic clock): for some seconds nobody notices that it stands still."""
    try:
        asked = time.monotonic()
        answer = httpx2.get(f"{stack.url}/readyz", timeout=2.0, verify=NO_TLS)
    except httpx2.HTTPError:
        return False
    if answer.status_code != 200 or answer.json().get("degraded"):
        return False
    if heart is None:
        return True
    lag = answer.json()["dependencies"][heart]["lag_s"]
    # Told in tenths.
    return lag is not None and asked - lag > since + 0.1


def _pid(stack: Stack, name: str) -> int:
    try:
        return int((stack.data_dir / "run" / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return 0
