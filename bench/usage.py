"""Who used how much processor: the stack's programs by name, from /proc."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.living.stack import Stack

TICK = os.sysconf("SC_CLK_TCK")
NAMES = {
    "services.ingest": "ingest",
    "services.alerts": "alerts",
    "services.api": "api",
    "nats-server": "broker",
    "postgres": "database",
}


class Usage:
    """CPU seconds of each program since this was made.

    `workers` are processes of the benchmark that go on running; the others have ended when
    `spent` is asked. What remains of the machine's busy time is `neighbours`: the noise.
    """

    def __init__(self, stack: Stack, workers: Iterable[int] = ()) -> None:
        self._stack = stack
        self._workers = tuple(workers)
        self._before = self._now()

    def spent(self) -> dict[str, float]:
        """Seconds of processor time by program; a program that ended counts no more."""
        now = self._now()
        # The kernel counts in hundredths of a second: of nothing, a little less may remain.
        return {name: round(max(0.0, now[name] - self._before[name]), 2) for name in sorted(now)}

    def _now(self) -> defaultdict[str, float]:
        found: defaultdict[str, float] = defaultdict(float)
        for process in self._stack.processes():
            name = next((n for part, n in NAMES.items() if part in process.command), "other")
            found[name] += cpu_seconds(process.pid)
        mine = sum(os.times()[:4]) + sum(map(cpu_seconds, self._workers))
        found["neighbours"] = _busy_seconds() - sum(found.values()) - mine
        return found


def _busy_seconds() -> float:
    """What all cores have worked since the machine's start."""
    user, nice, system, _idle, _wait, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICK


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mb(pid: int) -> int:
    """The most memory a process has had, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024)
    return 0
