"""The rules of the house, looked at by a machine."""

import ast
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers",
           "service", "shared"}  # fmt: skip
MAX_LINES = 400
BASE_OF_ALL_STYLES = ROOT / "console/src/style/base.css"


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


PRODUCT = sources("services", "device_sim")
CONSOLE = [path for path in sorted((ROOT / "console/src").rglob("*"))
           if path.suffix in (".ts", ".svelte", ".css")]  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def test_there_is_something_to_look_at() -> None:
    assert len(PRODUCT) > 10
    assert {".ts", ".svelte", ".css"} == {path.suffix for path in CONSOLE}


def test_a_module_is_a_noun_not_a_drawer() -> None:
    drawers = [
        name_of(path)
        for path in [*PRODUCT, *CONSOLE]
        if path != BASE_OF_ALL_STYLES and words_of(path) & DRAWERS
    ]
    assert drawers == []


def words_of(path: Path) -> set[str]:
    """The words of a module's name, and the folders it is in."""
    name = path.name.split(".")[0].lower()
    return {name, *re.split("[-_]", name), *path.relative_to(ROOT).parts[1:-1]}


def test_a_file_stays_small() -> None:
    lengths = {name_of(path): len(text_of(path).splitlines()) for path in [*PRODUCT, *CONSOLE]}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_a_function_stays_short() -> None:
    long = {
        f"{name_of(path)}: {node.name}": length
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > 60
    }
    assert long == {}


def test_sql_lives_in_the_store() -> None:
    statement = re.compile(
        r"""["'](select\s.+\sfrom|insert into|update \w+ set|delete from)\s""", re.I
    )
    elsewhere = [
        name_of(path)
        for path in sources("services")
        if not path.is_relative_to(ROOT / "services/store") and statement.search(text_of(path))
    ]
    assert elsewhere == []


def imported_roots(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.split(".")[0])
    return roots


def importers(folders: tuple[str, ...], wrong: Callable[[set[str]], set[str]]) -> dict[str, Any]:
    """The files that import what is wrong for them, and what."""
    found = {name_of(path): wrong(imported_roots(path)) for path in sources(*folders)}
    return {name: roots for name, roots in found.items() if roots}


def test_the_core_is_standard_library_only() -> None:
    known = set(sys.stdlib_module_names) | {"services"}
    assert importers(("services/domain",), lambda roots: roots - known) == {}


def test_the_core_reads_no_clock_and_writes_no_log() -> None:
    banned = {"time", "logging", "structlog", "os", "random", "asyncio"}
    assert importers(("services/domain", "services/wire"), lambda roots: roots & banned) == {}


def test_the_simulator_is_a_stranger() -> None:
    assert importers(("device_sim",), lambda roots: roots & {"services"}) == {}


def test_every_sql_statement_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources("services"))
    for path in sorted((ROOT / "services/store/sql").glob("*.sql")):
        for name in re.findall(r"(?m)^-- name: (\w+)", path.read_text(encoding="utf-8")):
            assert f'"{name}"' in code, f"{path.name}: nobody asks for {name}"


def test_every_sql_statement_has_a_name_and_a_purpose() -> None:
    for path in sorted((ROOT / "services/store/sql").glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        for block in re.split(r"(?m)^-- name: ", text)[1:]:
            head = block.splitlines()
            assert re.fullmatch(r"[a-z][a-z0-9_]*", head[0].strip()), (path, head[0])
            assert head[1].startswith("-- "), f"{path.name}: {head[0]} has no line of purpose"
