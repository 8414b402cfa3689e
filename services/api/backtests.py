"""Back-tests under way: one at a time for each account, few in all, each a process of its own."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from services.api.backtest_job import DEADLINE_S, Done, Job
from services.api.database import DatabaseAway
from services.api.problem import Kind, Problem
from services.domain.backtest import Backtest

AT_ONCE = 2
"""In all: each takes a core and a connection."""
GRACE_S = 10.0
"""How long after its own deadline a process may still be."""


@dataclass(slots=True)
class Backtests:
    """Starts the processes and takes their answers."""

    _accounts: set[str] = field(default_factory=set)

    async def run(self, account: str, job: Job) -> Backtest:
        """Wait for the result. Refuses a second one of the same account, and what is too much."""
        if account in self._accounts:
            raise _busy("You have a back-test under way: wait for it, then ask for the next.")
        if len(self._accounts) >= AT_ONCE:
            raise _busy("Others have back-tests under way: try again in a minute.")
        self._accounts.add(account)
        try:
            done = await _work(job)
        finally:
            self._accounts.discard(account)
        if done.database_away:
            raise DatabaseAway
        if done.found is None:
            raise Problem(Kind.INVALID, done.too_much or "The back-test ended without an answer.")
        return done.found


async def _work(job: Job) -> Done:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.api.backtest_worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(job) + b"\n")
        async with asyncio.timeout(DEADLINE_S + GRACE_S):
            said = await process.stdout.read()
        return msgspec.json.decode(said, type=Done) if said else Done()
    except TimeoutError:
        return Done(too_much="The back-test did not end in time: ask for a shorter stretch.")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.stdin.close()
        await process.wait()


def _busy(sentence: str) -> Problem:
    return Problem(Kind.TOO_MANY, sentence, {"Retry-After": "30"})
