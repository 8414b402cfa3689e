"""Database and broker alone, for trials and tests: `python -m services.stack.engines`.

Prints, once both are up and migrated, the settings of each service as `NAME=VALUE` lines under a
`# SERVICE` heading, then `engines ready`; ends with Ctrl-C or SIGTERM. The data folder and the
ports come from the same settings as the whole stack's.
"""

import sys

from services.runtime.clock import SystemClock
from services.runtime.settings import inherited_environment
from services.stack.chosen import settings
from services.stack.data_dir import Interrupted
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.up import SERVICES, Stack, held


def main() -> None:
    """Start, print, wait for the end."""
    try:
        with held(settings(), inherited_environment(), SystemClock(), Progress()) as stack:
            stack.start_engines()
            _print(stack)
            stack.supervisor.keep()
    except Interrupted:
        sys.exit(130)
    except Refusal as refusal:
        sys.exit(str(refusal))


def _print(stack: Stack) -> None:
    for name in SERVICES:
        print(f"# {name}")
        for key, value in sorted(stack.embedded.settings_of(name).items()):
            print(f"{key}={value}")
    print("engines ready", flush=True)


if __name__ == "__main__":
    main()
