"""Asking by a schedule, answered or not: a window that makes its callers wait cannot hide it."""

import asyncio
import math
from collections.abc import Callable
from typing import Any

import httpx2

from bench.latency import summary

CONNECTIONS = 40
TIMEOUT_S = 30.0


async def ask_by_schedule(
    url: str, token: str, paths: Callable[[int], str], rate: float, seconds: float
) -> dict[str, Any]:
    """Percentiles (ms) from when each request was due to its whole answer; `refused` were answered
    with another status than 200."""
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    headers = {"Authorization": f"Bearer {token}"}
    loop, taken, refused = asyncio.get_running_loop(), list[float](), list[int]()
    async with httpx2.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=TIMEOUT_S
    ) as http:
        begun, count = loop.time() + 0.2, math.floor(rate * seconds)

        async def ask(number: int) -> None:
            due = begun + number / rate
            await asyncio.sleep(due - loop.time())
            answer = await http.get(paths(number))
            if answer.status_code == 200:
                taken.append(loop.time() - due)
            else:
                refused.append(answer.status_code)

        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(ask(number))
    ordered = sorted(taken)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan
    found = summary(taken, count) | {"p95_ms": round(p95 * 1000, 2)}
    return found | {"refused": len(refused), "rate": rate}
