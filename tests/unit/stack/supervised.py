"""A process of its own that supervises small programs: what the tests kill.

Arguments: a folder, then one shell script a program; one that begins with `survive:` is to
survive. Writes `ready` once all run.
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
        survives, words = script.startswith("survive:"), script.removeprefix("survive:")
        command = ("/bin/sh", "-c", words)
        supervisor.start(Program(f"p{number}", command, patience=1.0, survives=survives))
    supervisor.keep(lambda: all((folder / f"up{n}").exists() for n in range(len(sys.argv) - 2)))
    (folder / "ready").touch()
    supervisor.keep()


if __name__ == "__main__":
    main()
