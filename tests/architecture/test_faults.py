"""Every fault of the page names its tests or says why it has none, and they are there."""

import ast
import re
from dataclasses import dataclass

from tests.architecture.repository import ROOT

PAGE = ROOT / "docs/reference/faults.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROMISED = {*range(1, 9), *range(13, 17), *range(25, 32), 34, 35, *range(36, 42), 51}


@dataclass(frozen=True)
class Fault:
    """One row: its tests by path and name, and what is not proved."""

    name: str
    short: list[tuple[str, str]]
    long: list[tuple[str, str]]
    unproved: str


def faults() -> list[Fault]:
    """The rows of the page's tables."""
    found = []
    for line in PAGE.read_text("utf-8").splitlines():
        if not line.startswith("| ") or line.startswith("| fault "):
            continue
        name, _, short, long, unproved = (each.strip() for each in line.strip("|").split("|"))
        found.append(Fault(name, TEST.findall(short), TEST.findall(long), unproved))
    return found


def functions(path: str) -> dict[str, bool]:
    """The tests of a file, and whether each is a long proof."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    whole = any(isinstance(n, ast.Assign) and _is_long(n.value) for n in tree.body)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name: whole or any(_is_long(each) for each in node.decorator_list)
        for node in tree.body
        if isinstance(node, kinds)
    }


def _is_long(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "long" for each in ast.walk(node))


def test_every_fault_is_proved_in_a_short_form_or_it_is_said_why_not() -> None:
    found = faults()
    assert {int(n) for each in found for n in re.findall(r"^F(\d+)", each.name)} == PROMISED
    assert [each.name for each in found if not each.short and not each.unproved] == []


def test_every_proof_is_there_and_as_long_as_it_is_said_to_be() -> None:
    wrong = [
        (path, name)
        for fault in faults()
        for proofs, long in ((fault.short, False), (fault.long, True))
        for path, name in proofs
        if functions(path).get(name) is not long
    ]
    assert wrong == []
