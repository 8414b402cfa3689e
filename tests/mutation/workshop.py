"""Runs the fast tests against changed modules, each change in a process of its own.

This process imports what is installed and nothing of Parkwatch, so that a fork of it imports the
changed module in place of the one on the disk. No file is written.
"""

import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import hypothesis
import pytest

from tests.mutation.mutant import Mutant, changed
from tests.mutation.selection import Chosen, Tracing

# Third parties that the tests import: once here instead of once in each fork.
for _name in ("hypothesis.stateful", "msgspec", "numpy", "pytest_asyncio.plugin", "structlog"):
    importlib.import_module(_name)

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "services/domain"
FAST = (
    "tests/unit/domain",
    "tests/unit/alerts",
    "tests/unit/wire",
    "tests/unit/ingest",
    "tests/unit/store",
    "tests/unit/stack/test_journal_seals.py",
    "tests/stories",
    "tests/property",
)
AT_ONCE = 2
MOST_TESTS = 400
"""Of the tests that execute the changed line, the quickest so many are run."""
SECONDS = 25.0
GRACE_S = 30.0
MEMORY = 4 * 2**30
SURVIVED, UNTESTED = 0, -1


@dataclass
class Knowledge:
    """Which tests execute a line, the quickest first."""

    by_line: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests of a change; for one that takes effect when the module is imported, those
        of the whole module."""
        path = str(path_of(mutant.module))
        lines = range(mutant.first, mutant.last + 1)
        found = {test for line in lines for test in self.by_line.get((path, line), ())}
        if not found:
            found = {t for (file, _), ts in self.by_line.items() if file == path for t in ts}
        return sorted(found, key=lambda test: self.seconds.get(test, 0.0))[:MOST_TESTS]


class _Changed:
    """Imports one module from a changed tree."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, path_of(name), loader=self)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def path_of(module: str) -> Path:
    """The file of a module."""
    return ROOT / (module.replace(".", "/") + ".py")


def explore(notes: Path) -> Knowledge:
    """Run all fast tests once and see what they execute. Raises RuntimeError when one fails."""
    pid = os.fork()
    if pid == 0:
        _quiet(notes.with_suffix(".log"))
        tracing = Tracing(DOMAIN)
        paths = [each for each in FAST if (ROOT / each).exists()]
        code = _pytest(paths, tracing, "--timeout=300")
        lines = {test: sorted(found) for test, found in tracing.lines.items()}
        notes.write_text(json.dumps({"lines": lines, "seconds": tracing.seconds}))
        os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(notes.with_suffix(".log").read_text()[-4000:])
    told = json.loads(notes.read_text())
    known = Knowledge(seconds=told["seconds"])
    for test, found in told["lines"].items():
        for file, line in found:
            known.by_line.setdefault((file, line), []).append(test)
    return known


def try_all(some: Iterable[Mutant], known: Knowledge) -> Iterator[tuple[Mutant, bool]]:
    """Each change, and whether a test noticed it."""
    waiting = iter(some)
    running: dict[int, tuple[Mutant, float]] = {}
    more = True
    while more or running:
        while more and len(running) < AT_ONCE:
            mutant = next(waiting, None)
            if mutant is None:
                more = False
            elif tests := known.tests(mutant):
                running[_begin(mutant, tests)] = (mutant, time.monotonic())
            else:
                yield mutant, False
        if running:
            yield from _ended(running)


def _ended(running: dict[int, tuple[Mutant, float]]) -> Iterator[tuple[Mutant, bool]]:
    time.sleep(0.005)
    for pid, (mutant, since) in list(running.items()):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            if time.monotonic() - since > SECONDS + GRACE_S:
                os.kill(pid, signal.SIGKILL)
            continue
        del running[pid]
        yield mutant, os.waitstatus_to_exitcode(status) != SURVIVED


def _begin(mutant: Mutant, tests: Sequence[str]) -> int:
    source = path_of(mutant.module).read_text("utf-8")
    pid = os.fork()
    if pid:
        return pid
    _quiet(Path(os.devnull))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    code = compile(changed(source, mutant.number), str(path_of(mutant.module)), "exec")
    sys.meta_path.insert(0, _Changed(mutant.module, code))
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    os._exit(_pytest(files, Chosen(list(tests), SECONDS), "-x", "--timeout=20"))


def _pytest(paths: Sequence[str], plugin: object, *options: str) -> int:
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation",
        deadline=None,  # a machine that was busy has noticed nothing
        derandomize=True,
        database=None,
        phases=phases,
        print_blob=False,
    )
    hypothesis.settings.load_profile("mutation")
    os.chdir(ROOT)
    alone = ["--noconftest", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]
    usual = ["-q", "--tb=no", "-m", "not long and not serial"]
    return int(pytest.main([*alone, *usual, *options, *paths], plugins=[plugin]))


def _quiet(path: Path) -> None:
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
