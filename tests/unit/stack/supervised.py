"""A process of its own that supervises small programs: what the tests kill.

Arguments: a folder, then one shell script a program. Writes `ready` once all run.
"""

import sys
import threading
from pathlib import Path

from services.runtime.clock import SystemClock
from services.stack.program import Program
from services.stack.supervisor import Supervisor


def main() -> None:
    folder = Path(sys.argv[1])
    supervisor = Supervisor(folder, folder, SystemClock(), print, threading.Event())
    for number, script in enumerate(sys.argv[2:]):
        supervisor.start(Program(f"p{number}", ("/bin/sh", "-c", script), patience=1.0))
    supervisor.keep(lambda: all((folder / f"up{n}").exists() for n in range(len(sys.argv) - 2)))
    (folder / "ready").touch()
    supervisor.keep()


if __name__ == "__main__":
    main()
