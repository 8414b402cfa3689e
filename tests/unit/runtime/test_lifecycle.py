"""A service ends when told to, or is ended."""

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from services.runtime.lifecycle import pause

GOOD = """
import asyncio
from services.runtime.lifecycle import run_service
async def main(stop):
    print("up", flush=True)
    await stop.wait()
    print("down", flush=True)
run_service(main)
"""
BROKEN = """
from services.runtime.lifecycle import run_service
async def main(stop):
    print("up", flush=True)
    raise RuntimeError("a bug")
run_service(main)
"""
DEAF = """
import asyncio
import services.runtime.lifecycle as lifecycle
lifecycle.STOP_GRACE_S = 0.2
lifecycle.CANCEL_GRACE_S = 0.2
async def main(stop):
    print("up", flush=True)
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
lifecycle.run_service(main)
"""


def started(program: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish(number: signal.Signals) -> None:
    process = started(GOOD)
    process.send_signal(number)
    said, _ = process.communicate(timeout=10)

    assert (process.returncode, said) == (0, "down\n")


def test_a_bug_ends_the_process_with_its_traceback() -> None:
    _, errors = (process := started(BROKEN)).communicate(timeout=10)

    assert process.returncode == 1
    assert "a bug" in errors


def test_what_does_not_listen_is_ended() -> None:
    process = started(DEAF)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)

    assert process.returncode == 70


async def test_a_pause_ends_early_when_stopped() -> None:
    stop = asyncio.Event()
    assert not await pause(stop, 0.01)

    asyncio.get_running_loop().call_later(0.05, stop.set)
    begun = time.monotonic()

    assert await pause(stop, 30)
    assert time.monotonic() - begun < 5
