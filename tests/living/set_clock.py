"""`python -m tests.living.set_clock FILE MODULE`: a process whose wall clock is set while it runs.

FILE holds how many seconds it is off; whoever writes it sets the clock, as an administrator or a
time server would. The steady clock goes on. Only the standard library's clock is touched.
"""

import runpy
import sys
import time
from pathlib import Path

LOOK_S = 0.005


class WallClock:
    """The machine's, off by what the file says; looked at again every few milliseconds."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._true = time.time_ns
        self._looked = -1.0
        self._off_ns = 0

    def time_ns(self) -> int:
        """As `time.time_ns`."""
        now = time.monotonic()
        if now - self._looked > LOOK_S:
            self._looked = now
            self._off_ns = round(float(self._file.read_text() or 0) * 1e9)
        return self._true() + self._off_ns

    def time(self) -> float:
        """As `time.time`."""
        return self.time_ns() / 1e9


def main() -> None:
    """Run the module under that clock."""
    file, module = sys.argv[1:3]
    clock = WallClock(Path(file))
    time.time_ns, time.time = clock.time_ns, clock.time
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
