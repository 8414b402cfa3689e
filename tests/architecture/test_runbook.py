"""What is written is checked: whoever is warned finds the warning in the runbook."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.api.database import Database
from services.api.problem import Kind, render
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.domain.broker_store import Level, StoreState
from services.runtime.clock import ManualClock
from services.wire.bus import Status

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "runbook.md", ROOT / "docs" / "runbook.zh-CN.md"]
LOUD = {"warning", "error", "critical", "exception"}


def sentences() -> Iterator[str]:
    """What our services can log loudly, as it stands in the code."""
    for path in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="_log"), attr=level), args=[first, *_]
                ) if level in LOUD:
                    assert isinstance(first, ast.Constant), f"{path}:{node.lineno} is no constant"
                    yield str(first.value)


def entries(page: Path) -> set[str]:
    """The first column of the tables."""
    return set(re.findall(r"(?m)^\| `([^`]+)` \|", page.read_text(encoding="utf-8")))


def headings(page: Path) -> set[str]:
    return set(re.findall(r"(?m)^### `([^`]+)`$", page.read_text(encoding="utf-8")))


def our_fault() -> set[str]:
    return {kind.value for kind in Kind if render(kind, "").status_code >= 500}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_loud_sentence_and_every_fault_of_ours_has_its_entry_and_no_other(
    page: Path,
) -> None:
    assert entries(page) == set(sentences()) | our_fault()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_all_that_can_be_degraded_has_its_entry(page: Path) -> None:
    clock = ManualClock()
    nothing_is_there = Vitals(clock, Database("postgresql://nowhere", clock), Replica())
    nothing_is_there.broker_store = StoreState(Level.FULL, 0.9, 1.0)
    nothing_is_there.hear(Status("ingest", False, clock.now_ms(), free_share=0.0, room="full"))
    nothing_is_there.said(taken=False)
    assert headings(page) == set(nothing_is_there.degraded())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_logs_it_sends_to_are_those_of_programs(page: Path) -> None:
    stack = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "services/stack").glob("*.py"))
    for name in re.findall(r"DATA_DIR/logs/(\w+)\.log", page.read_text(encoding="utf-8")):
        service = ROOT / "services" / name / "__main__.py"
        assert service.exists() or f'name="{name}",' in stack, name
