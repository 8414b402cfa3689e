"""How a service lives: it runs until it is told to stop, ends cleanly, or ends all the same."""

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

STOP_GRACE_S = 4.0
"""How long a service may take to end by itself after SIGTERM or SIGINT."""

CANCEL_GRACE_S = 0.7
"""How long it then has to react to being cancelled before the process just ends."""

GARBAGE_THRESHOLDS = (50_000, 20, 100)
"""Readings and messages die by reference count; looking for cycles every 700 objects, as Python
does by default, costs a judge of thousands of points a third of its time."""

_log = structlog.get_logger()


def run_service(
    main: Callable[[asyncio.Event], Awaitable[None]],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    """Run `main(stop)` on a fresh event loop until it returns.

    SIGTERM and SIGINT set `stop`; `main` then has `STOP_GRACE_S` to return. What it raises
    ends the process with a traceback and code 1, so that the supervisor starts it again.
    """
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_until_stopped(main))
    # The interpreter looks for cycles once more before it ends. Of all that an api holds that takes longer
    # than its whole end does, and on a busy machine longer than it was given.
    gc.freeze()


@contextmanager
def growing() -> Iterator[None]:
    """What is made inside stays for good: looking for cycles among it, again and again while it
    grows, would take longer than making it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Sleep for `seconds`, or until `stop` is set; whether it was."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return stop.is_set()
    return True


async def _until_stopped(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(_run(main, stop))
        watch = group.create_task(_end_in_time(stop, work))
        work.add_done_callback(lambda _: watch.cancel())


async def _run(main: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await main(stop)


async def _end_in_time(stop: asyncio.Event, work: asyncio.Task[None]) -> None:
    await stop.wait()
    if (await asyncio.wait([work], timeout=STOP_GRACE_S))[0]:
        return
    _log.warning("still busy after being told to stop: cancelling")
    work.cancel()
    if (await asyncio.wait([work], timeout=CANCEL_GRACE_S))[0]:
        return
    _log.error("did not react to being cancelled: ending the process")
    os._exit(70)
