"""The process that tries rules on the past: beside the api, so that it takes nothing from it.

One line of JSON comes in, one goes out. It is nicer than everybody else, has a connection and a
deadline of its own, and ends when the api that started it does.
"""

import asyncio
import os
import sys
import threading

import msgspec
import psycopg

from services.api.backtest_job import DEADLINE_S, Done, Job
from services.store.backtest import TooMuch, backtest
from services.store.deadline import connect

NICE = 10


def main() -> None:
    """Do one job and end, at once: a thread that reads may not hold the end up."""
    os.nice(NICE)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_the_api, daemon=True).start()
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_do(job))))
    sys.stdout.buffer.flush()
    os._exit(0)


async def _do(job: Job) -> Done:
    try:
        async with asyncio.timeout(DEADLINE_S):
            connection = await connect(job.database_url, application="parkwatch-backtest")
            try:
                what = job.trials, job.start, job.end, job.detectors, job.now
                return Done(await backtest(connection, *what, tenant=job.tenant))
            finally:
                await connection.close()
    except TooMuch as refused:
        return Done(too_much=str(refused))
    except TimeoutError:
        return Done(
            too_much=f"This took longer than {DEADLINE_S:g} s: ask for a shorter stretch, or for "
            "fewer points."
        )
    except psycopg.OperationalError:
        return Done(database_away=True)


def _end_with_the_api() -> None:
    """Its end of the line stays open as long as it lives and wants an answer."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
