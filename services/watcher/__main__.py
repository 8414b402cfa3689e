"""`python -m services.watcher`: watch; `--once` ends with the first verdict (0: the canary came
through, 2: it is dead), `--stop` ends the one that watches, `--check` says whether one does."""

import sys

from services.watcher.options import BadOption, Options, options
from services.watcher.place import Taken, end, is_alive
from services.watcher.run import Watcher

WORDS = ("--once", "--stop", "--check")


def main(words: list[str], told: Options) -> int:
    """The exit code."""
    if "--stop" in words:
        return 0 if end(told.run) else 1
    if "--check" in words:
        return 0 if is_alive(told.run) else 1
    return Watcher(told).run(once="--once" in words)


if __name__ == "__main__":
    given = sys.argv[1:]
    if not set(given) <= set(WORDS):
        sys.exit(f"Only {', '.join(WORDS)} can be said.")
    try:
        sys.exit(main(given, options()))
    except (BadOption, Taken) as refused:
        sys.exit(str(refused))
