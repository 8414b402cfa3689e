"""How much of the domain the fast tests hold fast: of 100 small changes they notice 85.

A sample with a fixed seed (its size: `tests/mutation/__main__.py`); `python -m tests.mutation
--all MODULE` tries every change of a module and lists those that nobody noticed.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutant import changed, mutants

ROOT = Path(__file__).parents[2]
NOTICED = 0.85
SECONDS = 3_000

SAMPLE = '''
def worst(a: int | None, b: int) -> int:
    """Text."""
    assert a is not None
    if a >= b and not b:
        return a + 1
    return b
'''


def test_each_change_is_one_small_thing_that_decides() -> None:
    found = {each.what for each in mutants("services.domain.sample", SAMPLE)}
    assert found == {
        "a >= b and (not b) → a >= b or not b",
        "a >= b → a > b",
        "a >= b → a < b",
        "not b → b",
        "return a + 1 → None",
        "a + 1 → a - 1",
        "1 → 2",
        "return b → None",
    }


def test_a_change_changes_that_and_nothing_else() -> None:
    (boundary,) = [m for m in mutants("m", SAMPLE) if m.what == "a >= b → a > b"]
    there = ast.unparse(changed(SAMPLE, boundary.number))
    assert there == ast.unparse(ast.parse(SAMPLE)).replace("a >= b", "a > b")


@pytest.mark.long
@pytest.mark.timeout(SECONDS)
def test_the_fast_tests_notice_85_of_100_changes_of_the_domain(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.mutation", "--json", str(figures)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(said.stdout, said.stderr)
    assert said.returncode == 0
    modules = json.loads(figures.read_text())
    tried = sum(each["tried"] for each in modules)
    survived = sum(len(each["survived"]) for each in modules)
    assert tried > 700
    assert (tried - survived) / tried >= NOTICED
