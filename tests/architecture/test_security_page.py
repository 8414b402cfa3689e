"""What is written is checked: every control of `docs/security.md` names tests, and they are there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [f"S{number}" for number in range(1, 51)]
NAMED = re.compile(r"^test_((?:s\d+_)+)")


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def table(heading: str) -> dict[str, str]:
    """First column and the rest of the rows of a section."""
    text = PAGE.read_text("utf-8")
    section = re.split(r"(?m)^## ", text)
    (found,) = [each for each in section if each.startswith(heading)]
    rows = re.findall(r"(?m)^\| ([^|]+?) \| (.+) \|$", found)
    return dict(rows[1:])


def test_every_row_of_the_checklist_is_proved() -> None:
    rows = table("The checklist")
    assert list(rows) == ROWS
    assert [name for name, rest in rows.items() if not TEST.search(rest)] == []


def test_every_test_that_is_named_is_there() -> None:
    named = set(TEST.findall(PAGE.read_text("utf-8")))
    assert len(named) > 100
    assert {each for each in named if each[1] not in named_in(each[0])} == set()


def test_what_is_named_after_a_row_proves_a_row_that_there_is() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in named_in(str(path.relative_to(ROOT))):
            found = NAMED.match(name)
            if found is not None:
                rows = {each.upper() for each in found.group(1).split("_") if each}
                assert rows <= set(ROWS), f"{path}::{name}"


def test_every_clause_of_a_standard_names_rows_and_a_test() -> None:
    for heading, least in (("等保 2.0", 20), ("IEC 62443-3-3", 25), ("OWASP ASVS 5.0", 40)):
        rows = table(heading)
        assert len(rows) >= least, heading
        for name, rest in rows.items():
            assert TEST.search(rest), name
            named = re.findall(r"\bS\d+\b", TEST.sub("", rest))
            assert named, name
            assert set(named) <= set(ROWS), name
