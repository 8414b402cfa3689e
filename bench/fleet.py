"""Publishers in processes of their own, started together."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bench.machine import ROOT
from bench.order import Burst, Consume, Paced, Raise, Sent, Start

LEAD_S = 0.3
"""From the order to begin until the first message: long enough for all to have read it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a fleet did together; times on the monotonic clock."""

    begun: float
    acked: float
    messages: int
    payload_bytes: int
    cpu_s: float
    raises: list[Raise]
    late_s: float
    cuts: int


class Worker:
    """One process of ours that is given one order, and says `ready` once it can begin."""

    def __init__(self, module: str, order: msgspec.Struct) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.tell(order)

    def tell(self, order: msgspec.Struct) -> None:
        """One line to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order).decode() + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """One line from it; raises RuntimeError when it ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the benchmark ended: {self.process.wait()}")
        return line

    def end(self) -> None:
        """Let it go: an end of its input is the end of its work."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Fleet:
    """Publishers that are connected and wait."""

    def __init__(self, orders: Sequence[Burst | Paced]) -> None:
        self._workers = [Worker("bench.publisher", order) for order in orders]
        for worker in self._workers:
            worker.hear()

    def run(self) -> Run:
        """Let them publish, and wait for the last acknowledgement."""
        start = Start(time.monotonic() + LEAD_S)
        for worker in self._workers:
            worker.tell(start)
        sent = [msgspec.json.decode(worker.hear(), type=Sent) for worker in self._workers]
        for worker in self._workers:
            worker.end()
        return Run(
            min(each.begun for each in sent),
            max(each.acked for each in sent),
            sum(each.messages for each in sent),
            sum(each.payload_bytes for each in sent),
            sum(each.cpu_s for each in sent),
            [found for each in sent for found in each.raises],
            max(each.late_s for each in sent),
            sum(each.cuts for each in sent),
        )


def consumer(order: Consume) -> Worker:
    """A bare consumer, connected and subscribed."""
    worker = Worker("bench.bare", order)
    worker.hear()
    return worker
