"""Keeps programs running: starts them, starts them again with back-off, and ends them all.

Each program has its own session, so that Ctrl-C reaches the supervisor alone. Two things end the
programs of a supervisor that was killed: the kernel, which sends them their signal when their
parent dies, and the leash, a small process that notices the end of a pipe. A program that is to
survive has neither; and by the time of the file `supervisor.beat` it sees whether we live.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.runtime.clock import Clock
from services.stack.leash import family
from services.stack.logbook import Logbook
from services.stack.program import Program

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
# Up for so long, a program has earned a quick start again.
STEADY = 60.0
BEAT_EVERY = 1.0
BEAT = "supervisor.beat"
LEASH = Path(__file__).with_name("leash.py")


@dataclass(slots=True)
class Run:
    """One program, its present process (None between two) and when it may start again."""

    program: Program
    logbook: Logbook
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    wait: float = FIRST_WAIT
    deaths: int = 0


class Supervisor:
    """Call it from the main thread only: a program's life is tied to the thread that started it.

    `show` takes lines for the terminal; `ending`, once set, ends every wait; `lock` is a file that the leash shall hold open until all
    is ended.
    """

    def __init__(
        self,
        logs: Path,
        run: Path,
        clock: Clock,
        show: Callable[[str], None],
        ending: threading.Event,
        lock: int | None = None,
    ) -> None:
        self.logs = logs
        self._run = run
        self._clock = clock
        self._show = show
        self._lock = lock
        self._runs: dict[str, Run] = {}
        self._leash: subprocess.Popen[bytes] | None = None
        self._ending = ending
        self._beaten_at = float("-inf")

    def start(self, program: Program) -> None:
        """Start it, and from now on again whenever it ends."""
        path = self.logs / f"{program.name}.log"
        logbook = Logbook(path, program.name, self._show, program.wedged)
        self._runs[program.name] = Run(program, logbook)
        self._spawn(self._runs[program.name])

    def pid(self, name: str) -> int | None:
        """The process of this program, None while it is down."""
        process = self._runs[name].process
        return None if process is None else process.pid

    def deaths(self, name: str) -> int:
        """How often it ended by itself."""
        return self._runs[name].deaths

    def last_words(self, name: str) -> str:
        """The last line it wrote."""
        return self._runs[name].logbook.last

    @property
    def beat_file(self) -> Path:
        """Its time is that of our last look at the programs, a second apart."""
        return self._run / BEAT

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._ending.is_set()

    def keep(
        self, until: Callable[[], bool] = lambda: False, patience: float | None = None
    ) -> bool:
        """Look after the programs until the condition holds (True), `patience` seconds have
        passed or somebody asks for the end (False)."""
        deadline = None if patience is None else self._clock.monotonic() + patience
        while not self._ending.is_set():
            self._look()
            if until():
                return True
            if deadline is not None and self._clock.monotonic() > deadline:
                return False
            self._ending.wait(0.1)
        return False

    def stop_all(self) -> None:
        """End all programs, the last started first, each with its own signal; kill what stays."""
        for run in reversed(self._runs.values()):
            self._end(run)
        if self._leash is not None and self._leash.stdin is not None:
            self._leash.stdin.close()
            self._leash.wait()
            self._leash = None

    def _look(self) -> None:
        if self._leash is not None and self._leash.poll() is not None:
            self._leash = None
            for run in self._runs.values():
                self._hold(run)
        now = self._clock.monotonic()
        self._beat(now)
        for run in self._runs.values():
            if run.process is not None and run.logbook.told_wedged:
                # What it acknowledged is on its disk; a clean end could hang like the rest of it.
                run.process.kill()
                run.process.wait()
            if run.process is not None and run.process.poll() is not None:
                self._mourn(run)
            if run.process is None and now >= run.start_again_at:
                self._spawn(run)

    def _beat(self, now: float) -> None:
        if now - self._beaten_at < BEAT_EVERY:
            return
        self._beaten_at = now
        # A full disk is no reason to end, and none to seem dead: the time of a file needs no room.
        with suppress(OSError):
            self.beat_file.touch(mode=0o600)

    def _mourn(self, run: Run) -> None:
        assert run.process is not None
        code = run.process.returncode
        self._forget(run)
        self._put_off(run, f"ended {_how(code)}")

    def _put_off(self, run: Run, what: str) -> None:
        now = self._clock.monotonic()
        run.deaths += 1
        run.wait = FIRST_WAIT if now - run.started_at > STEADY else run.wait
        run.start_again_at = now + run.wait
        self._show(
            f"{run.program.name} {what}; it starts again in {run.wait:g} s. "
            f"Its last words: {run.logbook.last[:200] or 'none'}"
        )
        run.wait = min(run.wait * 2, LONGEST_WAIT)

    def _spawn(self, run: Run) -> None:
        program = run.program
        group = None if program.account is None else pwd.getpwnam(program.account).pw_gid
        run.started_at = self._clock.monotonic()
        run.logbook.told_wedged = False
        try:
            run.process = self._popen(program, group)
        except OSError as error:
            self._put_off(run, f"cannot be started ({error})")
            return
        self._follow(run, run.process)
        self._hold(run)

    def _popen(self, program: Program, group: int | None) -> subprocess.Popen[bytes]:
        tether = [] if program.survives else _tether(program.stop)
        # Our pipe would end with us, and hold it up while we are frozen.
        said = subprocess.DEVNULL if program.survives else subprocess.PIPE
        return subprocess.Popen(
            [*tether, *program.command],
            env=dict(program.env) if program.env else None,
            cwd=program.cwd,
            user=program.account,
            group=group,
            extra_groups=None if program.account is None else [],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _follow(self, run: Run, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is not None:
            name = f"log-{run.program.name}"
            run.reader = threading.Thread(
                target=run.logbook.follow, args=(process.stdout,), name=name, daemon=True
            )
            run.reader.start()
        # For people and tests; a full disk must not keep a program from starting.
        with suppress(OSError):
            self._pid_file(run).write_text(f"{process.pid}\n")

    def _end(self, run: Run) -> None:
        if run.process is None:
            return
        if run.process.poll() is None:
            run.process.send_signal(run.program.stop)
            # A frozen process hears its signal only once it runs again.
            _kill([run.process.pid, *family(run.process.pid)], signal.SIGCONT)
            try:
                run.process.wait(run.program.patience)
            except subprocess.TimeoutExpired:
                self._show(f"{run.program.name} did not end in time and is killed.")
                _kill([run.process.pid, *family(run.process.pid)], signal.SIGKILL)
                run.process.wait()
        self._forget(run)

    def _forget(self, run: Run) -> None:
        assert run.process is not None
        self._tell_leash(f"- {run.process.pid}\n")
        # What it started must not live on beside its successor.
        _kill(family(run.process.pid), signal.SIGKILL)
        if run.reader is not None:
            # The pipe may be held open by something the program left behind.
            run.reader.join(1.0)
        with suppress(OSError):
            self._pid_file(run).unlink(missing_ok=True)
        run.process = None

    def _hold(self, run: Run) -> None:
        if run.process is not None and not run.program.survives:
            program = run.program
            self._tell_leash(f"+ {run.process.pid} {int(program.stop)} {program.patience}\n")

    def _tell_leash(self, line: str) -> None:
        if self._leash is None:
            self._leash = self._new_leash()
        assert self._leash.stdin is not None
        try:
            self._leash.stdin.write(line.encode())
            self._leash.stdin.flush()
        except BrokenPipeError:
            # It is dead; the next look makes a new one and tells it everything.
            return

    def _new_leash(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(LEASH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            pass_fds=() if self._lock is None else (self._lock,),
            start_new_session=True,
        )

    def _pid_file(self, run: Run) -> Path:
        return self._run / f"{run.program.name}.pid"


def _tether(stop: signal.Signals) -> list[str]:
    """What lets the kernel send this signal to the program when its parent dies, where there is
    such a tool; set after the change of user, which would clear it."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", stop.name[3:], "--"]


def _kill(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _how(code: int) -> str:
    if code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"with code {code}"
