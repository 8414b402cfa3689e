"""`python -m tests.mutation [--all] [--json FILE] [MODULE ...]`: how much of the domain the fast
tests hold fast, and what they let pass."""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutant import Mutant, mutants
from tests.mutation.workshop import DOMAIN, explore, path_of, try_all

SEED = 20_261_122
SAMPLE = 12
"""Changes tried of a module, or one in six of its changes where that is more. All of it takes some
20 minutes on two cores; `--all` for one module as long as the tests of its lines take together."""
ONE_IN = 6


@dataclass(frozen=True)
class Tried:
    """What became of a module's changes."""

    module: str
    possible: int
    tried: int
    survived: tuple[str, ...]


def sample(module: str, whole: bool) -> tuple[list[Mutant], int]:
    """The changes of a module that are tried, and how many there are."""
    every = mutants(module, path_of(module).read_text("utf-8"))
    size = len(every) if whole else min(len(every), max(SAMPLE, len(every) // ONE_IN))
    chance = random.Random(f"{SEED}{module}")
    return sorted(chance.sample(every, size), key=lambda m: m.number), len(every)


def modules(names: Sequence[str]) -> list[str]:
    """The modules of the domain, or those named."""
    found = sorted(path.stem for path in DOMAIN.glob("*.py") if path.stem != "__init__")
    return [f"services.domain.{name}" for name in found if not names or name in names]


def main() -> None:
    """Print the figures by module, and every change that nobody noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="names in services/domain; by default all")
    parser.add_argument("--all", action="store_true", help="every change, not a sample")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        known = explore(Path(folder) / "notes.json")
    print(f"{len(known.seconds)} tests, {time.monotonic() - began:.0f} s", flush=True)
    chosen = {module: sample(module, asked.all) for module in modules(asked.modules)}
    survivors: dict[str, list[str]] = {module: [] for module in chosen}
    for mutant, noticed in try_all((m for some, _ in chosen.values() for m in some), known):
        if not noticed:
            survivors[mutant.module].append(mutant.name)
            print(f"survived  {mutant.name}", flush=True)
    tried = [
        Tried(module, possible, len(some), tuple(sorted(survivors[module])))
        for module, (some, possible) in chosen.items()
    ]
    report(tried, time.monotonic() - began)
    if asked.json:
        asked.json.write_text(json.dumps([vars(each) for each in tried]))


def report(tried: Sequence[Tried], seconds: float) -> None:
    """A line a module, and the whole."""
    for each in tried:
        killed = each.tried - len(each.survived)
        share = f"{100 * killed / each.tried:5.1f} %" if each.tried else "    –  "
        print(f"{share}  {killed:4} of {each.tried:4} ({each.possible} possible)  {each.module}")
    every = sum(each.tried for each in tried)
    left = sum(len(each.survived) for each in tried)
    if not every:
        sys.exit("Nothing was tried: name modules of services/domain.")
    print(f"{100 * (every - left) / every:.1f} % of {every} changes noticed, {seconds:.0f} s")


if __name__ == "__main__":
    main()
