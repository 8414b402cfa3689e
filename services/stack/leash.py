"""Ends what the supervisor started when the supervisor itself is gone, however it went.

Run as `python -I -S leash.py`, in a session of its own, with a pipe from the supervisor as its
standard input. A line `+ PID SIGNAL PATIENCE` names a program, `- PID` takes it back. At the end
of the pipe each named program gets its signal and, after its patience in seconds, is killed with
all that it started. Standard library only, and no other module of ours: it must outlive them.
"""

import os
import select
import signal
import sys
from pathlib import Path


def main() -> None:
    """Follow the pipe to its end, then end what is still named."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    held: dict[int, tuple[int, int, float]] = {}
    for line in sys.stdin:
        match line.split():
            case ["+", pid, number, patience]:
                _hold(held, int(pid), int(number), float(patience))
            case ["-", pid] if int(pid) in held:
                os.close(held.pop(int(pid))[0])
            case _:
                pass
    _end(held)


def _hold(held: dict[int, tuple[int, int, float]], pid: int, number: int, patience: float) -> None:
    try:
        # A handle, not the number alone: a number can come to mean another process.
        held[pid] = (os.pidfd_open(pid), number, patience)
    except ProcessLookupError:
        return


def _end(held: dict[int, tuple[int, int, float]]) -> None:
    families = {pid: descendants(pid) for pid in held}
    for pid, (handle, number, _) in held.items():
        _signal(handle, number)
        # A frozen process hears its signal only once it runs again.
        for member in [pid, *families[pid]]:
            _kill(member, signal.SIGCONT)
    for pid, (handle, _, patience) in sorted(held.items(), key=lambda item: item[1][2]):
        if not select.select([handle], [], [], patience)[0]:
            family = descendants(pid)
            _signal(handle, signal.SIGKILL)
            for member in family:
                _kill(member, signal.SIGKILL)
        os.close(handle)


def descendants(ancestor: int) -> list[int]:
    """The processes that this one started, and theirs, of those that are there now."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        born = children.get(waiting.pop(), [])
        found += born
        waiting += born
    return found


def _signal(handle: int, number: int) -> None:
    try:
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    main()
