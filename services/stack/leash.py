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

STAT_BYTES = 4096
"""More than the kernel's line about a process is ever long."""


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
    for pid, (handle, number, _) in held.items():
        members = family(pid)
        _signal(handle, number)
        # A frozen process hears its signal only once it runs again.
        _signal(handle, signal.SIGCONT)
        for member in members:
            _kill(member, signal.SIGCONT)
    for pid, (handle, _, patience) in sorted(held.items(), key=lambda item: item[1][2]):
        select.select([handle], [], [], patience)
        members = family(pid)
        _signal(handle, signal.SIGKILL)
        for member in members:
            _kill(member, signal.SIGKILL)
        os.close(handle)


def family(leader: int) -> list[int]:
    """All others that came from this process: its descendants, and those of its session, whose
    parents may have died."""
    children: dict[int, list[int]] = {}
    session: list[int] = []
    # Each end of each program looks at every process of the machine: as cheaply as it can be done.
    for entry in os.listdir("/proc"):
        if not entry.isdecimal():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb", buffering=0) as stat:
                fields = stat.read(STAT_BYTES).rpartition(b")")[2].split()
        except OSError:
            continue
        pid, parent = int(entry), int(fields[1])
        children.setdefault(parent, []).append(pid)
        if int(fields[3]) == leader:
            session.append(pid)
    found = {leader, *session}
    waiting = [leader, *session]
    while waiting:
        born = [pid for pid in children.get(waiting.pop(), []) if pid not in found]
        found.update(born)
        waiting += born
    return sorted(found - {leader})


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
