"""The rules of the house, looked at by a machine."""

import ast
import re
from pathlib import Path

import pytest

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


def test_there_is_something_to_look_at() -> None:
    assert len(PRODUCT) > 10
    assert {".ts", ".svelte", ".css"} == {path.suffix for path in CONSOLE}


@pytest.mark.parametrize("path", [*PRODUCT, *CONSOLE], ids=name_of)
def test_a_module_is_a_noun_not_a_drawer(path: Path) -> None:
    if path == BASE_OF_ALL_STYLES:
        return
    name = path.name.split(".")[0].lower()
    parts = {name, *re.split("[-_]", name), *path.relative_to(ROOT).parts[1:-1]}
    assert not parts & DRAWERS


@pytest.mark.parametrize("path", [*PRODUCT, *CONSOLE], ids=name_of)
def test_a_file_stays_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_function_stays_short(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", sources("services"), ids=name_of)
def test_sql_lives_in_the_store(path: Path) -> None:
    if path.is_relative_to(ROOT / "services/store"):
        return
    statement = re.compile(
        r"""["'](select\s.+\sfrom|insert into|update \w+ set|delete from)\s""", re.I
    )
    assert not statement.search(path.read_text(encoding="utf-8"))


def imported_roots(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.split(".")[0])
    return roots


@pytest.mark.parametrize("path", sources("services/domain"), ids=name_of)
def test_the_core_is_standard_library_only(path: Path) -> None:
    import sys

    assert imported_roots(path) <= set(sys.stdlib_module_names) | {"services"}


@pytest.mark.parametrize("path", sources("services/domain", "services/wire"), ids=name_of)
def test_the_core_reads_no_clock_and_writes_no_log(path: Path) -> None:
    assert not imported_roots(path) & {"time", "logging", "structlog", "os", "random", "asyncio"}


@pytest.mark.parametrize("path", sources("device_sim"), ids=name_of)
def test_the_simulator_is_a_stranger(path: Path) -> None:
    assert "services" not in imported_roots(path)


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
