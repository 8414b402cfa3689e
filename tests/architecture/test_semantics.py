"""Every sentence of the semantics names its tests, and they are there."""

import ast
import re

from tests.architecture.repository import ROOT

PAGE = ROOT / "docs/reference/semantics.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def sentences() -> dict[str, list[tuple[str, str]]]:
    """Each sentence of the page and the tests that it names."""
    rows = re.findall(r"(?m)^\| (?!sentence|-)(.+?) \| (.*?) \|$", PAGE.read_text("utf-8"))
    return {sentence: TEST.findall(proofs) for sentence, proofs in rows}


def test_every_sentence_is_proved() -> None:
    found = sentences()
    assert len(found) > 50
    assert [sentence for sentence, proofs in found.items() if not proofs] == []


def test_every_proof_is_there() -> None:
    wanted = {proof for proofs in sentences().values() for proof in proofs}
    known: dict[str, set[str]] = {}
    for path, _ in wanted:
        if path not in known:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            known[path] = {node.name for node in tree.body if isinstance(node, functions)}
    assert {proof for proof in wanted if proof[1] not in known[proof[0]]} == set()
