"""Every behaviour of the engine's page names its tests, and they are there."""

import ast
import re

from tests.architecture.repository import ROOT

PAGE = ROOT / "docs/reference/proofs.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def behaviours() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each behaviour of the page and the tests that it names."""
    rows = re.findall(r"(?m)^\| (?!behaviour )(.+?) \| (.*?) \| .*\|$", PAGE.read_text("utf-8"))
    return [(behaviour, TEST.findall(proofs)) for behaviour, proofs in rows]


def names(path: str) -> set[str]:
    """The tests of a file; a state machine's is the name it is given."""
    found: set[str] = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return {name for name in found if name.lower().startswith("test")}


def test_every_behaviour_is_proved() -> None:
    found = behaviours()
    assert len(found) > 25
    assert len({behaviour for behaviour, _ in found}) == len(found)
    assert [behaviour for behaviour, proofs in found if not proofs] == []


def test_every_proof_is_there() -> None:
    wanted = {proof for _, proofs in behaviours() for proof in proofs}
    known = {path: names(path) for path in {path for path, _ in wanted}}
    assert {proof for proof in wanted if proof[1] not in known[proof[0]]} == set()
