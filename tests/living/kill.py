"""`kill -9` of each process of an installation, and the sign that it is whole again."""

import os
import signal

import httpx2

from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.stack import Stack

PROCESSES = ("supervisor", "broker", "database", "ingest", "alerts", "api")
GONE_WITHIN_S = 10.0


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
    eventually(lambda: healthy(stack), within_s, f"all is well again after {name} was killed")


def healthy(stack: Stack) -> bool:
    """`/readyz` says 200 and nothing is degraded."""
    try:
        answer = httpx2.get(f"{stack.url}/readyz", timeout=2.0, verify=NO_TLS)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200 and not answer.json().get("degraded")


def _pid(stack: Stack, name: str) -> int:
    try:
        return int((stack.data_dir / "run" / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return 0
