"""A disk whose sync fails once: `python -m tests.living.failing_sync FLAGS ACCOUNT PROGRAM WORDS…`.

Runs the program (as ACCOUNT, where that is not `-`) with every `fsync` and `fdatasync` of it and its children held up in the kernel
(seccomp's user notification) until we say what they answer: that they go on, or, where a file of
the call's name lies in FLAGS, that the disk failed (EIO). That file is taken away: one call fails.
Needs no rights; a machine that does not allow it ends this with code 77.
"""

import array
import ctypes
import errno
import fcntl
import os
import platform
import pwd
import select
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

NOT_HERE = 77

CALLS = {
    "x86_64": (317, {74: "fsync", 75: "fdatasync"}),
    "aarch64": (277, {82: "fsync", 83: "fdatasync"}),
}
"""By machine: the number of `seccomp`, and of the calls that are held up."""

LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
SET_FILTER, NEW_LISTENER, NO_NEW_RIGHTS = 1, 8, 38
RECEIVE, ANSWER = 0xC0502100, 0xC0182101
"""SECCOMP_IOCTL_NOTIF_RECV and _SEND."""
QUESTION = struct.Struct("QIIiIQ6Q")
REPLY = struct.Struct("QqiI")
GO_ON = 1


def works() -> bool:
    """Whether this machine lets a process do so."""
    words = [sys.executable, "-m", "tests.living.failing_sync", "/nowhere", "-", "true"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def main(flags: Path, account: str, words: list[str]) -> int:
    """Run the program to its end; its code."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _become(theirs, account, words)
    theirs.close()
    listener = _taken(ours)
    if listener is None:
        os.waitpid(child, 0)
        return NOT_HERE
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(child, number))
    return _answer_until_the_end(listener, child, flags)


def _become(theirs: socket.socket, account: str, words: list[str]) -> None:
    """In the child: hold the calls up, hand the listener over, and become the program."""
    try:
        listener = _hold_up()
    except OSError:
        theirs.close()
        os._exit(NOT_HERE)
    with theirs:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener]))]
        theirs.sendmsg([b"x"], rights)
    os.close(listener)
    if account != "-":
        owner = pwd.getpwnam(account)
        os.setgroups([])
        os.setgid(owner.pw_gid)
        os.setuid(owner.pw_uid)
    os.chdir("/")
    os.execvp(words[0], words)


def _hold_up() -> int:
    """The listener's descriptor. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    number, calls = CALLS[platform.machine()]
    steps = [(LOAD_NUMBER, 0, 0, 0)]
    for place, call in enumerate(calls):
        steps.append((JUMP_IF_EQUAL, len(calls) - place, 0, call))
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ASK)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    kept = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(kept))
    )
    if library.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    listener: int = library.syscall(number, SET_FILTER, NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def _taken(ours: socket.socket) -> int | None:
    """The listener, handed over by the child; None where it could not make one."""
    with ours:
        said, rights, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(4))
    return array.array("i", rights[0][2])[0] if said else None


def _answer_until_the_end(listener: int, child: int, flags: Path) -> int:
    watched = select.poll()
    watched.register(listener, select.POLLIN)
    while True:
        if any(event & select.POLLIN for _, event in watched.poll(200)):
            _answer(listener, flags)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)


def _answer(listener: int, flags: Path) -> None:
    question = bytearray(QUESTION.size)
    try:
        fcntl.ioctl(listener, RECEIVE, question)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINTR):  # whoever called is gone
            return
        raise
    id_, _, _, number, *_ = QUESTION.unpack(question)
    flag = flags / CALLS[platform.machine()][1][number]
    failed = flag.exists()
    flag.unlink(missing_ok=True)
    reply = REPLY.pack(id_, 0, -errno.EIO if failed else 0, 0 if failed else GO_ON)
    try:
        fcntl.ioctl(listener, ANSWER, reply)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
